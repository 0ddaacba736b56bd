from typing import Any

from django import forms

from bureau.forms.fields import day_field
from bureau.models import Agency
from registry.forms.base import WordsField, units
from registry.models import Entity, Listing, SpecialPool
from registry.rules.kinds import RiskFlag, Scale

VISITED = [("", "不限"), ("none", "今年未检查"), ("some", "今年检查过")]


class EntityFilter(forms.Form):
    q = forms.CharField(
        label="名称或代码",
        required=False,
        max_length=96,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "名称（两个字即可）、代码"}),
    )
    kind = forms.ChoiceField(
        label="对象类型", required=False, choices=[("", "不限"), *Entity.Kind.choices]
    )
    credit = forms.ChoiceField(
        label="信用分类", required=False, choices=[("", "不限"), *Listing.CreditClass.choices]
    )
    unit = forms.ModelChoiceField(
        Agency.objects.none(),
        label="责任单位",
        required=False,
        empty_label="不限",
        to_field_name="code",
    )
    pool = forms.ModelChoiceField(
        SpecialPool.objects.none(),
        label="专项库",
        required=False,
        empty_label="不限",
        to_field_name="code",
    )
    standing = forms.ChoiceField(
        label="登记状态", required=False, choices=[("", "不限"), *Entity.Standing.choices]
    )
    tag = forms.CharField(label="标签", required=False, max_length=40)
    visited = forms.ChoiceField(label="今年检查", required=False, choices=VISITED)
    state = forms.ChoiceField(
        label="在库", required=False, choices=[("", "在库"), ("left", "已出库")]
    )
    of = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, authority: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units(authority)  # type: ignore[attr-defined]
        self.fields["pool"].queryset = SpecialPool.objects.filter(
            authority=authority, is_active=True
        )  # type: ignore[attr-defined]


class EntityFactsForm(forms.Form):
    """Facts and listing of one entity; the code is fixed once it is in the register."""

    name = forms.CharField(label="名称", max_length=200)
    kind = forms.ChoiceField(label="对象类型", choices=Entity.Kind.choices)
    standing = forms.ChoiceField(label="登记状态", choices=Entity.Standing.choices)
    unit = forms.ModelChoiceField(Agency.objects.none(), label="责任单位")
    credit_class = forms.ChoiceField(label="信用风险分类", choices=Listing.CreditClass.choices)
    class_source = forms.CharField(label="分类来源", max_length=100, required=False)
    classed_on = day_field("分类日期", required=False)
    risk_flags = forms.MultipleChoiceField(
        label="风险标记", required=False, choices=RiskFlag.choices(), widget=forms.CheckboxSelectMultiple,
        help_text="有标记的不受每年被抽中次数的限制（临淄指引（十三））。",
    )  # fmt: skip
    tags = WordsField(label="标签")
    address = forms.CharField(label="住所（地址）", max_length=300, required=False)
    legal_representative = forms.CharField(
        label="法定代表人（负责人）", max_length=60, required=False
    )
    contact_name = forms.CharField(label="联络员", max_length=60, required=False)
    contact_phone = forms.CharField(label="联系电话", max_length=40, required=False)
    industry = forms.RegexField(
        r"^[A-T]?[0-9]{0,4}$",
        label="行业代码",
        required=False,
        error_messages={"invalid": "行业代码按 GB/T 4754 填写，例如 B1011 或 1011。"},
    )
    industry_name = forms.CharField(label="行业", max_length=60, required=False)
    scale = forms.ChoiceField(
        label="规模", required=False, choices=[("", "未登记"), *Scale.choices()]
    )
    established_on = day_field("成立日期", required=False)
    licence_name = forms.CharField(label="许可证名称", max_length=100, required=False)
    licence_number = forms.CharField(label="许可证编号", max_length=100, required=False)
    licence_expires_on = day_field(
        "许可证有效期至", required=False, help_text="长期有效的填 9999-12-31。"
    )
    business_scope = forms.CharField(
        label="经营范围", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, authority: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units(authority)  # type: ignore[attr-defined]


class EntityEditForm(EntityFactsForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class EntityCreateForm(EntityFactsForm):
    id_kind = forms.ChoiceField(
        label="代码种类", choices=[c for c in Entity.IdKind.choices if c[0] != "issued"]
    )
    code = forms.CharField(
        label="代码", max_length=96, help_text="统一社会信用代码 18 位；字母用大写，入库后不能改。"
    )
    field_order = ("id_kind", "code", "name", "kind")


class ReasonForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class TagForm(forms.Form):
    tag = forms.CharField(label="标签", max_length=40)


class SaveFilterForm(forms.Form):
    name = forms.CharField(label="名称", max_length=40)
    query = forms.CharField(max_length=500, required=False, widget=forms.HiddenInput)
