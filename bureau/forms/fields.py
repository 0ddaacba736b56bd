"""Days and moments as every form takes them: the browser's own picker, one spelling, one sentence when wrong."""

from typing import Any

from django import forms

DAY = "%Y-%m-%d"
MOMENT = "%Y-%m-%dT%H:%M"


def day_field(label: str, **options: Any) -> forms.DateField:
    """A day; `options` are DateField's own, `required=False` among them."""
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format=DAY),
        error_messages={"invalid": "日期格式不对，请写成 2026-11-20。"},
        **options,
    )


def moment_field(label: str, **options: Any) -> forms.DateTimeField:
    """A moment to the minute in local time; the browser's T or a blank between day and time."""
    return forms.DateTimeField(
        label=label,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        input_formats=[MOMENT, f"{MOMENT}:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"],
        error_messages={"invalid": "时间格式不对，请写成 2026-11-20 09:30。"},
        **options,
    )
