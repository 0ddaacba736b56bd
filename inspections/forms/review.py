"""Input of the reviewer: what is wrong, in all and line by line."""

from collections.abc import Sequence
from typing import Any

from django import forms

from inspections.rules.review_lines import Line


class ReturnForm(forms.Form):
    """A field for the whole, and one per line of the submission (`line:<key>`), all optional but not all empty."""

    note = forms.CharField(
        label="总的意见",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="缺什么，怎么补正。已录入的内容都保留，检查组不用重填。",
    )

    def __init__(self, *args: Any, lines: Sequence[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            self.fields[f"line:{line.key}"] = forms.CharField(
                label=line.label, required=False, max_length=300, help_text=line.text or "（空）"
            )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(str(value).strip() for value in found.values()):
            self.add_error("note", "请写总的意见，或在有问题的那一项写明怎么补正。")
        return found

    @property
    def remarks(self) -> dict[str, str]:
        return {line.key: self.cleaned_data.get(f"line:{line.key}", "") for line in self.lines}

    @property
    def rows(self) -> list[tuple[Line, forms.BoundField]]:
        return [(line, self[f"line:{line.key}"]) for line in self.lines]
