"""Input for teams: the sitting, 直接委派, replacement and 回避."""

from typing import Any

from django import forms
from django.utils import timezone

from bureau.forms.fields import day_field, moment_field
from bureau.models import Agency
from inspections.models import Replacement, TeamSitting, Visit
from inspections.rules.teams import BY_HAND
from inspections.selectors import joint, teams
from inspections.selectors.assigning import Choice
from planning.models import Task
from registry.models import Expert, Inspector, Recusal
from registry.selectors import inspectors


class TeamSittingForm(forms.Form):
    planned_at = moment_field("计划时间")
    place = forms.CharField(label="地点", max_length=100, required=False)
    pool = forms.ChoiceField(
        label="人员范围",
        choices=TeamSitting.Pool.choices,
        initial=TeamSitting.Pool.UNIT,
        widget=forms.RadioSelect,
        help_text="本单位持证人员不足两人时，可从全局人员中匹配，或与相邻单位联合匹配（对方同意后才能锁定名单）。",
    )
    neighbour = forms.ModelChoiceField(
        label="相邻单位",
        queryset=Agency.objects.none(),
        required=False,
        empty_label="不联合",
        help_text="选“与相邻单位联合匹配”时填写。",
    )
    pool_note = forms.CharField(label="扩大人员范围的原因", max_length=200, required=False)
    parties = forms.ModelMultipleChoiceField(
        label="联合检查的参与部门",
        queryset=Agency.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="每个部门另抽两名以上人员，组长由牵头单位的人员担任；对方同意后才能锁定名单。",
    )
    experts = forms.ChoiceField(
        label="专家产生方式",
        choices=TeamSitting.Experts.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    digits_each = forms.IntegerField(
        label="每位监督人给出位数", min_value=8, max_value=64, initial=12
    )
    reveal = forms.ChoiceField(
        label="名单公开",
        choices=[("immediate", "立即公开"), ("deferred", "延后公开")],
        required=False,
        widget=forms.RadioSelect,
        help_text="公开名单写有人员编码和检查编号，不写企业名称。检查前一晚才告知检查人员的，建议延后公开。",
    )
    reveal_by = day_field("最迟公开日", required=False)

    def __init__(
        self, *args: Any, unit: Agency, task: Task, visits: list[Visit], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["planned_at"].initial = timezone.localtime().replace(second=0, microsecond=0)
        self.fields["neighbour"].queryset = joint.neighbours_of(unit)
        parties = joint.parties_of(task, unit)
        self.fields["parties"].queryset = Agency.objects.filter(pk__in=[p.pk for p in parties])
        self.fields["parties"].initial = [party.pk for party in parties]
        if not parties:
            del self.fields["parties"]
        if not any(fields for _, fields in teams.demands_of(visits).values()):
            del self.fields["experts"]
        else:
            self.fields["experts"].initial = TeamSitting.Experts.DRAWN
        self.fields["reveal"].initial = "immediate"

    def arrangement(self) -> dict[str, Any]:
        """What the service takes; radio buttons left alone mean the usual way."""
        given = dict(self.cleaned_data)
        given["experts"] = given.get("experts") or TeamSitting.Experts.DRAWN
        given["reveal"] = given.get("reveal") or "immediate"
        given["parties"] = list(given.get("parties", []))
        return given


class LockForm(forms.Form):
    reason = forms.CharField(
        label="再次匹配的原因",
        max_length=200,
        required=False,
        help_text="本单位在这个任务中匹配过时写入公告；留空则写“对尚无检查组的检查补充匹配”。",
    )


class _OfficerChoices(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Inspector) -> str:
        return _shown(obj)


class _LeaderChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Inspector) -> str:
        return _shown(obj)


def _shown(person: Inspector) -> str:
    quals = f"，{'、'.join(person.quals)}" if person.quals else ""
    return f"{person.name}（{person.unit.short_name}，{person.certificate_no}{quals}）"


class AssignForm(forms.Form):
    officers = _OfficerChoices(
        label="检查人员",
        queryset=Inspector.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择两名检查人员。"},
    )
    leader = _LeaderChoice(
        label="组长", queryset=Inspector.objects.none(), empty_label="请从所选人员中指定"
    )
    experts = forms.ModelMultipleChoiceField(
        label="专家",
        queryset=Expert.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(
        label="直接委派的原因",
        max_length=200,
        help_text="例如：本所持证人员不足两人，随机匹配未能成组。",
    )

    def __init__(self, *args: Any, visit: Visit, choices: list[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = [choice.inspector.pk for choice in choices if not choice.why_not]
        people = Inspector.objects.filter(pk__in=able).select_related("unit").order_by("pid")
        self.fields["officers"].queryset = people
        self.fields["leader"].queryset = people.filter(may_lead=True)
        experts = inspectors.experts(visit.authority)
        self.fields["experts"].queryset = experts
        if not experts.exists():
            del self.fields["experts"]


class ReplacementForm(forms.Form):
    code = forms.ChoiceField(
        label="原因", choices=Replacement.Code.choices, widget=forms.RadioSelect
    )
    recusal_reason = forms.ChoiceField(
        label="回避事由",
        choices=Recusal.Reason.choices,
        required=False,
        initial=Recusal.Reason.DECLARED,
        help_text="只在原因为“回避”时登记。",
    )
    note = forms.CharField(label="具体情况", max_length=300, widget=forms.Textarea({"rows": 3}))

    def clean_recusal_reason(self) -> str:
        return self.cleaned_data["recusal_reason"] or Recusal.Reason.DECLARED


class PassForm(forms.Form):
    pid = forms.CharField(widget=forms.HiddenInput, max_length=64)
    code = forms.ChoiceField(
        label="不能参加的原因", choices=[(code.value, code.label) for code in BY_HAND]
    )


class DesignateForm(forms.Form):
    person = forms.ChoiceField(label="指派")
    reason = forms.CharField(label="另行指派的原因", max_length=300)

    def __init__(
        self, *args: Any, replacement: Replacement, choices: list[Choice], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        people: list[Inspector | Expert]
        if replacement.leaver.expert_id:
            people = list(inspectors.experts(replacement.visit.authority))
        else:
            people = [choice.inspector for choice in choices if not choice.why_not]
        in_team = {
            m.inspector_id or m.expert_id for m in replacement.visit.team.all() if m.is_current
        }
        self.people = {person.pid: person for person in people if person.pk not in in_team}
        self.fields["person"].choices = [
            (pid, _shown(p) if isinstance(p, Inspector) else str(p))
            for pid, p in self.people.items()
        ]

    def clean_person(self) -> Inspector | Expert:
        return self.people[self.cleaned_data["person"]]


class _PersonForm(forms.Form):
    person = forms.ChoiceField(label="人员")
    reason = forms.CharField(label="原因", max_length=200)

    def __init__(self, *args: Any, people: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {person.pid: person for person in people}
        self.fields["person"].choices = [
            (pid, _shown(p) if isinstance(p, Inspector) else _expert_shown(p))
            for pid, p in self.people.items()
        ]

    def clean_person(self) -> Any:
        return self.people[self.cleaned_data["person"]]


class HelperForm(_PersonForm):
    """派员协助: holders of what is preferred come first."""


class ExpertForm(_PersonForm):
    """指定专家."""


def _expert_shown(person: Expert) -> str:
    return f"{person.name}（专家，{person.organisation}，{'、'.join(person.fields)}）"


class WithdrawForm(forms.Form):
    reason = forms.CharField(label="不再参加的原因", max_length=200)


class PlanDayForm(forms.Form):
    day = day_field("检查日期", required=False, help_text="留空表示不安排具体日期。")


class AnswerForm(forms.Form):
    agree = forms.ChoiceField(
        label="答复", choices=[("yes", "同意派员"), ("no", "不同意")], widget=forms.RadioSelect
    )
    note = forms.CharField(
        label="意见", max_length=200, required=False, help_text="不同意的须写明理由。"
    )

    def values(self) -> dict[str, Any]:
        return {"agree": self.cleaned_data["agree"] == "yes", "note": self.cleaned_data["note"]}


class LetterForm(AnswerForm):
    letter = forms.CharField(label="对方来函的文号或日期", max_length=100)

    def values(self) -> dict[str, Any]:
        return super().values() | {"letter": self.cleaned_data["letter"]}


class NoteForm(forms.Form):
    note = forms.CharField(label="理由", max_length=300, widget=forms.Textarea({"rows": 2}))
