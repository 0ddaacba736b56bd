"""Input of the steps of a disposal: letters, receipts, checks, requests, rechecks."""

from datetime import date
from typing import Any

from django import forms

from bureau.forms.fields import day_field
from bureau.models import Agency
from inspections.forms.fieldwork import PAPERS, photos_field
from inspections.models import Disposal
from inspections.selectors import disposals as disposal_reads
from inspections.selectors import rechecks
from registry.models import Inspector


def _words(label: str, *, rows: int = 3, most: int = 500, **options: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, widget=area, **options)


def _paper(label: str) -> forms.FileField:
    return forms.FileField(
        label=label,
        required=False,
        help_text="照片或 PDF，可不附。",
        widget=forms.ClearableFileInput(attrs={"accept": PAPERS}),
    )


class LetterForm(forms.Form):
    recipient = forms.CharField(label="主送", max_length=200)
    due_on = day_field("要求办理期限")
    note = _words("补充说明", required=False, help_text="印在问题之后，可不填。")
    attachments = _words(
        "附件",
        required=False,
        rows=2,
        help_text="一行写一件，例如：现场检查笔录复印件。",
    )

    def lines(self) -> list[str]:
        return str(self.cleaned_data["attachments"]).splitlines()


class ReceiptForm(forms.Form):
    receipt_on = day_field("签收日期")
    note = forms.CharField(
        label="签收情况", max_length=300, help_text="签收人、送达方式，例如：法定代表人当面签收。"
    )
    upload = _paper("回执或送达回证")


class StepForm(forms.Form):
    happened_on = day_field("日期")
    text = _words("情况")
    upload = _paper("材料")


class EscalateForm(forms.Form):
    responsible = forms.ModelChoiceField(Agency.objects.none(), label="办案机构")
    due_on = day_field("办理期限")
    text = _words("未改正的情况和移送的理由", most=300)

    def __init__(self, *args: Any, row: Disposal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["responsible"]
        field.queryset = disposal_reads.units_for(row.authority)


class AskForm(forms.Form):
    new_due_on = day_field("延长至")
    reason = _words("理由", most=300)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind != "extend":
            del self.fields["new_due_on"]


class AskDecisionForm(forms.Form):
    approve = forms.ChoiceField(
        label="意见", choices=[("yes", "批准"), ("no", "不批准")], widget=forms.RadioSelect
    )
    note = forms.CharField(
        label="办理意见",
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text="不批准须写明。",
    )


class RecheckForm(forms.Form):
    planned_on = day_field("复查日期")
    officers = forms.ModelMultipleChoiceField(
        queryset=Inspector.objects.none(),
        label="复查人员",
        widget=forms.CheckboxSelectMultiple,
        help_text="两名以上；须持有效执法证，须回避的不能参加。",
        error_messages={"required": "请至少选择两名复查人员。"},
    )
    reason = _words("说明", most=300, required=False, rows=2)

    def __init__(self, *args: Any, row: Disposal, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [choice for choice in rechecks.choices(row, on) if not choice.why_not]
        field: Any = self.fields["officers"]
        field.queryset = Inspector.objects.filter(pk__in=[c.inspector.pk for c in choices])
        field.choices = [
            (c.inspector.pk, f"{c.inspector.name}（{c.inspector.unit.short_name}）")
            for c in choices
        ]


class RecheckResultForm(forms.Form):
    visited_on = day_field("复查日期")
    place = forms.CharField(label="复查地点", max_length=300, required=False)
    is_passed = forms.ChoiceField(
        label="改正情况",
        choices=[("yes", "已改正"), ("no", "未改正或改正不到位")],
        widget=forms.RadioSelect,
    )
    finding = _words("复查情况", help_text="看了哪里、怎样确认。")
    files = photos_field("照片和材料（可不附）", required=False, camera=False, accept=PAPERS)


class CancelForm(forms.Form):
    reason = _words("取消的原因", most=300, rows=2)
