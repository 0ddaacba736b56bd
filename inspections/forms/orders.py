"""Input for 检查审批 and 检查通知书."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from bureau.forms.fields import day_field, moment_field
from inspections.models import Visit


class OrderForm(forms.Form):
    visits = forms.ModelMultipleChoiceField(
        queryset=Visit.objects.none(),
        label="检查",
        error_messages={"required": "请至少选择一户再提请审批。"},
    )
    is_emergency = forms.BooleanField(label="紧急情况，先行检查、事后补办审批", required=False)
    emergency_on = day_field(
        "紧急检查日期",
        required=False,
        help_text="紧急情况填检查当日；补办期限从次日起算，逾期的会标明。不填按今天。",
    )
    reason = forms.CharField(
        label="说明",
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text="紧急情况须写明。",
    )

    def __init__(self, *args: Any, rows: QuerySet[Visit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["visits"].queryset = rows  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    approve = forms.ChoiceField(
        label="意见",
        choices=[("yes", "批准检查"), ("no", "不批准")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择批准或不批准。"},
    )
    note = forms.CharField(
        label="审批意见",
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text="不批准须写明。",
    )
    over_reason = forms.CharField(
        label="批准超过年度上限的检查的理由",
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, *args: Any, over: Sequence[Visit] = (), **kwargs: Any) -> None:
        """`over`: visits above a yearly limit; without any the question is not asked."""
        super().__init__(*args, **kwargs)
        if not over:
            del self.fields["over_reason"]
        else:
            self.fields["over_reason"].help_text = f"{len(over)} 户超过上限，批准须写明。"


class DeliveryForm(forms.Form):
    at = moment_field("送达时间")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"].initial = timezone.localtime().replace(second=0, microsecond=0)
