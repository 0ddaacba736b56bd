"""Input for a task's notices in one file and for 预先告知."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from bureau.forms.fields import moment_field
from inspections.models import AdvanceNotice, Visit


class BundleForm(forms.Form):
    visits = forms.ModelMultipleChoiceField(
        queryset=Visit.objects.none(),
        label="检查",
        error_messages={"required": "请至少选择一户再制作。"},
    )

    def __init__(self, *args: Any, rows: QuerySet[Visit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["visits"].queryset = rows  # type: ignore[attr-defined]


class TellForm(forms.Form):
    how = forms.ChoiceField(
        label="告知方式", choices=AdvanceNotice.How.choices, widget=forms.RadioSelect
    )
    person = forms.CharField(
        label="受告知人", max_length=60, help_text="姓名和身份，例如 联络员王某。"
    )
    at = moment_field("告知时间")
    note = forms.CharField(label="说明", max_length=200, required=False)

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].initial = visit.entity.contact_name
        self.fields["at"].initial = timezone.localtime().replace(second=0, microsecond=0)
