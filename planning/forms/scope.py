"""The conditions by which plans and tasks cut the pool: one set of fields for items, tasks and strata (A45)."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django import forms

from bureau.models import Agency
from registry.models import Entity, Listing, SpecialPool
from registry.rules.kinds import RiskFlag, Scale
from registry.selectors.entities import clean_scope

CHECKED = ("kinds", "classes", "scales", "units", "pools", "flags")
TYPED = ("industries", "regions", "tags")
_LABELS = {
    "kinds": "对象类型",
    "classes": "信用风险分类",
    "scales": "经营规模",
    "units": "责任单位",
    "pools": "专项库",
    "flags": "风险标记",
    "industries": "行业代码",
    "regions": "行政区划代码",
    "tags": "标签",
}
_HELP = {
    "industries": "国标行业代码的开头，几个用逗号隔开，如 B06、B10",
    "regions": "行政区划代码的开头，几个用逗号隔开",
    "tags": "符合其中一个即可，几个用逗号隔开",
}


class ScopeChoices:
    """What may be ticked for an authority; two queries, shared by all forms of a page."""

    def __init__(self, authority: Agency, filters: Sequence[tuple[str, str]] = ()) -> None:
        self.authority = authority
        self.filters = filters  # the user's own filters of the register, as (pk, name)

    @cached_property
    def units(self) -> list[tuple[str, str]]:
        rows = Agency.objects.filter(authority=self.authority, is_active=True)
        return list(rows.values_list("code", "name"))

    @cached_property
    def pools(self) -> list[tuple[str, str]]:
        rows = SpecialPool.objects.filter(authority=self.authority, is_active=True)
        return list(rows.values_list("code", "name"))

    def of(self, name: str) -> Sequence[tuple[str, str]]:
        fixed = {
            "kinds": Entity.Kind.choices,
            "classes": Listing.CreditClass.choices,
            "scales": Scale.choices(),
            "flags": RiskFlag.choices(),
        }
        return fixed[name] if name in fixed else getattr(self, name)  # type: ignore[return-value]


def scope_fields(choices: ScopeChoices) -> dict[str, forms.Field]:
    """One optional field per condition; nothing ticked means no condition."""
    fields: dict[str, forms.Field] = {}
    for name in CHECKED:
        offered = choices.of(name)
        if offered:
            fields[f"scope_{name}"] = forms.MultipleChoiceField(
                label=_LABELS[name],
                choices=offered,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
    for name in TYPED:
        fields[f"scope_{name}"] = forms.CharField(
            label=_LABELS[name], required=False, max_length=300, help_text=_HELP[name]
        )
    return fields


def saved_field(choices: ScopeChoices) -> dict[str, forms.Field]:
    """常用筛选 to take conditions from; nothing where the user saved none."""
    if not choices.filters:
        return {}
    field = forms.ChoiceField(
        label="套用名录的常用筛选", required=False, choices=[("", "不套用"), *choices.filters]
    )
    return {"saved": field}


def apply_scope(typed: Any, prefix: str, scope: Mapping[str, Sequence[str]]) -> None:
    """Puts conditions into the typed values of one form, in place of those typed for the same fields."""
    for name in scope:
        key = f"{prefix}-scope_{name}"
        if name in CHECKED:
            typed.setlist(key, list(scope[name]))
        else:
            typed[key] = "、".join(scope[name])


def scope_initial(scope: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """The saved scope as initial values of those fields."""
    initial: dict[str, object] = {f"scope_{name}": list(scope.get(name, ())) for name in CHECKED}
    return initial | {f"scope_{name}": "、".join(scope.get(name, ())) for name in TYPED}


def scope_from(cleaned: Mapping[str, object]) -> dict[str, list[str]]:
    """The scope of a form's cleaned values."""
    scope: dict[str, list[str]] = {}
    for name in (*CHECKED, *TYPED):
        value = cleaned.get(f"scope_{name}") or []
        scope[name] = re.split(r"[，,、;；\s]+", value) if isinstance(value, str) else list(value)  # type: ignore[call-overload]
    return clean_scope(scope)


class ScopeForm(forms.Form):
    """A form whose conditions stand apart from its other fields."""

    @property
    def general(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if not name.startswith("scope_")]

    @property
    def conditions(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("scope_")]
