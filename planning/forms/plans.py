"""Forms of the annual plan."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from bureau.forms.fields import day_field
from bureau.models import Agency
from planning.forms.scope import ScopeChoices, ScopeForm, scope_fields, scope_from, scope_initial
from planning.models import Plan, PlanItem
from planning.rules.items import ItemValues
from planning.rules.quotas import EVERYBODY
from planning.rules.quotas import plain as number_text
from registry.models import Matter


class PlanForm(forms.ModelForm):
    class Meta:
        model = Plan
        fields = ["title", "basis", "requirements"]
        widgets = {
            "basis": forms.Textarea(attrs={"rows": 4}),
            "requirements": forms.Textarea(attrs={"rows": 4}),
        }


class PlanCreateForm(PlanForm):
    class Meta(PlanForm.Meta):
        fields = ["year", "title", "basis", "requirements"]

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"] = forms.TypedChoiceField(
            label="年度", coerce=int, choices=[(year, f"{year} 年") for year in years]
        )


class NoteForm(forms.Form):
    """A reason or an opinion."""

    note = forms.CharField(
        label="说明", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self, *args: Any, label: str = "说明", required: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].label = label
        self.fields["note"].required = required


class ItemForm(ScopeForm):
    """A plan item; `reason` stands in it when it is an adjustment."""

    name = forms.CharField(label="任务名称", max_length=150)
    matters = forms.TypedMultipleChoiceField(
        label="抽查事项", coerce=int, widget=forms.CheckboxSelectMultiple
    )
    is_targeted = forms.TypedChoiceField(
        label="抽查类型",
        coerce=lambda text: text == "True",
        choices=[("True", "定向抽查"), ("False", "不定向抽查")],
    )
    ratio_mode = forms.ChoiceField(label="比例方式", choices=PlanItem.RatioMode.choices)
    ratio_value = forms.DecimalField(
        label="比例（%）或户数",
        required=False,
        max_digits=9,
        decimal_places=3,
        min_value=Decimal("0.001"),
        help_text="全查的不用填",
    )
    base_count = forms.IntegerField(
        label="抽查基数", required=False, min_value=0, help_text="空着按名录库自动计算"
    )
    estimate = forms.IntegerField(
        label="预估抽查对象数", required=False, min_value=0, help_text="空着按基数和比例自动计算"
    )
    frequency = forms.CharField(label="抽查频次", max_length=60, initial="1次/年")
    methods = forms.MultipleChoiceField(
        label="检查方式",
        choices=Matter.Method.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    period_from = day_field("开始")
    period_to = day_field("结束")
    lead = forms.TypedChoiceField(label="牵头科室", coerce=int)
    participants = forms.TypedMultipleChoiceField(
        label="参与单位", coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )
    is_joint = forms.BooleanField(label="部门联合抽查", required=False)
    is_risk_differentiated = forms.BooleanField(label="实行信用风险差异化抽查", required=False)
    scope_words = forms.CharField(
        label="抽查范围文字",
        max_length=300,
        required=False,
        help_text="计划上怎样写；空着按下面的条件自动写。抽取只看条件",
    )
    region_weight = forms.CharField(label="地区抽查比重", max_length=200, required=False)
    level_split = forms.CharField(label="省市县分配比例", max_length=200, required=False)
    initiation = forms.CharField(label="发起方式", max_length=40, required=False)
    remark = forms.CharField(label="备注", max_length=300, required=False)

    def __init__(
        self, *args: Any, authority: Agency, values: ItemValues | None = None, **kwargs: Any
    ) -> None:
        if values is not None:
            kwargs["initial"] = _initial(values) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        kept = set(values.matters) if values else set()
        matters = [
            m
            for m in Matter.objects.filter(authority=authority).order_by("code")
            if m.state == Matter.State.IN_FORCE or m.pk in kept
        ]
        self.fields["matters"].choices = [
            (m.pk, f"{m.name}（{m.get_category_display()}）") for m in matters
        ]
        units = list(Agency.objects.filter(authority=authority, is_active=True))
        partners = list(Agency.objects.filter(kind=Agency.Kind.PARTNER, is_active=True))
        self.fields["lead"].choices = [(u.pk, u.name) for u in units]
        self.fields["participants"].choices = [(u.pk, u.name) for u in [*units, *partners]]
        self.fields.update(scope_fields(ScopeChoices(authority)))

    def values(self) -> ItemValues:
        """What was typed, in the shape the services take."""
        cleaned = self.cleaned_data
        plain = {
            name: cleaned[name]
            for name in ItemValues.__dataclass_fields__
            if name not in {"scope"} and name in cleaned
        }
        return ItemValues(**plain, scope=scope_from(cleaned))

    def values_for_count(self) -> ItemValues | None:
        """As much as a count needs, before the rest is filled in; None without a mode."""
        cleaned = self.cleaned_data
        mode = cleaned.get("ratio_mode")
        if not mode or (cleaned.get("ratio_value") is None and mode not in EVERYBODY):
            return None
        nobody = date.min
        return ItemValues(
            name="",
            matters=(),
            lead=0,
            period_from=nobody,
            period_to=nobody,
            ratio_mode=mode,
            ratio_value=cleaned.get("ratio_value"),
            scope=scope_from(cleaned),
        )


class AdjustmentItemForm(ItemForm):
    reason = forms.CharField(
        label="调整原因", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    field_order = ["reason"]


def _initial(values: ItemValues) -> dict[str, Any]:
    plain = {name: getattr(values, name) for name in ItemValues.__dataclass_fields__}
    scope = plain.pop("scope")
    plain["is_targeted"] = str(values.is_targeted)
    plain["ratio_value"] = number_text(values.ratio_value)
    # Counted numbers are counted again unless somebody types them.
    plain["base_count"] = plain["estimate"] = None
    return plain | scope_initial(scope)
