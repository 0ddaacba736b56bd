"""A visit that nobody will make: its matters, its picks, its ledger entry and its team end together (A70, A71; DRAW §5)."""

from django.urls import reverse

from bureau.models import StoredFile, User
from bureau.services import notifications
from inspections.models import Replacement, TeamMember, Visit, VisitMatter
from inspections.services.dispatch import source_of
from planning.models import Pick
from planning.services import picks
from registry.services import ledger


def end_uninspected(
    *,
    visit: Visit,
    visit_state: str,
    pick_state: str,
    code: str,
    note: str,
    requested_by: User,
    approved_by: User,
    evidence: StoredFile | None = None,
) -> list[Pick]:
    """Ends the locked visit for a cause that a rule names. Returns the reserves that were called up.

    Both states have the same words in visit, matter and pick. The caller records the event.
    """
    items = list(visit.matters.select_for_update(of=("self",)).select_related("pick"))
    visit.matters.update(state=visit_state)
    visit.state = visit_state
    visit.save(update_fields=["state"])
    ledger.close_entry(source=source_of(visit), counts=False)
    called = picks.settle(
        picks={item.pick_id: item.pick for item in items if item.pick}.values(),
        state=pick_state,
        code=code,
        note=note,
        requested_by=requested_by,
        approved_by=approved_by,
        evidence=evidence,
    )
    tell_called(called)
    return called


def free_team(visit: Visit, *, why: str) -> None:
    """The team does not go: members leave, open replacements end, order and draw are taken off the visit."""
    TeamMember.objects.filter(visit=visit, is_current=True).update(is_current=False, reason=why)
    Replacement.objects.filter(visit=visit, state=Replacement.State.REQUESTED).update(
        state=Replacement.State.DECLINED, decision_note=why
    )
    visit.team_draw = visit.team_sitting = visit.order = visit.planned_on = None


def leave_out(*, visit: Visit, pick: Pick) -> None:
    """A skipped pick's matters leave the locked visit; the visit ends with its last one."""
    own = visit.matters.filter(pick=pick, state=VisitMatter.State.PENDING)
    own.update(state=VisitMatter.State.SKIPPED)
    rest = list(visit.matters.exclude(state__in=VisitMatter.NOT_CHECKED).select_related("matter"))
    if rest:
        ledger.set_matters(source=source_of(visit), matters=[item.matter for item in rest])
        return
    visit.state = Visit.State.SKIPPED
    visit.save(update_fields=["state"])
    ledger.close_entry(source=source_of(visit), counts=False)


def tell_called(called: list[Pick]) -> None:
    """Reserves that were called up wait for the organiser's dispatch."""
    for pick in called:
        task = pick.task
        people = {user.pk: user for user in (task.created_by, task.dispatched_by) if user}
        notifications.notify(
            users=people.values(),
            key=f"pick.called:{pick.pk}",
            text=f"任务“{task.name}”由第 {pick.rank} 位“{pick.entity.name}”递补，请派发",
            url=reverse("inspections:dispatch", args=[task.pk]),
            authority=task.authority,
        )
