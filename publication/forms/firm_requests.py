"""Input of an entity that holds a notice's code, and of those who answer it."""

from typing import Any

from django import forms

from inspections.forms.fieldwork import PAPERS, photos_field
from inspections.models import Disposal, VisitMatter
from publication.models import FirmRequest
from publication.selectors.firm_requests import Subjects, disposal_label
from registry.models import Inspector

Kind = FirmRequest.Kind


class FirmRequestForm(forms.Form):
    """One form for every kind: only the fields of the chosen kind are there."""

    inspector = forms.ModelChoiceField(
        Inspector.objects.none(), label="申请回避的检查人员", empty_label="请选择"
    )
    visit_matter = forms.ModelChoiceField(
        VisitMatter.objects.none(), label="有异议的检查结果", empty_label="请选择"
    )
    disposal = forms.ModelChoiceField(
        Disposal.objects.none(), label="所整改的要求", empty_label="请选择"
    )
    text = forms.CharField(label="内容", max_length=2000, widget=forms.Textarea(attrs={"rows": 6}))
    contact_name = forms.CharField(label="联系人", max_length=60)
    contact_phone = forms.CharField(
        label="联系电话", max_length=60, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    files = photos_field("材料（照片或 PDF，可不附）", required=False, camera=False, accept=PAPERS)

    _SUBJECT = {
        Kind.RECUSAL: "inspector",
        Kind.OBJECTION: "visit_matter",
        Kind.RECTIFICATION: "disposal",
    }
    _TEXT = {
        Kind.RECUSAL: ("回避理由", "写明与检查人员有什么利害关系。"),
        Kind.COMPLAINT: (
            "投诉内容",
            "写明时间、地点、人员和经过。投诉由分管负责人、主要负责人办理，检查组看不到。",
        ),
        Kind.OBJECTION: ("异议和理由", "写明哪里有误、依据是什么。"),
        Kind.RECTIFICATION: ("整改情况", "写明怎样整改、何时完成，并附整改后的照片。"),
    }

    def __init__(self, *args: Any, kind: str, subjects: Subjects, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = Kind(kind)
        wanted = self._SUBJECT.get(self.kind)
        for name in ("inspector", "visit_matter", "disposal"):
            if name != wanted:
                del self.fields[name]
        label, text = self._TEXT[self.kind]
        self.fields["text"].label, self.fields["text"].help_text = label, text
        self._offer("inspector", Inspector, subjects.inspectors, str)
        self._offer("visit_matter", VisitMatter, subjects.results, lambda row: str(row.matter.name))
        self._offer("disposal", Disposal, subjects.disposals, disposal_label)

    def _offer(self, name: str, model: Any, rows: list[Any], label: Any) -> None:
        field: Any = self.fields.get(name)
        if field is None:
            return
        field.queryset = model.objects.filter(pk__in=[row.pk for row in rows])
        known = {row.pk: label(row) for row in rows}
        field.label_from_instance = lambda row: known[row.pk]
        if len(rows) == 1:
            field.initial = rows[0].pk


class RatingForm(forms.Form):
    score = forms.TypedChoiceField(
        label="总体评价",
        coerce=int,
        choices=[(5, "很满意"), (4, "满意"), (3, "一般"), (2, "不满意"), (1, "很不满意")],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label="意见和建议",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="请勿写能认出您单位的内容。",
    )


class AnswerForm(forms.Form):
    decision = forms.ChoiceField(
        label="处理",
        choices=[("accept", "受理"), ("decline", "不予受理")],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label="答复",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="检查对象在通知书核验页上看到。",
    )
