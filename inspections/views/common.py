"""What this app's pages share: forms over services, roles at one authority, buttons from the process tables."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest

from bureau.access import role_names
from bureau.errors import RuleError
from bureau.models import User
from bureau.rules.processes import Process

Row = tuple[str, str, str, str, dict[str, str] | None, str]


def roles_at(user: User, authority_id: int) -> frozenset[str]:
    """The roles this person holds at that authority or one of its units."""
    return frozenset(s.role for s in user.seats if s.agency.authority_id == authority_id)


def done(form: forms.Form, act: Callable[[], object]) -> bool:
    """Runs the service; a rule's sentence goes onto the form, a 403 or 409 stays what it is."""
    try:
        act()
    except RuleError as refused:
        if refused.status != 422:
            raise
        form.add_error(None, refused.message)
        return False
    return True


def status_of(form: forms.Form) -> int:
    return 422 if form.is_bound and form.errors else 200


def bound(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def buttons(
    process: Process,
    state: str,
    user: User,
    authority_id: int,
    urls: Mapping[str, tuple[str, str]],
    *,
    refused: Callable[[str], str] = lambda action: "",
) -> dict[str, list[Any]]:
    """components/actions.html from the table: `urls` is action → (address, method) of what this page offers now;
    `refused` says why a step is barred in this case."""
    roles = roles_at(user, authority_id)
    mine: list[Row] = []
    for step in process.available(state, roles):
        if step.action not in urls:
            continue
        url, method = urls[step.action]
        why = refused(step.action)
        css = "btn-primary" if not any(row[2] == "btn-primary" for row in mine) else "btn-plain"
        css = "btn-plain" if step.needs_reason or why else css
        mine.append((step.label, "" if why else url, css, "get" if why else method, None, why))
    theirs = [
        (step.label, f"由{role_names(step.roles)}办理")
        for step in process.others(state, roles)
        if step.action in urls
    ]
    return {"mine": mine, "theirs": theirs}
