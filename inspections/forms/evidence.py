"""Input of recordings, samples, others' conclusions and the site record."""

from collections.abc import Iterable
from typing import Any

from django import forms

from bureau.forms.fields import moment_field
from inspections.forms.fieldwork import PlaceForm
from inspections.models import VisitMatter

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
