"""Input of 行政处罚信息: what the decision says, and the review."""

from typing import Any

from django import forms

from bureau.forms.fields import day_field
from bureau.models import Agency
from publication.models import Penalty
from publication.selectors import penalties as reads
from publication.services.penalties import Decision


def _words(label: str, rows: int, most: int, **options: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, widget=area, **options)


class PenaltyForm(forms.Form):
    number = forms.CharField(label="处罚决定书文号", max_length=80)
    decided_by_name = forms.CharField(label="作出处罚的机关", max_length=100)
    decided_on = day_field("处罚决定日期")
    kind = forms.ChoiceField(label="处罚种类", choices=Penalty.Kind.choices)
    fact = _words("违法事实", 4, 2000, help_text="对外公示。不要写自然人姓名、住址和电话。")
    basis = _words("处罚依据", 2, 300)
    content = _words("处罚内容", 2, 300, help_text="例如：罚款人民币贰万元。")
    amount = forms.DecimalField(
        label="罚没金额（元）", required=False, max_digits=14, decimal_places=2, min_value=0
    )
    flag = forms.ChoiceField(
        label="列入",
        required=False,
        choices=[("", "不列入"), *Penalty._meta.get_field("flag").choices],
        help_text="列入的，公示后名录库同时标记，抽取时可以提高比例、不受次数限制。",
    )
    flag_until_on = day_field("列入至", required=False)

    def decision(self) -> Decision:
        given = {name: self.cleaned_data[name] for name in Decision.__dataclass_fields__}
        return Decision(**given)


class NewPenaltyForm(PenaltyForm):
    entity_code = forms.CharField(
        label="被处罚对象的代码",
        max_length=96,
        help_text="名录库里的统一社会信用代码或公开编码。",
    )
    field_order = ("entity_code",)

    def __init__(self, *args: Any, authority: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.authority = authority
        self.entity: Any = None

    def clean_entity_code(self) -> str:
        code: str = self.cleaned_data["entity_code"]
        self.entity = reads.entity_by_code(self.authority, code)
        if self.entity is None:
            raise forms.ValidationError("名录库里没有这个代码，请核对，或先把对象登记入库。")
        return code


class ReviewForm(forms.Form):
    approve = forms.ChoiceField(
        label="意见",
        choices=[("yes", "审核通过并公示"), ("no", "退回补正")],
        widget=forms.RadioSelect,
    )
    note = _words("审核意见", 2, 300, required=False, help_text="退回须写明。")


class SearchForm(forms.Form):
    q = forms.CharField(
        label="单位名称或代码",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "至少两个字，或完整的统一社会信用代码"}),
    )
