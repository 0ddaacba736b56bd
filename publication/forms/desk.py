"""Forms of the publication desk."""

from django import forms

from bureau.forms.fields import day_field
from inspections.forms.fieldwork import PAPERS, photos_field


def _text(label: str, rows: int = 4, **options: object) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **options)  # type: ignore[arg-type]


class DayForm(forms.Form):
    publish_on = day_field("公示日期")


class WithholdForm(forms.Form):
    reason = forms.CharField(label="不公开的原因", max_length=300)
    basis = forms.CharField(
        label="法律依据",
        max_length=300,
        help_text="写明法律法规名称和条款，例如：《政府信息公开条例》第十四条。",
    )


class DecideForm(forms.Form):
    decision = forms.ChoiceField(
        label="决定",
        choices=[("approve", "同意依法不公开"), ("decline", "不同意，应当公示")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label="意见", max_length=300, required=False, help_text="不同意的须写明。"
    )


class FindResultForm(forms.Form):
    q = forms.CharField(
        label="检查对象", max_length=100, help_text="已公示结果的单位名称或统一社会信用代码。"
    )


class ObjectionForm(forms.Form):
    applicant = forms.CharField(label="申请人", max_length=200)
    contact = forms.CharField(label="联系方式", max_length=60)
    received_on = day_field("收到日期")
    text = _text("异议内容", 5)
    files = photos_field("申请书和材料（可不附）", required=False, camera=False, accept=PAPERS)


class DeclineForm(forms.Form):
    reason = _text("不予受理的理由", 4, max_length=300)


class AttachForm(forms.Form):
    files = photos_field("申请人材料", required=True, camera=False, accept=PAPERS)


class PaperDeliveryForm(forms.Form):
    delivered_on = day_field("送达日期")
    note = forms.CharField(
        label="送达情况", max_length=200, help_text="送达方式、签收人，例如：邮政快递，门卫签收。"
    )


class RecheckForm(forms.Form):
    is_upheld = forms.ChoiceField(
        label="复查结论",
        choices=[("no", "异议不成立，结果无误"), ("yes", "异议成立，结果有误")],
        widget=forms.RadioSelect,
    )
    finding = _text("复查情况", 5, help_text="查了什么、依据什么得出结论。")


class ReplyForm(forms.Form):
    replied_on = day_field("反馈日期")
    text = _text("反馈内容", 5)
