"""Platforms and packages as people fill them in."""

import re
from typing import Any

from django import forms

from bureau.forms.fields import day_field
from publication.models import PushTarget
from publication.rules.pushing import PATHS

PATH = re.compile(r"[a-z_]+(\.[a-z_]+)*")


class TargetForm(forms.Form):
    name = forms.CharField(label="平台名称", max_length=60)
    kind = forms.ChoiceField(
        label="方式", choices=PushTarget.Kind.choices, widget=forms.RadioSelect
    )
    receives = forms.MultipleChoiceField(
        label="接收内容",
        choices=PushTarget.What.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一种接收内容。"},
    )
    url = forms.CharField(
        label="接口地址",
        max_length=300,
        required=False,
        help_text="接口推送填写，例如 https://platform.example.gov.cn/api/results。须在运维人员允许的地址之内。",
    )
    credential = forms.CharField(
        label="密钥名称",
        max_length=40,
        required=False,
        help_text="接口推送填写。只填名称，密钥本身由运维人员放在环境变量 PUSH_SECRET_名称 里，不存入数据库。",
    )
    mapping = forms.CharField(
        label="字段对照",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text="每行一项：平台的字段名 = 本系统的字段。接口推送空着的，按公示的原文发送；Excel 空着的，用通用的列。",
    )
    is_active = forms.BooleanField(label="启用", required=False, initial=True)

    def clean_mapping(self) -> list[list[str]]:
        """[[theirs, ours], …]; names the line that cannot be read."""
        known, pairs = dict(PATHS), []
        for number, line in enumerate(self.cleaned_data["mapping"].splitlines(), 1):
            if not line.strip():
                continue
            theirs, sign, ours = line.replace("＝", "=").rpartition("=")
            theirs, ours = theirs.strip(), ours.strip()
            if not sign or not theirs or not PATH.fullmatch(ours):
                raise forms.ValidationError(
                    f"第 {number} 行“{line.strip()[:40]}”认不出，请写成 平台字段 = entity.name。"
                )
            if ours not in known:
                raise forms.ValidationError(
                    f"第 {number} 行的“{ours}”不是本系统的字段，请从下面的表里选。"
                )
            if theirs in dict(pairs):
                raise forms.ValidationError(f"第 {number} 行的“{theirs}”写了两次。")
            pairs.append([theirs, ours])
        return pairs

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("kind") == PushTarget.Kind.HTTP:
            for name in ("url", "credential"):
                if not found.get(name):
                    self.add_error(name, "接口推送须填写这一项。")
        return found


def initial_of(target: PushTarget) -> dict[str, Any]:
    names = ("name", "kind", "receives", "url", "credential", "is_active")
    lines = "\n".join(f"{theirs} = {ours}" for theirs, ours in target.mapping)
    return {name: getattr(target, name) for name in names} | {"mapping": lines}


class PastForm(forms.Form):
    since = day_field("补送自", help_text="这一天以来已经公示的内容补送给平台，送过的不会重送。")


class PackageForm(forms.Form):
    target = forms.ModelChoiceField(label="平台", queryset=PushTarget.objects.none())
    period_from = day_field("公示自")
    period_to = day_field("公示至")

    def __init__(self, *args: Any, targets: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].queryset = targets  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        first, last = found.get("period_from"), found.get("period_to")
        if first and last and last < first:
            self.add_error("period_to", "截止日期早于起始日期，请核对。")
        return found


class HandOverForm(forms.Form):
    receipt_number = forms.CharField(
        label="平台回执编号",
        max_length=100,
        help_text="平台接收后给出的编号；没有编号的，填写接收人和时间。",
    )
    handed_over_on = day_field("报送日期")
