"""One rule setting, with a field of its kind and its citation."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from bureau.models import RuleSetting
from bureau.rules import bands, caps
from bureau.rules.setting_catalogue import Setting


class SettingForm(forms.Form):
    year = forms.TypedChoiceField(label="适用年度", required=False, coerce=int, empty_value=None)
    mode = forms.ChoiceField(
        label="对下级的效力", choices=RuleSetting.Mode.choices, initial="default"
    )
    citation = forms.CharField(
        label="依据", max_length=300, help_text="文件名称、文号和条款。没有依据的数字不能设置。"
    )

    def __init__(self, *args: Any, setting: Setting, has_subordinates: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.setting = setting
        now = timezone.localdate().year
        self.fields["year"].choices = [
            ("", "每年"),
            *((y, f"{y} 年") for y in range(now - 1, now + 3)),
        ]  # type: ignore[attr-defined]
        self.fields = {"value": self._value_field(), **self.fields}
        if not has_subordinates:
            del self.fields["mode"]

    def _value_field(self) -> forms.Field:
        s = self.setting
        label = f"取值（{s.unit}）" if s.unit else "取值"
        if s.kind == "int":
            return forms.IntegerField(label=label, min_value=0, max_value=10_000)
        if s.kind == "decimal":
            return forms.DecimalField(
                label=label, min_value=0, max_value=100, max_digits=6, decimal_places=3
            )
        if s.kind == "bool":
            return forms.TypedChoiceField(
                label=label, choices=[("1", "是"), ("0", "否")], coerce=lambda v: v == "1"
            )
        if s.kind == "choice":
            return forms.ChoiceField(label=label, choices=s.choices)
        if s.kind == "month_day":
            return forms.RegexField(
                r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
                label="月-日",
                help_text="例如 01-31",
                error_messages={"invalid": "请写成 月-日，各两位，例如 03-31。"},
            )
        if s.kind in {"bands", "caps"}:
            return forms.CharField(label=label, max_length=200, help_text=s.help)
        return forms.RegexField(
            r"^[0-9]{1,3}([,，、 ]+[0-9]{1,3})*$",
            label=label,
            help_text="几个数字，用逗号分开，例如 5,3,1",
            error_messages={"invalid": "请写几个数字，用逗号分开，例如 5,3,1。"},
        )

    def clean_value(self) -> Any:
        value = self.cleaned_data["value"]
        if isinstance(value, Decimal):
            return str(value.normalize()) if value else "0"
        if self.setting.kind in {"bands", "caps"}:
            table = bands if self.setting.kind == "bands" else caps
            try:
                return table.written(table.read(value))  # type: ignore[attr-defined]
            except ValueError as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
        if self.setting.kind == "table":
            return sorted(
                {
                    int(n)
                    for n in value.replace("，", ",")
                    .replace("、", ",")
                    .replace(" ", ",")
                    .split(",")
                    if n
                },
                reverse=True,
            )
        return value
