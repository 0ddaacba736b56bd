"""Input of entries, interruptions and directions."""

from django import forms

from bureau.forms.fields import moment_field
from inspections.forms.fieldwork import PlaceForm
from inspections.models import EntryLog


class EntryForm(PlaceForm):
    """The moment is that of the press; the place comes from the phone where it is allowed."""

    way = forms.ChoiceField(
        choices=[(way.value, way.label) for way in (EntryLog.Way.SCANNED, EntryLog.Way.SHOWN)],
        widget=forms.HiddenInput,
        error_messages={"required": "请选择进入的方式。"},
    )
    token = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)


class LateEntryForm(forms.Form):
    happened_at = moment_field("实际进入时间")
    reason = forms.CharField(
        label="没有当场登记的原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明没有当场登记的原因。"},
    )


class PauseForm(forms.Form):
    happened_at = moment_field("中断时间")
    reason = forms.CharField(
        label="中断原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="例如停电、关键人员不在场、天气原因。",
        error_messages={"required": "请写明中断的原因。"},
    )
    resume_on = forms.DateField(
        label="预计恢复日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "预计恢复日期请填日期，例如 2026-03-20。"},
    )


class ResumeForm(forms.Form):
    happened_at = moment_field("恢复时间")


class RouteForm(forms.Form):
    text = forms.CharField(
        label="怎么去",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="用地标写，例如“过县大桥右转，沿河走 2 公里，蓝色铁门；雨天走后山”。",
        error_messages={"required": "请写明怎么去。"},
    )
