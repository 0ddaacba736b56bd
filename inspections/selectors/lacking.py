"""What a visit still lacks before it can end (A61, A64, A66, A69)."""

from collections import Counter

from inspections.models import Evidence, Visit
from inspections.rules import answers as rules
from inspections.selectors import fieldwork, media, party_text, precheck_state


def missing(visit: Visit, rows: list[fieldwork.Sheet] | None = None) -> list[str]:
    """What is still to be done before this visit can end; `rows` are its sheets where they are read already."""
    rows = fieldwork.sheets(visit) if rows is None else rows
    several = len(rows) > 1
    kinds: Counter[str] = Counter(visit.evidence.values_list("kind", flat=True))
    return rules.missing(
        [
            rules.Answered(
                matter=f"“{one.matter.matter.name}”" if several else "检查表",
                item=line.item,
                value=line.answer.value if line.answer else None,
                photos=len(line.photos),
            )
            for one in rows
            for line in one.lines
        ],
        officers_present=sum(member.present_at is not None for member in fieldwork.officers(visit)),
        party_signed=visit.party_signed,
        signed_pages=kinds[Evidence.Kind.SIGNED_PAGE] + kinds[Evidence.Kind.GLASS_SIGNATURE],
        lacks_precheck=precheck_state.is_lacking(visit),
        lacks_recording=media.is_lacking(visit),
        signed_is_stale=party_text.is_stale(visit, rows),
        trimmed=visit.trimmed_steps,
    )
