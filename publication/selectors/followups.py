"""What became of a result's problems, as the public may read it (A85): measures that are closed, never their text."""

from typing import Any

from django.db.models import Exists, OuterRef

from inspections.models import Disposal, DisposalAsk, DisposalStep, VisitMatter
from inspections.rules.corrected import WITHDRAWN
from publication.models import PublicEntry
from publication.rules import frozen
from publication.rules.plain_words import measure_sentence

SCHEMA = 1


def steps_of(matter: VisitMatter) -> tuple[list[dict[str, str]], int]:
    """The closed measures in the order of their closing, and how many shown ones are still open; one query."""
    escalated = DisposalStep.objects.filter(disposal=OuterRef("pk"), kind="escalate")
    stopped = DisposalAsk.objects.filter(disposal=OuterRef("pk"), kind="stop", state="approved")
    found = matter.disposals.annotate(is_escalated=Exists(escalated), is_stopped=Exists(stopped))
    rows = [row for row in found.order_by("closed_on", "id") if _is_shown(row)]
    closed = [row for row in rows if row.state == Disposal.State.CLOSED]
    steps = [
        {
            "measure": row.measure,
            "words": measure_sentence(row.measure, _ending(row)),
            "closed_on": row.closed_on.isoformat() if row.closed_on else "",
        }
        for row in closed
    ]
    return steps, len(rows) - len(closed)


def content(
    matter: VisitMatter, result: PublicEntry, steps: list[dict[str, str]], pending: int
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "kind": "followup",
        "authority": {"code": matter.authority.code, "name": matter.authority.name},
        "result": str(result.pk),
        "entity": {"name": result.entity_name, "code": result.entity_code},
        "matter": result.matter_name,
        "steps": steps,
        "pending": pending,
    }


def of_result(entry: PublicEntry) -> dict[str, Any] | None:
    """The follow-up of one result with its entry; None while nothing is closed. One query."""
    rows = PublicEntry.objects.select_related("record")
    found = rows.filter(subject=f"{entry.subject}/followup").first()
    if found is None:
        return None
    return {"entry": found, "content": frozen.thaw(bytes(found.record.content))}


def _is_shown(row: Disposal) -> bool:
    return bool(measure_sentence(row.measure)) and row.result != WITHDRAWN


def _ending(row: Any) -> str:
    return "escalate" if row.is_escalated else "stop" if row.is_stopped else ""
