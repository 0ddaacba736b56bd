"""Input in the field: arrival, one checklist item, evidence, the party's signature, the end."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from bureau.forms.fields import moment_field
from inspections.models import ChecklistAnswer, Evidence, TeamMember
from inspections.rules.answers import STEPS
from inspections.rules.glass import MOST_BYTES, Stroke, decoded, normalised
from inspections.rules.places import Place
from inspections.selectors.fieldwork import Sheet

IMAGES = "image/jpeg,image/png,image/webp"
PAPERS = f"{IMAGES},application/pdf"


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """Any number of files, as a list; at most `limit`."""

    def __init__(self, *args: Any, limit: int = 12, **kwargs: Any) -> None:
        self.limit = limit
        super().__init__(*args, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        found = [data] if isinstance(data, UploadedFile) else list(data or [])
        if self.required and not found:
            raise forms.ValidationError("请先拍照或选择文件。")
        if len(found) > self.limit:
            raise forms.ValidationError(f"一次最多上传 {self.limit} 个文件，请分几次上传。")
        return [super(ManyFiles, self).clean(one, initial) for one in found]


def photos_field(label: str, *, required: bool, camera: bool, accept: str = IMAGES) -> ManyFiles:
    attrs = {"accept": accept, "data-preview": ""} | ({"capture": "environment"} if camera else {})
    return ManyFiles(label=label, required=required, widget=ManyFilesInput(attrs=attrs))


def shown_field(label: str = "已出示执法证，并说明来意") -> forms.BooleanField:
    """The service says in words what is wrong without it (A64)."""
    return forms.BooleanField(label=label, required=False)


class PlaceForm(forms.Form):
    """Hidden fields that field.js fills when the phone says where it is; everything works without."""

    latitude = forms.FloatField(
        required=False, min_value=-90, max_value=90, widget=forms.HiddenInput
    )
    longitude = forms.FloatField(
        required=False, min_value=-180, max_value=180, widget=forms.HiddenInput
    )

    def place(self) -> Place:
        latitude, longitude = (self.cleaned_data.get(n) for n in ("latitude", "longitude"))
        if latitude is None or longitude is None:
            return Place()
        return Place(Decimal(f"{latitude:.6f}"), Decimal(f"{longitude:.6f}"))


class ArriveForm(PlaceForm):
    happened_at = moment_field("到场时间")
    certificates_shown = shown_field()


class SecondForm(ArriveForm):
    """The second officer signs in for this one step on the leader's phone; the leader stays signed in."""

    username = forms.CharField(
        label="用户名",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label="密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("username", "password", "happened_at", "certificates_shown")


class StartForm(PlaceForm):
    happened_at = moment_field("到场时间")
    certificates_shown = shown_field("检查人员均已出示执法证，并说明来意")
    present = forms.TypedMultipleChoiceField(
        label="到场的检查人员",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="不少于 2 名，均须出示执法证。",
        error_messages={"required": "请勾选到场的检查人员，不少于 2 名。"},
    )

    def __init__(self, *args: Any, officers: Iterable[TeamMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["present"].choices = [  # type: ignore[attr-defined]
            (m.pk, f"{m.inspector.name}（{m.get_part_display()}，{m.inspector.certificate_no}）")
            for m in officers
            if m.inspector is not None
        ]


class AnswerForm(PlaceForm):
    value = forms.ChoiceField(
        label="结论",
        choices=ChecklistAnswer.Value.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择符合、不符合或不涉及。"},
    )
    number = forms.DecimalField(
        label="实测值",
        required=False,
        max_digits=14,
        decimal_places=4,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"invalid": "实测值只填数字，例如 5.2；单位不用写。"},
    )
    remark = forms.CharField(
        label="情况说明", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    photos = photos_field("拍照", required=False, camera=True)
    key = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class EvidenceForm(PlaceForm):
    kind = forms.ChoiceField(
        label="种类",
        choices=[
            (kind.value, kind.label)
            for kind in (Evidence.Kind.PHOTO, Evidence.Kind.SIGNED_PAGE, Evidence.Kind.DOCUMENT)
        ],
    )
    files = photos_field("照片或文件", required=True, camera=False, accept=f"{PAPERS},.docx,.xlsx")
    about = forms.ChoiceField(label="用于", required=False)
    note = forms.CharField(label="说明", required=False, max_length=200)

    def __init__(self, *args: Any, sheets: Iterable[Sheet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].help_text = "照片、PDF 或 Word、Excel 文件，每个不超过 40 MB。"
        self.fields["about"].choices = [("", "整次检查")] + [  # type: ignore[attr-defined]
            choice
            for sheet in sheets
            for choice in [
                (str(sheet.matter.pk), sheet.matter.matter.name),
                *(
                    (f"{sheet.matter.pk}/{line.item.number}", f"　{line.row}")
                    for line in sheet.lines
                ),
            ]
        ]

    def link(self) -> dict[str, Any]:
        """`visit_matter_pk` and `item_number` of what the material shows."""
        matter, _, number = self.cleaned_data["about"].partition("/")
        return {"visit_matter_pk": matter or None, "item_number": int(number) if number else None}


class PartyForm(PlaceForm):
    """`glass`, `glass_text`: the stroke and what was shown for it, from field_glass.js."""

    glass = forms.CharField(required=False, max_length=MOST_BYTES * 2, widget=forms.HiddenInput)
    glass_text = forms.CharField(
        required=False, max_length=60_000, strip=False, widget=forms.HiddenInput
    )
    signed = forms.ChoiceField(
        label="当事人签字",
        choices=[("signed", "已签字盖章"), ("refused", "拒绝签字")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择“已签字盖章”或“拒绝签字”。"},
    )
    pages = photos_field("签字页照片", required=False, camera=True, accept=PAPERS)
    signer = forms.CharField(
        label="签名人姓名和职务",
        required=False,
        max_length=60,
        help_text="只在屏幕上签名时填写，例如“刘某，矿长”。",
    )
    opinion = forms.CharField(
        label="当事人意见",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="照当事人写的抄录；没有意见可不填。",
    )
    refusal_note = forms.CharField(
        label="拒绝签字的原因和现场情况",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="只在拒绝签字时填写。",
    )
    witness_name = forms.CharField(
        label="见证人姓名和身份", required=False, max_length=60, help_text="只在拒绝签字时填写。"
    )

    def stroke(self) -> Stroke | None:
        """What was drawn; None when the party signed on paper or refused."""
        if not self.cleaned_data["glass"] or self.cleaned_data["signed"] != "signed":
            return None
        return Stroke(
            decoded(self.cleaned_data["glass"]) or b"",
            normalised(self.cleaned_data["glass_text"]),
            self.cleaned_data["signer"],
        )


class FinishForm(forms.Form):
    happened_at = moment_field("检查结束时间")


class TrimForm(forms.Form):
    step = forms.ChoiceField(label="删减的程序", choices=list(STEPS.items()))
    reason = forms.CharField(
        label="原因",
        required=False,
        max_length=300,
        help_text="写明为什么不需要这一步；留空表示恢复这一步。",
    )
