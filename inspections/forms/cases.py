"""Input of 视为完成, transfer, skip and list check: shape and format only."""

from typing import Any

from django import forms
from django.utils import timezone

from bureau.forms.fields import day_field
from bureau.models import Agency, User
from inspections.models import ContactAttempt, DeemedDone, Transfer, Visit
from inspections.selectors import transfers as transfer_reads
from planning.models import Pick, Task
from registry.models import Matter

ACCEPTED = ("image", "pdf", "docx")


def _evidence() -> forms.FileField:
    return forms.FileField(
        label="证明材料",
        required=False,
        help_text="登记机关公示截图、村委会证明等：照片、PDF 或 Word，一个文件。",
    )


class AttemptForm(forms.Form):
    on = day_field("联系日期")
    way = forms.ChoiceField(label="方式", choices=ContactAttempt.Way.choices)
    result = forms.CharField(label="情况", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()


class DeemForm(forms.Form):
    cause = forms.ChoiceField(
        label="原因", choices=DeemedDone.Cause.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label="情况与证据",
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        help_text="写明登记机关的日期和文号，或上门核实的时间、见证人。",
    )
    upload = _evidence()


class DecisionForm(forms.Form):
    """What the head says: yes, or no with a reason."""

    approve = forms.ChoiceField(label="意见", widget=forms.RadioSelect)
    note = forms.CharField(
        label="说明",
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text="不批准的必须写明。",
    )

    def __init__(self, *args: Any, yes: str, no: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["approve"].choices = [("yes", yes), ("no", no)]

    @property
    def approved(self) -> bool:
        return bool(self.cleaned_data["approve"] == "yes")


class DeemedFilterForm(forms.Form):
    period_from = day_field("申请自", required=False)
    period_to = day_field("至", required=False)
    cause = forms.ChoiceField(
        label="原因", required=False, choices=[("", "全部"), *DeemedDone.Cause.choices]
    )
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *DeemedDone.State.choices]
    )
    reported = forms.ChoiceField(
        label="上报",
        required=False,
        choices=[("", "全部"), ("no", "尚未上报"), ("yes", "已上报")],
    )
    task = forms.ModelChoiceField(
        label="任务", queryset=Task.objects.none(), required=False, empty_label="全部"
    )
    authority = forms.ModelChoiceField(
        label="单位", queryset=Agency.objects.none(), required=False, empty_label="全部"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = DeemedDone.objects.visible_to(user)
        self.fields["task"].queryset = Task.objects.filter(
            visit_matters__visit__deemed_done__in=seen.values("pk")
        ).distinct()
        if len(user.authority_ids) > 1:
            self.fields["authority"].queryset = Agency.objects.filter(pk__in=user.authority_ids)
        else:
            del self.fields["authority"]


class ReportForm(forms.Form):
    period_from = day_field("批准日期自")
    period_to = day_field("至")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["period_from"].initial = today.replace(month=1, day=1)
        self.fields["period_to"].initial = today


class SkipForm(forms.Form):
    pick = forms.ModelChoiceField(
        label="哪项任务的抽中对象",
        queryset=Pick.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择任务。"},
    )
    note = forms.CharField(
        label="不检查的原因和依据", max_length=300, widget=forms.Textarea({"rows": 3})
    )
    upload = _evidence()

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["pick"]
        field.queryset = (
            Pick.objects.filter(visit_matters__visit=visit, state=Pick.State.DISPATCHED)
            .select_related("task")
            .distinct()
        )
        field.label_from_instance = lambda pick: f"{pick.task.number} {pick.task.name}"
        field.initial = field.queryset.first()


class TransferForm(forms.Form):
    to = forms.ModelChoiceField(
        label="转交给",
        queryset=Agency.objects.none(),
        help_text="本局的科室、基层所，或上级、下级、同级的自然资源局（由该局再安排执行单位）。",
        error_messages={"required": "请选择接收单位。"},
    )
    moved_on = day_field("迁移日期")
    new_address = forms.CharField(label="迁入地址", max_length=200)
    reason = forms.CharField(
        label="情况说明",
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        help_text="写明变更登记的机关和日期；写入转交通知。",
    )
    upload = _evidence()

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["to"]
        own = Agency.objects.filter(
            authority=visit.authority, is_active=True, kind__in=["division", "station"]
        ).exclude(pk=visit.unit_id)
        others = Agency.objects.filter(transfer_reads.linked(visit.authority))
        field.queryset = (own | others).distinct().order_by("kind", "code")
        field.label_from_instance = lambda agency: (
            agency.name if agency.authority_id == visit.authority_id else f"{agency.name}（外单位）"
        )


class AcceptForm(forms.Form):
    """Which unit goes, and which of one's own matters stands for each of theirs."""

    unit = forms.ModelChoiceField(label="执行单位", queryset=Agency.objects.none())

    def __init__(self, *args: Any, transfer: Transfer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Agency.objects.filter(
            authority=transfer.to_authority, is_active=True
        ).exclude(kind="partner")
        choices = transfer_reads.choices_of(transfer.to_authority)
        same = {matter.code: matter for matter in choices}
        self.rows = transfer_reads.open_matters(transfer)
        for row in self.rows:
            field: Any = forms.ModelChoiceField(
                label=f"“{row.matter.name}”（{row.matter.code}）在本单位对应",
                queryset=choices,
                initial=same.get(row.matter.code),
                error_messages={"required": "请选择本单位执行清单中的对应事项。"},
            )
            field.label_from_instance = lambda matter: f"{matter.code} {matter.name}"
            self.fields[f"matter-{row.matter_id}"] = field

    @property
    def matters(self) -> dict[int, Matter]:
        return {row.matter_id: self.cleaned_data[f"matter-{row.matter_id}"] for row in self.rows}


class ReasonForm(forms.Form):
    note = forms.CharField(label="原因", max_length=300, widget=forms.Textarea({"rows": 2}))


class ListCheckForm(forms.Form):
    note = forms.CharField(
        label="核对情况",
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text="没有问题可以不填；已注销、迁出的，请在各次检查中按视为完成或转交办理。",
    )
