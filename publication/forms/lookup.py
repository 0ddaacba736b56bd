"""The code a firm looks itself up by, and whose draws."""

from collections.abc import Sequence
from typing import Any

from django import forms

from bureau.models import Agency
from publication.rules import lookup


class LookupForm(forms.Form):
    code = forms.CharField(
        label="统一社会信用代码、注册号或许可证号",
        max_length=200,
        strip=True,
        help_text="只认完整的代码，不按名称查。矿山、项目、地块用许可证号、项目代码或地块编号；自然人用本次抽取的化名编号（P- 开头）。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "请输入统一社会信用代码、注册号或许可证号。"},
    )
    owner = forms.ModelChoiceField(
        label="哪个单位的抽取",
        queryset=Agency.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=None,
        error_messages={"invalid_choice": "没有这个单位，请从列表中选择。"},
    )

    def __init__(self, data: Any = None, *, owners: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self._owners = list(owners)
        if len(self._owners) > 1:
            self.fields["owner"].queryset = Agency.objects.filter(  # type: ignore[attr-defined]
                pk__in=[owner.pk for owner in self._owners]
            )
        else:
            self.fields["owner"].widget = forms.HiddenInput()
            self.fields["owner"].disabled = True

    def clean_code(self) -> lookup.Typed:
        typed = lookup.read(str(self.cleaned_data["code"]))
        if typed.problem:
            raise forms.ValidationError(typed.problem)
        return typed

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self._owners:
            raise forms.ValidationError("还没有任何单位发布过抽取公告，名单锁定后再来查询。")
        data["owner"] = data.get("owner") or self._owners[0]
        return data
