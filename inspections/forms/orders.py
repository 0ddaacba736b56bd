"""Input for 检查审批 and 检查通知书."""

from typing import Any

from django import forms
from django.utils import timezone

from bureau.forms.fields import moment_field
from inspections.models import Visit
from inspections.selectors import orders
from planning.models import Task


class OrderForm(forms.Form):
    visits = forms.ModelMultipleChoiceField(
        queryset=Visit.objects.none(),
        label="检查",
        error_messages={"required": "请至少选择一户再提请审批。"},
    )
    is_emergency = forms.BooleanField(label="紧急情况，先行检查、事后补办审批", required=False)
    reason = forms.CharField(
        label="说明",
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text="紧急情况须写明。",
    )

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["visits"].queryset = orders.ready(task)


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


class DeliveryForm(forms.Form):
    at = moment_field("送达时间")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"].initial = timezone.localtime().replace(second=0, microsecond=0)
