"""Input of a result: coded categories, methods, findings."""

from typing import Any

from django import forms

from inspections.rules import outcomes as rules
from inspections.rules.measures import ON_SITE
from inspections.rules.outcomes import DISPOSALS, OutcomeGroup
from inspections.selectors.fieldwork import Sheet
from inspections.services.outcomes import NewFinding
from registry.models import Matter

GROUPS = (
    ("没有问题", (OutcomeGroup.CLEAN,)),
    ("发现问题", (OutcomeGroup.CORRECTED, OutcomeGroup.PROBLEM, OutcomeGroup.REFUSED)),
    ("没有检查成或没有可查的活动", (OutcomeGroup.NO_ACTIVITY, OutcomeGroup.GONE)),
)


def grouped_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (label, [choice for group in groups for choice in rules.choices(group)])
        for label, groups in GROUPS
    ]


class OutcomeForm(forms.Form):
    codes = forms.MultipleChoiceField(
        label="检查结果",
        choices=grouped_choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="“未发现问题”等不能与其他结果同选；发现多个问题的可多选。",
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
    seen_revision = forms.IntegerField(widget=forms.HiddenInput)


class FindingForm(forms.Form):
    """One finding; a row left empty is no finding."""

    fact = forms.CharField(
        label="事实", required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )
    basis = forms.CharField(label="依据", required=False, max_length=300)
    on_site_codes = forms.MultipleChoiceField(
        label="现场措施",
        required=False,
        choices=list(ON_SITE.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text="当场采取了哪些措施，可多选。",
    )
    on_site_measure = forms.CharField(label="措施说明", required=False, max_length=200)
    rectify_by = forms.DateField(
        label="改正期限",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="责令限期改正的填写；由此发起的后续处置以它为期限。",
        error_messages={"invalid": "改正期限请填日期，例如 2026-03-20。"},
    )
    item_id = forms.TypedChoiceField(
        label="检查表条目", required=False, coerce=int, empty_value=None
    )
    measure = forms.ChoiceField(
        label="后续处置",
        required=False,
        choices=lambda: [("", "以后再定（审核通过时按预设发起）"), *measures()],
    )

    def __init__(self, *args: Any, items: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item_id"].choices = [("", "不在检查表内"), *items]  # type: ignore[attr-defined]
        if self.initial.get("disposal"):
            del self.fields["measure"]  # it follows its own course from here on

    def finding(self) -> NewFinding:
        return NewFinding(**self.cleaned_data)


def measures() -> list[tuple[str, str]]:
    return [(row.code, row.label) for row in DISPOSALS.values()]


def finding_forms(
    sheet: Sheet, post: Any = None, blank: int = 1
) -> "forms.BaseFormSet[FindingForm]":
    """Stored findings, else one per 不符合 item with its remark and basis: nothing is typed twice. One blank row more."""
    stored = list(sheet.matter.findings.prefetch_related("disposals").order_by("number"))
    initial: list[dict[str, Any]]
    if sheet.matter.outcome_revision:
        initial = [
            {
                "fact": f.fact,
                "basis": f.basis,
                "on_site_codes": f.on_site_codes,
                "on_site_measure": f.on_site_measure,
                "rectify_by": f.rectify_by,
                "item_id": f.item_id,
                "disposal": next((d.number for d in f.disposals.all()), ""),
            }
            for f in stored
        ]
    else:
        initial = [
            {
                "fact": f"{line.row.text}：{line.answer.remark}",
                "basis": line.row.basis or f"检查表第 {line.item.number} 项",
                "item_id": line.row.pk,
            }
            for line in sheet.failed
            if line.answer is not None
        ]
    items = [(line.row.pk, str(line.row)) for line in sheet.lines]
    made = forms.formset_factory(FindingForm, extra=blank, max_num=30, absolute_max=60)
    return made(post, initial=initial, prefix="findings", form_kwargs={"items": items})
