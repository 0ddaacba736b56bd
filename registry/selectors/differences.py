"""Field differences in the words of the pages: what a revision changed, old and new."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from registry.models import Entity
from registry.rules.kinds import RiskFlag, Scale

# Fields without choices in the model whose values are codes all the same.
_WORDS: dict[str, dict[str, str]] = {
    "scale": dict(Scale.choices()),
    "risk_flags": dict(RiskFlag.choices()),
    "object_kinds": {str(value): str(label) for value, label in Entity.Kind.choices},
}
_LABELS = {"region": "行政区划", "special_pools": "专项库", "state": "在库状态"}


@dataclass(frozen=True)
class Change:
    label: str
    old: str
    new: str


def changes(model: type[models.Model], pairs: Mapping[str, Any]) -> list[Change]:
    """`{field: [old, new]}` as labels and words, in the order given."""
    return [
        Change(label_of(model, name), shown(model, name, pair[0]), shown(model, name, pair[1]))
        for name, pair in pairs.items()
    ]


def label_of(model: type[models.Model], name: str) -> str:
    """The field's Chinese name; the key itself where the model no longer has the field."""
    if name in _LABELS:
        return _LABELS[name]
    try:
        return str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return name


def shown(model: type[models.Model], name: str, value: Any) -> str:
    """A stored value in words; a list joined with 、, nothing as an empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    words = _words(model, name)
    if isinstance(value, list):
        return "、".join(words.get(str(one), str(one)) for one in value)
    return words.get(str(value), str(value))


def _words(model: type[models.Model], name: str) -> Mapping[str, str]:
    if name in _WORDS:
        return _WORDS[name]
    if name == "methods":
        return {str(value): str(label) for value, label in _choices(model, "Method")}
    try:
        choices = getattr(model._meta.get_field(name), "choices", None) or ()
    except FieldDoesNotExist:
        choices = ()
    return {str(value): str(label) for value, label in choices}


def _choices(model: type[models.Model], name: str) -> list[tuple[str, str]]:
    return getattr(getattr(model, name, None), "choices", [])
