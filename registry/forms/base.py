"""Fields that several registry forms share."""

from typing import Any

from django import forms

from bureau.models import Agency


class WordsField(forms.CharField):
    """A list of labels written with 、 or commas; gives a sorted list without doubles."""

    def __init__(self, *, label: str, help_text: str = "用顿号或逗号分开", **kwargs: Any) -> None:
        super().__init__(label=label, required=False, help_text=help_text, max_length=400, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "、".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value)
        for mark in "，,；;":
            text = text.replace(mark, "、")
        words = sorted({word.strip() for word in text.split("、") if word.strip()})
        if any(len(word) > 40 for word in words):
            raise forms.ValidationError("每一项不超过 40 个字，请用顿号分开。")
        return words


def units(authority: Agency) -> Any:
    """Divisions and stations of an authority, itself first."""
    return Agency.objects.filter(authority=authority, is_active=True).order_by("kind", "code")
