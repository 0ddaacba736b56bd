"""Filters of the public results; every field may be left out."""

from typing import Any

from django import forms

from bureau.forms.fields import day_field
from bureau.models import Agency, Region
from registry.models import Matter
from registry.rules import uscc
from registry.rules.names import search_key


class ResultFilter(forms.Form):
    q = forms.CharField(
        label="单位名称、代码或任务编号",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "至少两个字，或完整的统一社会信用代码"}),
    )
    matter = forms.ChoiceField(label="抽查事项", required=False)
    task = forms.CharField(label="任务编号", required=False, max_length=60)
    unit = forms.ChoiceField(label="检查单位", required=False)
    region = forms.ChoiceField(label="行政区划", required=False)
    outcome = forms.ChoiceField(
        label="检查结果",
        required=False,
        choices=[("", "全部"), ("clean", "未发现问题"), ("found", "发现问题")],
    )
    since = day_field("公示自", required=False)
    until = day_field("公示至", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        matters = Matter.objects.exclude(state=Matter.State.DRAFT).order_by("name")
        units = Agency.objects.exclude(kind=Agency.Kind.PARTNER).order_by("code")
        regions = Region.objects.order_by("code").values_list("code", "name")
        self._choose("matter", [(n, n) for n in matters.values_list("name", flat=True).distinct()])
        self._choose("unit", [(n, n) for n in units.values_list("name", flat=True)])
        self._choose("region", list(regions))

    def _choose(self, name: str, options: list[tuple[str, str]]) -> None:
        self.fields[name].choices = [("", "全部"), *options]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and until and since > until:
            self.add_error("until", "公示至不能早于公示自，请把两个日期对调。")
        return found

    def clean_task(self) -> str:
        return "".join(str(self.cleaned_data["task"]).split())

    def clean_q(self) -> str:
        text = " ".join(str(self.cleaned_data["q"]).split())
        if text and len(search_key(text)) < 2:
            raise forms.ValidationError("请至少输入两个字。")
        return text


def doubt_about(query: str) -> str:
    """What is odd about a typed code, to be said when nothing is found; empty for a name."""
    text = uscc.normalise(query).text
    if len(text) != uscc.LENGTH or not text.isascii():
        return ""
    problem = uscc.check(text)
    return problem.sentence if problem else ""


class TokenForm(forms.Form):
    token = forms.CharField(
        label="核验码",
        max_length=32,
        help_text="印在检查通知书二维码旁边。",
        error_messages={"required": "请输入通知书上的核验码。"},
    )

    def clean_token(self) -> str:
        text = "".join(str(self.cleaned_data["token"]).split())
        if not text.isascii() or not text.replace("-", "").replace("_", "").isalnum():
            raise forms.ValidationError("核验码只有字母和数字，请对照通知书重新输入。")
        return text
