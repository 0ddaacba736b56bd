"""Forms of the pool and its layers (A45, A46)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms

from bureau.models import Agency
from planning.forms.scope import (
    ScopeChoices,
    ScopeForm,
    saved_field,
    scope_fields,
    scope_from,
    scope_initial,
)
from planning.models import TaskStratum
from planning.rules.quotas import plain
from planning.rules.strata import Stratum


def condition_words(fields: Sequence[forms.BoundField]) -> str:
    """What is ticked and typed, in one line: the conditions stay folded until somebody changes them."""
    said = []
    for field in fields:
        value = field.value()
        if not value:
            continue
        names = dict(getattr(field.field, "choices", ()))
        words = [str(names.get(v, v)) for v in ([value] if isinstance(value, str) else value)]
        said.append(f"{field.label}：{'、'.join(words)}")
    return "；".join(said) or "没有条件"


class PoolForm(ScopeForm):
    """定向 or 不定向, and the conditions of the pool (A45)."""

    targeted = forms.ChoiceField(
        label="抽查方式",
        choices=[("0", "不定向：名录库全部在库对象"), ("1", "定向：按下列条件划定范围")],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, choices: ScopeChoices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(scope_fields(choices))
        self.fields.update(saved_field(choices))

    @property
    def words(self) -> str:
        return condition_words(self.conditions)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("targeted") == "1" and not scope_from(cleaned):
            self.add_error("targeted", "定向抽查至少要有一个条件；没有条件的请选不定向。")
        return cleaned

    def scope(self) -> dict[str, list[str]]:
        return scope_from(self.cleaned_data) if self.cleaned_data.get("targeted") == "1" else {}


class StratumForm(ScopeForm):
    """One layer; an empty label drops it."""

    label = forms.CharField(label="层名", max_length=40, required=False)
    mode = forms.ChoiceField(label="方式", choices=TaskStratum.Mode.choices)
    value = forms.DecimalField(
        label="比例（%）或户数",
        required=False,
        max_digits=9,
        decimal_places=3,
        min_value=Decimal("0.001"),
    )

    minimum = forms.IntegerField(
        label="至少（户）", required=False, min_value=0, max_value=1_000_000
    )
    maximum = forms.IntegerField(
        label="至多（户）", required=False, min_value=1, max_value=1_000_000
    )
    reserve = forms.IntegerField(
        label="递补数",
        required=False,
        min_value=0,
        max_value=1000,
        help_text="空着按任务设置",
    )
    batches = forms.IntegerField(
        label="检查批次",
        required=False,
        min_value=1,
        max_value=60,
        help_text="方式为“全部”时，按摇号次序分几批检查",
    )

    def __init__(self, *args: Any, choices: ScopeChoices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(scope_fields(choices))
        self.fields.update(saved_field(choices))

    @property
    def bounds(self) -> list[forms.BoundField]:
        return [self[name] for name in ("minimum", "maximum", "reserve", "batches")]

    @property
    def has_bounds(self) -> bool:
        return any(field.value() not in (None, "", 1, "1") for field in self.bounds)

    @property
    def words(self) -> str:
        return condition_words(self.conditions)

    def stratum(self) -> Stratum | None:
        """None where the layer was left without a name."""
        cleaned = self.cleaned_data
        if not cleaned.get("label"):
            return None
        return Stratum(
            label=cleaned["label"],
            scope=scope_from(cleaned),
            mode=cleaned["mode"],
            value=cleaned["value"],
            minimum=cleaned["minimum"],
            maximum=cleaned["maximum"],
            reserve=cleaned["reserve"],
            batches=cleaned["batches"] or 1,
        )


class StrataForms:
    """Pool and layers of one part of a task: as saved, as typed, with one more, or one for each credit class."""

    most = 30

    def __init__(
        self,
        authority: Agency,
        *,
        strata: "list[Stratum] | None" = None,
        scope: Mapping[str, Sequence[str]] | None = None,
        typed: Any = None,
        blank: int = 0,
        filters: Sequence[tuple[str, str]] = (),
    ) -> None:
        choices = ScopeChoices(authority, filters)
        self.has_filters = bool(filters)
        # A page that shows layers only (or an older one in a tab) leaves the pool as it is.
        if typed is not None and "t-targeted" in typed and scope is None:
            self.pool = PoolForm(typed, prefix="t", choices=choices)
        else:
            first = scope_initial(scope or {}) | {"targeted": "1" if scope else "0"}
            self.pool = PoolForm(prefix="t", choices=choices, initial=first)
        if strata is None and typed is not None:
            count = min(_whole(typed.get("layers")), self.most)
            self.forms = [StratumForm(typed, prefix=f"s{n}", choices=choices) for n in range(count)]
        else:
            self.forms = [
                StratumForm(prefix=f"s{n}", choices=choices, initial=_stratum_initial(stratum))
                for n, stratum in enumerate(strata or [])
            ]
        for n in range(len(self.forms), min(len(self.forms) + blank, self.most)):
            self.forms.append(StratumForm(prefix=f"s{n}", choices=choices))

    @property
    def count(self) -> int:
        return len(self.forms)

    def is_valid(self) -> bool:
        verdicts = [form.is_valid() for form in self.forms]  # every form shows its errors
        if self.pool.is_bound:
            verdicts.append(self.pool.is_valid())
        return all(verdicts)

    def scope(self) -> dict[str, list[str]] | None:
        """The pool as typed; None where it was not, or cannot be read."""
        return self.pool.scope() if self.pool.is_bound and self.pool.is_valid() else None

    def strata(self) -> list[Stratum]:
        found = [form.stratum() for form in self.forms if form.is_bound and form.is_valid()]
        return [stratum for stratum in found if stratum is not None]


def _stratum_initial(stratum: Stratum) -> dict[str, Any]:
    return {
        "label": stratum.label,
        "mode": stratum.mode,
        "value": plain(stratum.value),
        "minimum": stratum.minimum,
        "maximum": stratum.maximum,
        "reserve": stratum.reserve,
        "batches": stratum.batches,
    } | scope_initial(stratum.scope)


def _whole(text: Any) -> int:
    return (
        int(text)
        if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 4
        else 0
    )
