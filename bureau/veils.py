"""What is not public yet stays hidden, on every page, from those who do not work with it (DRAW §3, §4).

An app says for a model which rows somebody may not see; every scope and every list goes through `lift`.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

R = TypeVar("R", bound=QuerySet[Any])
Veil = Callable[[Any], Q | None]
_VEILS: dict[str, list[Veil]] = defaultdict(list)


def veil(label: str) -> Callable[[Veil], Veil]:
    """Registers what of the model ("app.model") a user may not see; None where nothing is hidden from them."""

    def register(hidden: Veil) -> Veil:
        _VEILS[label].append(hidden)
        return hidden

    return register


def lift(rows: R, user: Any) -> R:
    """`rows` without what is hidden from this user."""
    for hidden in _VEILS[rows.model._meta.label_lower]:
        condition = hidden(user)
        if condition is not None:
            rows = rows.exclude(condition)
    return rows
