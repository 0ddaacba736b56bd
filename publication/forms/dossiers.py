"""Forms of 卷宗."""

from django import forms


class SupplementForm(forms.Form):
    reason = forms.CharField(
        label="续卷原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="例如：归档后更正了结果；随续卷留存",
    )
