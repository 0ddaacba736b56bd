from typing import Any

from django import forms

from bureau.forms.fields import day_field
from bureau.models import Agency, User
from registry.forms.base import WordsField, units
from registry.models import Inspector, Recusal


class InspectorFilter(forms.Form):
    q = forms.CharField(
        label="姓名或证号",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    unit = forms.ModelChoiceField(
        Agency.objects.none(),
        label="所在单位",
        required=False,
        empty_label="不限",
        to_field_name="code",
    )
    qual = forms.CharField(label="资质专长", required=False, max_length=40)
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[
            ("", "在库"),
            ("left", "已出库"),
            ("expiring", "证件快到期或已过期"),
            ("away", "离岗"),
        ],
    )
    of = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, authority: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units(authority)  # type: ignore[attr-defined]


class PhotoForm(forms.Form):
    photo = forms.FileField(
        label="照片",
        help_text="JPG 或 PNG，正面免冠，竖幅；系统裁成 3:4，去掉拍摄信息。",
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png"}),
    )


class InspectorForm(forms.Form):
    name = forms.CharField(label="姓名", max_length=40)
    unit = forms.ModelChoiceField(Agency.objects.none(), label="所在科室（所）")
    user = forms.ModelChoiceField(
        User.objects.none(),
        label="登录账号",
        required=False,
        empty_label="还没有账号",
        help_text="在手机上填检查表、签字要用本人账号。",
    )
    post = forms.CharField(label="职务", max_length=60, required=False)
    phone = forms.CharField(label="手机", max_length=20, required=False)
    certificate_no = forms.CharField(label="执法证号", max_length=40)
    certificate_name = forms.CharField(label="执法证名称", max_length=60, initial="行政执法证")
    certificate_issuer = forms.CharField(label="发证机关", max_length=100, required=False)
    certificate_expires_on = day_field("执法证有效期至")
    certificate2_no = forms.CharField(label="第二证号", max_length=40, required=False)
    certificate2_expires_on = day_field("第二证有效期至", required=False)
    quals = WordsField(label="资质专长")
    duties = WordsField(label="职能范围")
    may_lead = forms.BooleanField(label="可任组长", required=False, initial=True)
    capacity = forms.IntegerField(label="每次匹配最多组数", min_value=0, max_value=999, initial=20)
    away_from = day_field("离岗自", required=False)
    away_to = day_field("离岗至", required=False, help_text="空着表示尚未确定返岗日期。")
    away_reason = forms.CharField(label="离岗原因", max_length=100, required=False)
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, authority: Agency, inspector: Inspector | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units(authority)  # type: ignore[attr-defined]
        accounts = User.objects.filter(
            memberships__agency__authority=authority, is_active=True
        ).distinct()
        free = (
            accounts.filter(inspector__isnull=True) | accounts.filter(inspector=inspector)
            if inspector
            else accounts.filter(inspector__isnull=True)
        )
        self.fields["user"].queryset = free.order_by("username")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("away_from"), cleaned.get("away_to")
        if end and not start:
            self.add_error("away_from", "填了返岗日期，也要填离岗日期。")
        if start and end and end < start:
            self.add_error("away_to", "返岗日期不能早于离岗日期。")
        return cleaned


class ExpertForm(forms.Form):
    name = forms.CharField(label="姓名", max_length=40)
    organisation = forms.CharField(label="所在单位", max_length=100)
    title = forms.CharField(label="职称", max_length=40, required=False)
    fields_known = WordsField(label="专业领域")
    phone = forms.CharField(label="电话", max_length=20, required=False)
    capacity = forms.IntegerField(label="每次匹配最多组数", min_value=0, max_value=999, initial=20)
    state = forms.ChoiceField(
        label="状态", choices=Inspector.State.choices, initial=Inspector.State.ACTIVE
    )

    def values(self) -> dict[str, Any]:
        """As the model names them; a form cannot have a field called `fields`."""
        found = dict(self.cleaned_data)
        found["fields"] = found.pop("fields_known")
        return found


class RecusalForm(forms.Form):
    code = forms.CharField(
        label="检查对象代码或名称", max_length=200, help_text="统一社会信用代码，或完整名称。"
    )
    reason = forms.ChoiceField(label="事由", choices=Recusal.Reason.choices)
    note = forms.CharField(label="说明", max_length=300, required=False)
