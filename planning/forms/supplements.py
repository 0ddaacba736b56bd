"""Input of a 补抽: how many of each stratum, why, and the sitting's arrangement."""

from typing import Any

from django import forms
from django.utils import timezone

from bureau.forms.fields import moment_field
from planning.models import Task
from planning.selectors.picks import Shortfall
from planning.services.supplements import default_title


class SupplementForm(forms.Form):
    reason = forms.CharField(
        label="补抽原因",
        max_length=200,
        help_text="写入公告，对外公开。",
    )
    title = forms.CharField(label="摇号会名称", max_length=150)
    place = forms.CharField(label="地点", max_length=100, required=False)
    planned_at = moment_field("计划时间")
    digits_each = forms.IntegerField(
        label="每位监督人给出位数",
        min_value=8,
        max_value=64,
        initial=12,
        help_text="须用新的数字，不能沿用前一次的。",
    )

    def __init__(self, *args: Any, task: Task, rows: list[Shortfall], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = [row for row in rows if row.open]
        self.fields["title"].initial = default_title(task)
        self.fields["planned_at"].initial = timezone.localtime().replace(second=0, microsecond=0)
        for place, row in enumerate(self.rows):
            self.fields[f"k{place}"] = forms.IntegerField(
                label=f"“{row.stratum}”层补抽户数",
                min_value=0,
                max_value=row.open,
                initial=row.open,
                help_text=f"有 {row.fell_out} 户未检查，已补抽 {row.made_up} 户，最多再补 {row.open} 户。",
            )
        self.order_fields([*(f"k{place}" for place in range(len(self.rows))), *self.fields])

    @property
    def counts(self) -> dict[str, int]:
        return {row.stratum: self.cleaned_data[f"k{place}"] for place, row in enumerate(self.rows)}

    def values(self) -> dict[str, Any]:
        names = ("reason", "title", "place", "planned_at", "digits_each")
        return {name: self.cleaned_data[name] for name in names}
