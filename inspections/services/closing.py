"""办结: when the last matter is published, its visit, picks, ledger entry and task end with it (A58, A85)."""

from django.utils import timezone

from bureau import audit
from bureau.models import User
from inspections.models import Visit, VisitMatter
from inspections.selectors.records import FINAL
from inspections.services.dispatch import source_of
from planning.models import Pick
from planning.services import picks
from registry.services import ledger


def close_finished(*, matter: VisitMatter, actor: User | None) -> None:
    """Closes whatever is finished now; call it in the transaction that finished `matter`.

    The task closes with its last pick (planning.services.picks).
    """
    visit = matter.visit
    if not visit.matters.filter(task=matter.task_id).exclude(state__in=FINAL).exists():
        own = Pick.objects.filter(
            task=matter.task_id, entity=visit.entity_id, state=Pick.State.DISPATCHED
        )
        for pick in own.order_by("id"):
            picks.mark(pick, state=Pick.State.DONE, actor=actor)
    if visit.matters.exclude(state__in=FINAL).exists() or visit.state == Visit.State.CLOSED:
        return
    visit.state = Visit.State.CLOSED
    visit.save(update_fields=["state"])
    day = timezone.localdate(visit.started_at) if visit.started_at else None
    ledger.close_entry(source=source_of(visit), day=day)
    audit.record("visit.closed", "检查办结", target=visit, actor=actor)
