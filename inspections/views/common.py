"""What this app's pages share: buttons from the process tables."""

from collections.abc import Callable, Mapping
from typing import Any

from bureau.access import role_names
from bureau.models import User
from bureau.rules.processes import Process

Row = tuple[str, str, str, str, dict[str, str] | None, str]


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
    roles = user.roles_at(authority_id)
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
