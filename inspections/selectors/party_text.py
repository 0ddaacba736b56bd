"""What the party sees above the signature on glass: every answer as it stands, in lines (A66)."""

from dataclasses import dataclass

from django.urls import reverse

from inspections.models import Evidence, GlassSignature, Visit
from inspections.rules import glass as rules
from inspections.selectors import fieldwork

UNANSWERED = "未填"


@dataclass(frozen=True)
class ShownLine:
    """`path` is the page of the item: the phone puts in what it has not sent yet."""

    text: str
    answer: str = ""
    path: str = ""
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.text}{self.answer}"


def lines(visit: Visit, sheets: list[fieldwork.Sheet] | None = None) -> list[ShownLine]:
    """The heading, then each matter with its items."""
    shown = [
        ShownLine(f"行政检查记录　检查编号 {visit.number}"),
        ShownLine(f"被检查单位：{visit.entity.name}"),
    ]
    for sheet in fieldwork.sheets(visit) if sheets is None else sheets:
        shown.append(ShownLine(f"检查事项：{sheet.matter.matter.name}"))
        shown += [_item(sheet, line) for line in sheet.lines]
    return shown


def opinion_line(opinion: str) -> str:
    return f"当事人意见：{' '.join(opinion.split()) or '无'}"


def text(visit: Visit, sheets: list[fieldwork.Sheet] | None = None) -> str:
    """Exactly what a signature given now would stand for."""
    return "\n".join([*map(str, lines(visit, sheets)), opinion_line(visit.party_opinion)])


def latest(visit: Visit) -> GlassSignature | None:
    return (
        GlassSignature.objects.filter(evidence__visit=visit)
        .select_related("evidence__file")
        .order_by("-evidence_id")
        .first()
    )


def is_stale(visit: Visit, sheets: list[fieldwork.Sheet] | None = None) -> bool:
    """Whether something changed after the party signed on glass, and no signed page on paper stands in for it."""
    found = latest(visit)
    if found is None or visit.party_signed != "signed":
        return False
    if visit.evidence.filter(kind=Evidence.Kind.SIGNED_PAGE).exists():
        return False
    return found.text != text(visit, sheets)


def _item(sheet: fieldwork.Sheet, line: fieldwork.Line) -> ShownLine:
    stored = line.answer
    words = (
        rules.answer_words(str(stored.get_value_display()), line.measured, stored.remark)
        if stored
        else UNANSWERED
    )
    path = reverse(
        "inspections:field-item", kwargs={"pk": sheet.matter.pk, "number": line.item.number}
    )
    return ShownLine(f"{line.item.number}．{line.item.text}：", words, path, line.item.unit)
