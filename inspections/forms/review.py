"""Input of the reviewer."""

from django import forms


class ReturnForm(forms.Form):
    note = forms.CharField(
        label="缺什么，怎么补正",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="检查组按这里的意见补正，已录入的内容保留，不用重填。",
    )
