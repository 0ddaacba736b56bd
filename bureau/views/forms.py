"""What pages with a form over one service share."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest

from bureau.errors import RuleError

T = TypeVar("T")


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


def made(form: forms.Form, act: Callable[[], T]) -> T | None:
    """What the service made; None after a rule's sentence went onto the form, as in `done`."""
    found: list[T] = []
    return found[0] if done(form, lambda: found.append(act())) else None


def status_of(form: forms.Form) -> int:
    return 422 if form.is_bound and form.errors else 200


def bound(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None
