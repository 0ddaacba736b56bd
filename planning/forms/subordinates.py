"""Whose pools a superior's task draws from."""

from typing import Any

from django import forms

from bureau.models import Agency
from planning.selectors import shares


class SubordinatesForm(forms.Form):
    owners = forms.TypedMultipleChoiceField(
        label="下级单位",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="一个都不选，就从本单位名录库抽取",
        error_messages={"invalid_choice": "只能选择直接下级单位，请重新选择。"},
    )

    def __init__(self, *args: Any, authority: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = shares.subordinates(authority).values_list("pk", "name")
        self.fields["owners"].choices = list(rows)  # type: ignore[attr-defined]
