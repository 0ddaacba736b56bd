"""Input of recordings, samples, others' conclusions and the site record."""

from collections.abc import Iterable
from typing import Any

from django import forms

from bureau.forms.fields import day_field, moment_field
from inspections.forms.fieldwork import PAPERS, PlaceForm, photos_field
from inspections.models import Conclusion, SampleHandover, SampleResult, SiteNote, VisitMatter
from registry.models import Inspector

RECORDINGS = "video/*,audio/*,application/pdf"


def matter_field(matters: Iterable[VisitMatter], *, required: bool) -> forms.ChoiceField:
    """Which matter of the visit it belongs to."""
    first = [] if required else [("", "整次检查")]
    choices = first + [(str(one.pk), one.matter.name) for one in matters]
    return forms.ChoiceField(
        label="检查事项",
        choices=choices,
        required=required,
        error_messages={"required": "请选择检查事项。"},
    )


class RecordingForm(PlaceForm):
    """The whole file at once; with a script the browser sends it in pieces instead."""

    file = forms.FileField(
        label="录像、录音或大文件",
        widget=forms.FileInput(attrs={"accept": RECORDINGS, "data-large": ""}),
        error_messages={"required": "请先选择文件。"},
    )
    happened_at = moment_field("录制开始时间")
    note = forms.CharField(label="说明", required=False, max_length=200)

    def __init__(self, *args: Any, matters: Iterable[VisitMatter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["visit_matter_pk"] = matter_field(matters, required=False)


class BeginForm(PlaceForm):
    """What upload.js tells before it sends the first piece."""

    fingerprint = forms.RegexField(label="文件特征", regex=r"\A[0-9a-f]{64}\Z")
    name = forms.CharField(label="文件名", max_length=200)
    size = forms.IntegerField(label="字节数", min_value=1, max_value=2**40)
    happened_at = moment_field("录制开始时间")
    note = forms.CharField(label="说明", required=False, max_length=200)

    def __init__(self, *args: Any, matters: Iterable[VisitMatter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["visit_matter_pk"] = matter_field(matters, required=False)


class PieceForm(forms.Form):
    offset = forms.IntegerField(label="位置", min_value=0, max_value=2**40)
    sha256 = forms.RegexField(label="这一段的指纹", regex=r"\A[0-9a-f]{64}\Z")
    piece = forms.FileField(label="这一段")


def paper_field(label: str, *, required: bool = True, accept: str = PAPERS) -> forms.FileField:
    return forms.FileField(
        label=label,
        required=required,
        widget=forms.FileInput(attrs={"accept": accept}),
        help_text="扫描件或照片、PDF。",
        error_messages={"required": "请选择文件。"},
    )


class SampleForm(forms.Form):
    """抽样取证凭证, filled in on the phone."""

    name = forms.CharField(label="样品名称", max_length=100)
    quantity = forms.CharField(label="抽样数量", max_length=60, help_text="如 2 瓶 × 500 mL")
    place = forms.CharField(label="抽样地点", max_length=200)
    seal_number = forms.CharField(label="封条号", max_length=60)
    taken_at = moment_field("抽样时间")
    specification = forms.CharField(label="规格型号", max_length=100, required=False)
    batch = forms.CharField(label="批号或生产日期", max_length=100, required=False)
    base = forms.CharField(label="抽样基数", max_length=60, required=False)
    reserve = forms.CharField(
        label="备样数量及存放", max_length=120, required=False, help_text="如 1 瓶，封存于当事人处"
    )
    is_party_present = forms.TypedChoiceField(
        label="当事人到场并确认封样",
        choices=[("yes", "是"), ("no", "否，由见证人见证")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        initial="yes",
        error_messages={"required": "请选择当事人是否到场确认封样。"},
    )
    witness = forms.CharField(
        label="见证人姓名和身份", max_length=60, required=False, help_text="当事人不在场时填写。"
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, matters: Iterable[VisitMatter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = matter_field(matters, required=True)
        self.fields = {"visit_matter_pk": field, **self.fields}


class HandoverForm(forms.Form):
    receiver = forms.CharField(label="接收人或接收单位", max_length=100)
    receiver_kind = forms.ChoiceField(label="接收方", choices=SampleHandover.Place.choices)
    is_seal_whole = forms.TypedChoiceField(
        label="封条",
        choices=[("yes", "完好"), ("no", "破损")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        initial="yes",
        error_messages={"required": "请选择封条是否完好。"},
    )
    condition = forms.CharField(
        label="样品状况", max_length=200, help_text="如 常温避光，无渗漏；破损的写明情况和经过。"
    )
    happened_at = moment_field("交接时间")
    seen = forms.IntegerField(widget=forms.HiddenInput)


class SampleResultForm(forms.Form):
    laboratory = forms.CharField(label="检验检测机构", max_length=100)
    report_number = forms.CharField(label="报告编号", max_length=100)
    verdict = forms.ChoiceField(label="结论", choices=SampleResult.Verdict.choices)
    text = forms.CharField(
        label="结果摘要", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    reported_on = day_field("报告日期")
    report = paper_field("检测报告")


class ReasonForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class ConclusionForm(forms.Form):
    """What another department, a court or a specialist concluded."""

    source = forms.ChoiceField(
        label="来源",
        choices=[c for c in Conclusion.Source.choices if c[0] != Conclusion.Source.THIRD_PARTY],
    )
    issuer = forms.CharField(label="出具单位或人员", max_length=100)
    document_number = forms.CharField(label="文号", max_length=100, required=False)
    issued_on = day_field("出具日期")
    text = forms.CharField(label="结论", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    file = paper_field("文书", accept=f"{PAPERS},.docx")


class PaperForm(forms.Form):
    """What an entrusted third party handed in."""

    document_number = forms.CharField(label="报告文号", max_length=100, required=False)
    issued_on = day_field("出具日期")
    text = forms.CharField(label="结论", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    file = paper_field("报告", accept=f"{PAPERS},.docx")


class EntrustForm(forms.Form):
    issuer = forms.CharField(label="受委托机构", max_length=100)
    service_kind = forms.ChoiceField(label="委托种类", choices=Conclusion.Service.choices)
    service = forms.CharField(label="委托事项", max_length=200)
    supervisor = forms.ModelChoiceField(
        Inspector.objects.none(),
        label="监督人员",
        help_text="本单位持证执法人员，对委托的工作负责监督；受委托机构只提供专业辅助，不代替检查。",
        error_messages={"required": "委托第三方须有本单位持证人员监督，请选择。"},
    )
    due_on = day_field("应出具日期", required=False)

    def __init__(self, *args: Any, supervisors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["supervisor"].queryset = supervisors  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    """现场检查笔录: what the recorder adds to what is recorded elsewhere."""

    place = forms.CharField(label="检查地点", max_length=300)
    party = forms.CharField(
        label="现场负责人姓名及职务", max_length=100, required=False, help_text="签字的人。"
    )
    text = forms.CharField(
        label="检查情况",
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="写现场看到的和当事人说的；检查表、样品和材料由系统列入，不用重写。",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)


class NoteSignedForm(PlaceForm):
    signed = forms.ChoiceField(
        label="当事人签字",
        choices=SiteNote.Signed.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择“已签字”或“拒绝签字”。"},
    )
    pages = photos_field("签字页照片", required=False, camera=True, accept=PAPERS)
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
