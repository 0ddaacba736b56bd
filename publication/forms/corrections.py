"""Input of a correction: the whole result as it should have been, and why (A81)."""

from typing import Any

from django import forms

from inspections.forms.outcomes import grouped_choices
from inspections.models import VisitMatter
from inspections.selectors.records import result_of
from registry.models import Matter


class CorrectionForm(forms.Form):
    reason = forms.CharField(
        label="更正原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="随更正一起公示，请勿写个人信息和商业秘密。",
    )
    codes = forms.MultipleChoiceField(
        label="更正后的检查结果",
        choices=grouped_choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一项检查结果。"},
    )
    methods = forms.MultipleChoiceField(
        label="检查方式",
        choices=Matter.Method.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一种检查方式。"},
    )
    note = forms.CharField(
        label="结果说明", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class CorrectedFindingForm(forms.Form):
    """One 发现的问题 as it should stand; emptied, it is taken back."""

    fact = forms.CharField(
        label="事实", required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )
    basis = forms.CharField(label="依据", required=False, max_length=300)
    on_site_measure = forms.CharField(label="现场措施", required=False, max_length=200)

    def finding(self) -> tuple[str, str, str]:
        cleaned = self.cleaned_data
        return (
            cleaned.get("fact", ""),
            cleaned.get("basis", ""),
            cleaned.get("on_site_measure", ""),
        )


def initial_of(matter: VisitMatter) -> dict[str, Any]:
    now = result_of(matter)
    return {"codes": list(now.codes), "methods": list(now.methods), "note": now.note}


def finding_forms(
    matter: VisitMatter, post: Any = None
) -> "forms.BaseFormSet[CorrectedFindingForm]":
    initial = [
        {"fact": fact, "basis": basis, "on_site_measure": measure}
        for fact, basis, measure in result_of(matter).findings
    ]
    made = forms.formset_factory(CorrectedFindingForm, extra=1, max_num=30, absolute_max=60)
    return made(post, initial=initial, prefix="findings")


class SignForm(forms.Form):
    decision = forms.ChoiceField(
        label="意见",
        choices=[("approve", "同意更正，签字"), ("refuse", "不同意更正")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label="说明", max_length=300, required=False, help_text="不同意的须写明理由。"
    )
