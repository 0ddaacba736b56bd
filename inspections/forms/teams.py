"""Input for teams: the sitting, 直接委派, replacement and 回避."""

from typing import Any

from django import forms
from django.utils import timezone

from bureau.forms.fields import moment_field
from inspections.models import Replacement, TeamSitting, Visit
from inspections.rules.teams import BY_HAND
from inspections.selectors.assigning import Choice
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
        help_text="本单位持证人员不足两人时，可从全局人员中联合匹配。",
    )
    pool_note = forms.CharField(label="扩大人员范围的原因", max_length=200, required=False)
    digits_each = forms.IntegerField(
        label="每位监督人给出位数", min_value=8, max_value=64, initial=12
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["planned_at"].initial = timezone.localtime().replace(second=0, microsecond=0)


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


class NoteForm(forms.Form):
    note = forms.CharField(label="理由", max_length=300, widget=forms.Textarea({"rows": 2}))
