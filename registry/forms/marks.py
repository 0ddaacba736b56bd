"""Input of taking a risk mark off."""

from django import forms


class EndForm(forms.Form):
    reason = forms.CharField(
        label="取消的理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="例如：完成信用修复，文号……；处罚决定被撤销，文号……。",
    )
