"""卷宗 of the demo: one archived with its objection and disposal, one with a 续卷 after a correction; the others wait (A89)."""

from functools import partial

from django.utils import timezone

from bureau.errors import RuleError
from bureau.services import documents
from config.seed.story import PUBLISHER, Story
from inspections.models import VisitMatter
from publication.services import dossiers


def put(story: Story) -> None:
    """Before the correction of `aftermath`, after it, and once its objection has been answered."""
    days, agenda = story.days, story.agenda
    agenda.add(days.part(0.2, 16), "16:40", partial(_clean, story))
    agenda.add(days.part(0.2, 26), "10:20", partial(_supplement, story))
    agenda.add(days.part(0.2, 26), "10:40", partial(_with_objection, story))


def _clean(story: Story) -> None:
    """The one that is corrected later."""
    found = next((m for m in _published(story) if m.outcome_codes == ["1"]), None)
    _archive(story, found)


def _with_objection(story: Story) -> None:
    found = next((m for m in _published(story) if m.objections.exists()), None)
    _archive(story, found)


def _published(story: Story) -> list[VisitMatter]:
    rows = VisitMatter.objects.filter(task=story.tasks["survey"], state="published")
    return list(rows.order_by("published_at"))


def _archive(story: Story, matter: VisitMatter | None) -> None:
    if matter is not None and _can_print():
        dossiers.archive(
            visit_pk=matter.visit_id,
            task_pk=matter.task_id,
            actor=story.user(PUBLISHER),
            today=timezone.localdate(),
        )


def _supplement(story: Story) -> None:
    found = next((m for m in _published(story) if m.corrections.exists()), None)
    if found is not None and _can_print():
        dossiers.supplement(
            visit_pk=found.visit_id,
            task_pk=found.task_id,
            reason="归档后更正了检查结果",
            actor=story.user(PUBLISHER),
            today=timezone.localdate(),
        )


def _can_print() -> bool:
    """Where the libraries for PDF are missing the demo goes without archived dossiers."""
    try:
        documents.pdf("publication/documents/dossier_numbers.html", {"pages": [1], "total": 1})
    except RuleError:
        return False
    return True
