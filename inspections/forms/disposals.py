"""Opening, closing and finding disposals."""

from typing import Any

from django import forms

from bureau.forms.fields import day_field
from bureau.models import Agency, User
from inspections.forms.outcomes import measures
from inspections.models import Disposal, Finding, VisitMatter
from inspections.selectors import disposals as selector


class OpenForm(forms.Form):
    finding = forms.ModelChoiceField(
        Finding.objects.none(), label="问题", required=False, empty_label="整个检查结果"
    )
    measure = forms.ChoiceField(label="处置措施", choices=measures)
    responsible = forms.ModelChoiceField(Agency.objects.none(), label="责任单位")
    responsible_user = forms.ModelChoiceField(
        User.objects.none(), label="责任人", required=False, empty_label="由责任单位安排"
    )
    due_on = day_field("期限")

    def __init__(self, *args: Any, matter: VisitMatter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, Any] = {
            "finding": matter.findings.standing(),
            "responsible": selector.units_for(matter.authority),
            "responsible_user": selector.people_of(matter.authority),
        }
        for name, rows in choices.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    result = forms.CharField(
        label="处置结果",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明怎么处理的、是否改正到位；移送的写明接收单位和日期。",
    )
    closed_on = day_field("办结日期")


class DisposalFilter(forms.Form):
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部"), ("overdue", "逾期"), *Disposal.State.choices],
    )
    unit = forms.ModelChoiceField(
        Agency.objects.none(), label="责任单位", required=False, empty_label="全部"
    )
    person = forms.ModelChoiceField(
        User.objects.none(), label="责任人", required=False, empty_label="全部"
    )
    measure = forms.ChoiceField(
        label="措施", required=False, choices=lambda: [("", "全部"), *measures()]
    )
    q = forms.CharField(label="编号、对象名称或代码", required=False, max_length=60)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        home = user.home
        self.fields["unit"].queryset = selector.units_for(home)  # type: ignore[attr-defined]
        self.fields["person"].queryset = selector.people_of(home)  # type: ignore[attr-defined]
