"""Input of the sitting's pages: shape and format only; what is allowed is the services' (DRAW §4)."""

import re
from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from bureau.forms.fields import day_field, moment_field
from bureau.models import Agency, User
from bureau.services import notifications
from lottery.beacons import REFUSED_SOURCES, check_source
from lottery.errors import ProtocolError
from planning.models import Draw, Sitting
from planning.selectors import sittings as reads

NO_DIGITS = "只能填 0–9 的数字，不要有空格。"


class SittingForm(forms.Form):
    title = forms.CharField(label="名称", max_length=150)
    tasks = forms.ModelMultipleChoiceField(
        label="任务",
        queryset=None,
        widget=forms.CheckboxSelectMultiple,
        help_text="只列出待摇号、还没有安排的任务。同场各项任务共用监督人的数字，一起锁定。",
        error_messages={"required": "请至少选择一项任务。"},
    )
    unit = forms.ModelChoiceField(label="组织单位", queryset=None)
    place = forms.CharField(label="地点", max_length=100, required=False)
    planned_at = moment_field("计划时间")
    digits_each = forms.IntegerField(
        label="每位监督人给出位数",
        min_value=8,
        max_value=64,
        initial=12,
        help_text="一位监督人至少 12 位，两位以上每人至少 8 位；用骰子或摇号球得出。",
    )
    beacon_source = forms.ChoiceField(
        label="公共随机源",
        choices=[
            *Sitting.Beacon.choices,
            ("不能使用（选中可看原因）", [(name, name) for name in REFUSED_SOURCES]),
        ],
        initial="none",
        help_text="在约定时刻之前谁都不知道的公开数值；有监督人时可以不用。",
    )
    beacon_not_before = moment_field("随机值公布不早于", required=False)
    beacon_round = forms.CharField(
        label="期号",
        max_length=20,
        required=False,
        help_text="快乐8 为 7 位期号；drand 可留空，按公布时刻自动取第一轮。",
    )
    reveal = forms.ChoiceField(
        label="公开方式",
        choices=[("immediate", "抽取后立即公开名单"), ("deferred", "延后公开（防止通风报信）")],
        initial="immediate",
        help_text="延后公开时，公告指纹和记录仍然立即公开；名单在任务办结或最迟公开日公开。",
    )
    reveal_by = day_field("最迟公开日", required=False)

    def clean_beacon_source(self) -> str:
        """A source of too few values is refused with the reason (DRAW §4.3)."""
        source = str(self.cleaned_data["beacon_source"])
        if source in REFUSED_SOURCES:
            try:
                check_source(source)
            except ProtocolError as refused:
                raise forms.ValidationError(str(refused)) from refused
        return source

    def __init__(self, *args: Any, authority: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tasks"].queryset = reads.free_tasks(authority.pk)
        self.fields["unit"].queryset = Agency.objects.filter(authority=authority, is_active=True)
        self.fields["unit"].initial = authority.pk
        self.fields["title"].initial = self._usual_title
        self.fields["planned_at"].initial = timezone.localtime().replace(second=0, microsecond=0)

    def _usual_title(self) -> str:
        """After the first task that was asked for; nothing where none was."""
        try:
            task = (
                self.fields["tasks"].queryset.filter(pk__in=self.initial.get("tasks", [])).first()
            )
        except ValidationError:  # not the id of anything
            return ""
        return f"{task.name[:145]}摇号会" if task else ""


class WitnessForm(forms.Form):
    user = forms.ModelChoiceField(
        label="监督人",
        queryset=None,
        help_text="只列出有“摇号监督人”角色、且不是操作人和任务经办人的人员。",
    )
    capacity_text = forms.CharField(
        label="身份", max_length=60, initial="局办公室监督人员", required=False
    )

    def __init__(self, *args: Any, sitting: Sitting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        holders = notifications.holders(authority=sitting.authority, roles=["witness"])
        barred = reads.barred_witnesses(sitting)
        self.fields["user"].queryset = User.objects.filter(
            pk__in=[user.pk for user in holders if user.pk not in barred]
        )


class LockForm(forms.Form):
    reason = forms.CharField(
        label="重抽或补抽的原因",
        max_length=200,
        help_text="所选任务以前抽取过；原因写入公告，对外公开。",
    )

    def __init__(self, *args: Any, is_redraw: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_redraw:
            del self.fields["reason"]


COMMIT_CODE = re.compile(r"ssj1-commit\|([0-9a-f]{64})\|([0-9a-f]{64})")
OPEN_CODE = re.compile(r"ssj1-open\|([0-9a-f]{64})\|([0-9]{8,64})")


class CommitForm(forms.Form):
    """Commitments made in the browser or elsewhere; digits only where no script runs and the server computes."""

    digits = forms.RegexField(
        r"^[0-9]+$", label="数字", required=False, error_messages={"invalid": NO_DIGITS}
    )
    code = forms.CharField(label="承诺码", max_length=8000, required=False)
    own_device = forms.BooleanField(label="这是我本人的设备（不是操作人的）", required=False)

    def __init__(self, *args: Any, sitting: Sitting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_a = dict(sitting.draws.order_by("chain_number").values_list("a", "number"))
        for number in self.by_a.values():
            self.fields[f"commitment-{number}"] = forms.RegexField(
                r"^[0-9a-f]{64}$",
                label=f"{number} 的承诺值",
                required=False,
                error_messages={"invalid": "承诺值是 64 位小写十六进制数字，请整段粘贴。"},
            )

    @property
    def commitments(self) -> dict[str, str]:
        return {number: self.cleaned_data[f"commitment-{number}"] for number in self.by_a.values()}

    def clean_code(self) -> dict[str, str]:
        """Draw number → value, from lines that a scanner or the offline page gives."""
        text = "".join(self.cleaned_data["code"].split())
        found = dict(COMMIT_CODE.findall(text))
        if text and not found:
            raise forms.ValidationError(
                "承诺码认不出，请整段粘贴或重新扫描：ssj1-commit|公告指纹|承诺值。"
            )
        foreign = [a for a in found if a not in self.by_a]
        if foreign:
            raise forms.ValidationError(
                f"承诺码中的公告指纹 {foreign[0][:8]}… 不是本次摇号的，请核对锁定单后重新计算。"
            )
        return {self.by_a[a]: value for a, value in found.items()}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        for number, value in given["code"].items():
            given[f"commitment-{number}"] = given[f"commitment-{number}"] or value
        missing = [n for n in self.by_a.values() if not given[f"commitment-{n}"]]
        if missing and not given.get("digits"):
            raise forms.ValidationError(
                f"还缺 {'、'.join(missing)} 的承诺值。请输入数字并生成承诺，或粘贴在别处算好的全部承诺码。"
            )
        return given


class OpenForm(forms.Form):
    code = forms.CharField(
        label="开封码",
        required=False,
        max_length=400,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="用离线页面或在操作人设备上承诺的，扫描或粘贴开封码即可；否则留空，填下面两项。",
    )
    digits = forms.RegexField(
        r"^[0-9]+$",
        label="数字",
        required=False,
        error_messages={"invalid": NO_DIGITS},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    salt = forms.RegexField(
        r"^[0-9a-f]{64}$",
        label="盐值",
        required=False,
        error_messages={"invalid": "盐值是 64 位小写十六进制数字，请整段粘贴您作承诺时保存的值。"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    own_device = forms.BooleanField(
        label="这是我本人的设备（不是操作人的）", required=False, initial=True
    )

    def __init__(self, *args: Any, has_salt: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_salt = has_salt
        if not has_salt:
            del self.fields["salt"], self.fields["code"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        code = "".join(given.pop("code", "").split())
        match = OPEN_CODE.fullmatch(code)
        if code and match is None:
            self.add_error("code", "开封码认不出，请整段粘贴或重新扫描：ssj1-open|盐值|数字。")
        if match is not None:
            given["salt"], given["digits"] = match.groups()
        if self.errors:
            return given
        if not given.get("digits"):
            self.add_error("digits", "请填写数字。")
        if self.has_salt and not given.get("salt"):
            self.add_error("salt", "请填写作承诺时保存的盐值。")
        return given


class SignInAgain(forms.Form):
    """The witness's own password on the operator's device: checked as a login is, without signing anybody out (DRAW §4.2)."""

    def __init__(self, *args: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.user = request, user
        self.fields["password"] = forms.CharField(
            label=f"{user.full_name}的登录密码",
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            error_messages={"required": f"请由{user.full_name}本人输入登录密码。"},
            help_text="由监督人本人输入；操作人不会因此退出登录。",
        )

    def clean_password(self) -> str:
        """Raises ValidationError for a wrong password; after too many the login's own lock answers for the whole request."""
        found = authenticate(
            self.request, username=self.user.username, password=self.cleaned_data["password"]
        )
        if found is None or found.pk != self.user.pk:
            raise forms.ValidationError(
                f"密码不对，请由{self.user.full_name}本人重新输入；连续输错会锁定一段时间。"
            )
        if self.user.must_change_password:
            raise forms.ValidationError(
                f"{self.user.full_name}还在使用初始密码，请先在自己的设备上登录并修改密码。"
            )
        return ""


class CommitHereForm(SignInAgain, CommitForm):
    pass


class OpenHereForm(SignInAgain, OpenForm):
    own_device = None


class BeaconForm(forms.Form):
    value = forms.CharField(
        label="公布的数值",
        max_length=200,
        help_text="快乐8：20 个号码，用空格隔开；drand：64 位 randomness。登记后不能更改。",
    )
    again = forms.CharField(label="再输一遍", max_length=200)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("value", "").split() != given.get("again", "").split():
            raise forms.ValidationError("两次输入的数值不一致，请对照公布页面核对后重新输入。")
        return given


class VoidForm(forms.Form):
    draw = forms.ModelChoiceField(
        label="作废哪一次抽取", queryset=None, required=False, empty_label="本场全部抽取"
    )
    reason = forms.CharField(
        label="作废原因", max_length=200, help_text="原因会随作废的抽取一并公开。"
    )

    def __init__(self, *args: Any, sitting: Sitting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Draw.objects.filter(sitting=sitting).exclude(events__kind="voided")
        self.fields["draw"].queryset = own
        if sitting.state != Sitting.State.COMPUTED or own.count() < 2:
            del self.fields["draw"]


class VoidDecisionForm(forms.Form):
    approve = forms.ChoiceField(
        label="意见",
        choices=[("yes", "批准作废"), ("no", "不同意作废")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="说明", max_length=200, required=False)
