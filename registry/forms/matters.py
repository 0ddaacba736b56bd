from typing import Any

from django import forms

from bureau.models import Agency
from registry.forms.base import WordsField, units
from registry.models import Entity, Matter


class MatterFilter(forms.Form):
    q = forms.CharField(
        label="名称或编码",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    category = forms.ChoiceField(
        label="类别", required=False, choices=[("", "不限"), *Matter.Category.choices]
    )
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "不限"), *Matter.State.choices]
    )
    unit = forms.ModelChoiceField(
        Agency.objects.none(),
        label="责任科室",
        required=False,
        empty_label="不限",
        to_field_name="code",
    )

    of = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, authority: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units(authority)  # type: ignore[attr-defined]


class MatterForm(forms.Form):
    code = forms.RegexField(
        r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$",
        label="事项编码",
        error_messages={"invalid": "事项编码只能用字母、数字和 . _ -，且以字母或数字开头。"},
    )
    name = forms.CharField(label="抽查事项", max_length=200)
    category = forms.ChoiceField(label="事项类别", choices=Matter.Category.choices)
    field = forms.CharField(label="领域", max_length=60, required=False)
    object_kinds = forms.MultipleChoiceField(
        label="检查对象类型", choices=Entity.Kind.choices, widget=forms.CheckboxSelectMultiple
    )
    object_text = forms.CharField(label="检查对象", max_length=200)
    content = forms.CharField(label="抽查内容", widget=forms.Textarea(attrs={"rows": 3}))
    methods = forms.MultipleChoiceField(
        label="检查方式", choices=Matter.Method.choices, widget=forms.CheckboxSelectMultiple
    )
    legal_basis = forms.CharField(
        label="检查依据",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="法律法规规章名称和条款。没有依据的事项不能列入执行清单。",
    )
    body = forms.CharField(label="检查主体", max_length=200)
    level = forms.CharField(label="实施层级", max_length=40, required=False)
    ratio_text = forms.CharField(label="抽查比例", max_length=100, required=False)
    frequency_text = forms.CharField(label="抽查频次", max_length=100, required=False)
    required_quals = WordsField(
        label="法定资质要求", help_text="只填法律要求的资质；匹配人员时必须满足。用顿号分开。"
    )
    preferred_quals = WordsField(label="优先专长")
    expert_fields = WordsField(label="须专家领域")
    materials = forms.CharField(
        label="须准备的资料", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    guide = forms.CharField(
        label="抽查工作指引", required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    is_enterprise_related = forms.BooleanField(label="涉企检查事项", required=False)


class NewMatterForm(MatterForm):
    unit = forms.ModelChoiceField(Agency.objects.none(), label="责任科室")

    def __init__(self, *args: Any, authority: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units(authority)  # type: ignore[attr-defined]


class ReviseMatterForm(MatterForm):
    reason = forms.CharField(
        label="调整原因",
        max_length=200,
        help_text="例如：《矿产资源法》修订施行。会随版本保留并公布。",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class PhrasesField(forms.CharField):
    """Standard phrases, one a line; a tap on the phone puts one into the answer."""

    MOST, LONGEST = 12, 100

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        lines = [line.strip() for line in super().clean(value).splitlines()]
        found = list(dict.fromkeys(line for line in lines if line))
        if len(found) > self.MOST:
            raise forms.ValidationError(f"常用语最多 {self.MOST} 条，一行一条。")
        if any(len(line) > self.LONGEST for line in found):
            raise forms.ValidationError(f"每条常用语最多 {self.LONGEST} 字，请分成几条或写短。")
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(self.prepare_value(initial or ""), data))


class ChecklistItemForm(forms.Form):
    text = forms.CharField(
        label="检查内容", max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    point = forms.CharField(
        label="检查要点", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    basis = forms.CharField(
        label="依据", required=False, max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )
    method = forms.ChoiceField(
        label="检查方式", required=False, choices=[("", "不限"), *Matter.Method.choices]
    )
    needs_photo = forms.BooleanField(label="须拍照", required=False)
    unit = forms.CharField(label="数值单位", required=False, max_length=20)
    minimum = forms.DecimalField(label="下限", required=False, max_digits=14, decimal_places=4)
    maximum = forms.DecimalField(label="上限", required=False, max_digits=14, decimal_places=4)
    phrases = PhrasesField(label="常用语", required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        low, high = cleaned.get("minimum"), cleaned.get("maximum")
        if low is not None and high is not None and low > high:
            self.add_error("maximum", "上限不能小于下限。")
        if (low is not None or high is not None) and not cleaned.get("unit"):
            self.add_error("unit", "有上下限的条目要写明单位。")
        return cleaned


class ChecklistBase(forms.BaseFormSet):  # type: ignore[type-arg]
    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].label = "次序"
        form.fields["DELETE"].label = "删除"

    def items(self) -> list[dict[str, Any]]:
        """The rows to keep, in the order wanted; empty extra rows and deleted ones fall away."""
        return [
            {
                name: value
                for name, value in form.cleaned_data.items()
                if name not in ("ORDER", "DELETE")
            }
            for form in self.ordered_forms
        ]


ChecklistFormSet = forms.formset_factory(
    ChecklistItemForm,
    formset=ChecklistBase,
    extra=3,
    can_delete=True,
    can_order=True,
    max_num=60,
    absolute_max=120,  # what is built when somebody writes a number of their own into the form
    validate_max=True,
)
