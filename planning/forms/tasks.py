"""Forms of a task: settings, strata, scheme, platform list."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from bureau.forms.fields import day_field
from bureau.models import Agency
from planning.forms.scope import (
    ScopeChoices,
    ScopeForm,
    scope_fields,
    scope_from,
    scope_initial,
)
from planning.models import PlanItem, Task
from planning.services.tasks import TaskValues
from registry.models import Matter


class TaskForm(ScopeForm):
    """`item` fixes the matters to choose from; without it the task is ad hoc and asks for a reason."""

    ad_hoc_reason = forms.CharField(
        label="临时抽查原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="如上级部署、突发情况；原因随任务留痕并公布",
    )
    name = forms.CharField(label="任务名称", max_length=150)
    unit = forms.TypedChoiceField(label="组织科室", coerce=int)
    matters = forms.TypedMultipleChoiceField(
        label="抽查事项", coerce=int, widget=forms.CheckboxSelectMultiple
    )
    window_from = day_field("检查自")
    window_to = day_field("检查至")
    executing = forms.TypedMultipleChoiceField(
        label="执行单位",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="由谁的检查人员去检查；只选一个时，抽中的对象都由它检查",
    )
    participants = forms.TypedMultipleChoiceField(
        label="参与科室", coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )
    team_size = forms.IntegerField(label="检查组人数", min_value=2, max_value=20, initial=2)
    reserve = forms.IntegerField(
        label="每层递补数",
        min_value=0,
        max_value=1000,
        initial=0,
        help_text="默认不设递补：查不到的对象视为完成或转交",
    )
    is_risk_differentiated = forms.BooleanField(label="实行信用风险差异化抽查", required=False)
    names_in_notice = forms.BooleanField(label="任务公告列出抽中名单", required=False)
    is_special = forms.BooleanField(
        label="专项整治、上级指令部署的定向抽查（不受年度次数限制）", required=False
    )
    special_reason = forms.CharField(label="专项依据", max_length=200, required=False)
    draw_source = forms.ChoiceField(
        label="抽取方式",
        choices=[(s.value, s.label) for s in (Task.DrawSource.OWN, Task.DrawSource.PLATFORM)],
    )
    platform_name = forms.CharField(label="上级平台名称", max_length=100, required=False)
    platform_number = forms.CharField(label="平台任务编号", max_length=100, required=False)

    def __init__(
        self,
        *args: Any,
        authority: Agency,
        item: PlanItem | None = None,
        task: Task | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = _initial(task, item) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.task = task
        if item is not None or task is not None:
            del self.fields["ad_hoc_reason"]
        matters = item.matters.all() if item else Matter.objects.filter(authority=authority)
        self.fields["matters"].choices = [
            (m.pk, m.name) for m in matters if m.state == Matter.State.IN_FORCE
        ]
        units = [(u.pk, u.name) for u in Agency.objects.filter(authority=authority, is_active=True)]
        for name in ("unit", "executing", "participants"):
            self.fields[name].choices = units
        self.is_grouped = task is not None and bool(task.groups.all())
        if not self.is_grouped:  # each group has its own
            self.fields.update(scope_fields(ScopeChoices(authority)))

    def values(self) -> TaskValues:
        cleaned = self.cleaned_data
        given = {name: cleaned[name] for name in TaskValues.__dataclass_fields__ if name in cleaned}
        scope = scope_from(cleaned)
        receipt = self.task.platform_receipt if self.task else ""
        return TaskValues(**given, scope=scope, is_targeted=bool(scope), platform_receipt=receipt)


class ShortTaskForm(forms.Form):
    """新建任务 on one page: what the plan item says stands; a name, days, who inspects, and how many."""

    name = forms.CharField(label="任务名称", max_length=150)
    window_from = day_field("检查自")
    window_to = day_field("检查至")
    executing = forms.TypedMultipleChoiceField(
        label="执行单位", coerce=int, widget=forms.CheckboxSelectMultiple
    )
    count = forms.IntegerField(label="抽取户数", min_value=1, max_value=1_000_000)

    def __init__(
        self,
        *args: Any,
        item: PlanItem,
        k: int,
        units: Sequence[int],
        today: date,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {
            "name": item.name,
            "window_from": max(item.period_from, min(today, item.period_to)),
            "window_to": item.period_to,
            "executing": list(units),
            "count": k or None,
        }
        super().__init__(*args, **kwargs)
        self.item = item
        self.fields["executing"].choices = [  # type: ignore[attr-defined]
            (u.pk, u.name)
            for u in Agency.objects.filter(authority=item.plan.authority, is_active=True)
        ]

    def values(self, *, team_size: int, names_in_notice: bool) -> TaskValues:
        item, typed = self.item, self.cleaned_data
        return TaskValues(
            name=typed["name"],
            unit=item.lead_id,
            matters=[m.pk for m in item.matters.all() if m.state == Matter.State.IN_FORCE],
            window_from=typed["window_from"],
            window_to=typed["window_to"],
            scope=item.scope,
            executing=typed["executing"],
            participants=[
                a.pk for a in item.participants.all() if a.authority_id == item.plan.authority_id
            ],
            is_targeted=bool(item.scope),
            is_risk_differentiated=item.is_risk_differentiated,
            team_size=team_size,
            names_in_notice=names_in_notice,
        )


class SchemeForm(forms.Form):
    scheme = forms.CharField(
        label="实施方案", max_length=20_000, widget=forms.Textarea(attrs={"rows": 26})
    )


class DirectForm(forms.Form):
    """直接指定 out of a tiny pool: who, and why nobody was drawn."""

    entities = forms.TypedMultipleChoiceField(
        label="检查对象", coerce=int, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label="直接指定的原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="随任务留痕并公布，例如：全县在产矿山只有 2 座",
    )

    def __init__(self, *args: Any, candidates: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entities"].choices = candidates  # type: ignore[attr-defined]


class PlatformForm(forms.Form):
    receipt = forms.CharField(
        label="平台回执", max_length=200, help_text="回执编号，或下发名单的通知文号"
    )
    codes = forms.CharField(
        label="抽中对象代码",
        required=False,
        max_length=400_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="每行一个代码，可从表格中整列粘贴",
    )
    upload = forms.FileField(
        label="或上传名单",
        required=False,
        help_text="Excel（.xlsx）或 CSV，须有“统一社会信用代码”列",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("codes") and not cleaned.get("upload"):
            raise forms.ValidationError("请粘贴代码，或上传名单文件。")
        if cleaned.get("codes") and cleaned.get("upload"):
            raise forms.ValidationError("粘贴和上传只选一种，请清空其中一项。")
        return cleaned


class TaskFilter(forms.Form):
    q = forms.CharField(label="任务名称或编号", required=False, max_length=60)
    year = forms.IntegerField(label="年度", required=False, min_value=2000, max_value=2100)


def _initial(task: Task | None, item: PlanItem | None) -> dict[str, Any]:
    if task is not None:
        parts = list(task.participants.all())
        facts = {
            name: getattr(task, name)
            for name in TaskValues.__dataclass_fields__
            if name not in {"unit", "matters", "scope", "executing", "participants"}
        }
        return (
            facts
            | {"unit": task.unit_id, "matters": [m.pk for m in task.matters.all()]}
            | {"executing": [p.agency_id for p in parts if p.part == "executing"]}
            | {"participants": [p.agency_id for p in parts if p.part == "participant"]}
            | scope_initial(task.scope)
        )
    if item is None:
        return {}
    return {
        "name": item.name,
        "unit": item.lead_id,
        "matters": [m.pk for m in item.matters.all()],
        "window_from": item.period_from,
        "window_to": item.period_to,
        "participants": [a.pk for a in item.participants.all()],
        "is_risk_differentiated": item.is_risk_differentiated,
    } | scope_initial(item.scope)
