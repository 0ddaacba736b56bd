"""Which results go on the list for the service hall."""

from typing import Any

from django import forms

from bureau.forms.fields import day_field
from bureau.models import Agency
from planning.models import Task


class HallForm(forms.Form):
    since = day_field("公示自")
    until = day_field("公示至")
    task = forms.ChoiceField(label="抽查任务", required=False)
    unit = forms.ChoiceField(label="检查单位", required=False)

    def __init__(self, *args: Any, authority: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tasks = Task.objects.filter(authority=authority, dispatched_at__isnull=False)
        named = tasks.order_by("-id").values_list("number", "name")[:300]
        units = Agency.objects.filter(authority=authority).order_by("code")
        self._choose("task", [(number, f"{number} {name}") for number, name in named])
        self._choose("unit", [(name, name) for name in units.values_list("name", flat=True)])

    def _choose(self, name: str, options: list[tuple[str, str]]) -> None:
        self.fields[name].choices = [("", "全部"), *options]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and until and until < since:
            self.add_error("until", "截止日期早于起始日期，请核对。")
        return found
