"""Input between the draw and the team: dispatch, split, 视为完成, and the filters of the visit list."""

from typing import Any

from django import forms

from bureau.models import Agency, User
from inspections.models import Visit
from planning.models import Task


class DispatchForm(forms.Form):
    """Only asked where a responsible unit does not take part in the task."""

    unit = forms.ModelChoiceField(
        label="责任单位不在执行单位之列的对象交由",
        queryset=Agency.objects.none(),
        error_messages={"required": "请选择由哪个执行单位检查这些对象。"},
    )

    def __init__(self, *args: Any, units: list[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Agency.objects.filter(pk__in=[unit.pk for unit in units])


class SplitForm(forms.Form):
    task = forms.ModelChoiceField(
        label="拆出哪个任务",
        queryset=Task.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择要另立检查的任务。"},
    )
    reason = forms.CharField(label="拆分原因", max_length=300, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].queryset = Task.objects.filter(visit_matters__visit=visit).distinct()


class VisitFilterForm(forms.Form):
    q = forms.CharField(label="对象名称、代码或检查编号", required=False, max_length=60)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *Visit.State.choices]
    )
    unit = forms.ModelChoiceField(
        label="执行单位", required=False, queryset=Agency.objects.none(), empty_label="全部"
    )
    due = forms.ChoiceField(
        label="期限",
        required=False,
        choices=[
            ("", "全部"),
            ("window", "检查期 10 日内到期"),
            ("late", "检查期已过未检查"),
            ("publish", "有未公示的结果"),
        ],
    )
    mine = forms.BooleanField(label="我参加的", required=False)
    task = forms.ModelChoiceField(
        queryset=Task.objects.none(), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Agency.objects.filter(
            authority_id__in=user.authority_ids, is_active=True
        )
        self.fields["task"].queryset = Task.objects.visible_to(user)
