"""Shared guards of field work and results: locks, who is in the team, and what a changed content does to signatures."""

from typing import Any

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Role, User
from bureau.services import transitions
from inspections.models import TeamMember, Visit, VisitMatter
from inspections.rules.processes import VISIT_MATTER
from inspections.selectors import fieldwork


def lock_visit(pk: Any) -> Visit:
    """The visit first, then its matters: one order of locks for everybody."""
    rows = Visit.objects.select_for_update(of=("self",)).select_related("entity")
    visit: Visit = rows.get(pk=pk)
    return visit


def lock_visit_of(matter_pk: Any) -> Visit:
    return lock_visit(VisitMatter.objects.values_list("visit_id", flat=True).get(pk=matter_pk))


def officer(visit: Visit, actor: User) -> TeamMember:
    """The actor's place in the present team. Raises Forbidden for everybody else (A60, A100)."""
    for member in fieldwork.officers(visit):
        if member.inspector is not None and member.inspector.user_id == actor.pk:
            if not actor.has_role_at(visit.authority_id, Role.INSPECTOR):
                break
            return member
    raise Forbidden(
        f"这一步由检查组成员办理，您不在“{visit.entity}”这次检查的检查组内。如有人员变动，请由分派员办理更换。"
    )


def may_change(matter: VisitMatter) -> None:
    """Raises RuleError when the matter's content is with the reviewer or further on."""
    if matter.state not in fieldwork.OPEN_STATES:
        raise RuleError(
            f"“{matter.matter}”现在是“{matter.get_state_display()}”，内容不能再改。需要补正的，请审核员退回。"
        )


def content_changed(matter: VisitMatter) -> None:
    """A content that was recorded is a new revision now: signatures given before no longer stand (A68)."""
    if not matter.outcome_revision:
        return
    matter.outcome_revision += 1
    if matter.state == VisitMatter.State.SIGNED:
        matter.state = VisitMatter.State.RECORDED
    matter.save(update_fields=["outcome_revision", "state"])


def begin_matter(pk: Any, action: str, actor: User) -> VisitMatter:
    """Locks the visit, then the matter, and checks state and role. Raises Conflict, Forbidden."""
    visit = lock_visit_of(pk)
    rows = VisitMatter.objects.select_related("matter", "task", "authority", "responsible")
    matter: VisitMatter
    matter, _ = transitions.begin(VISIT_MATTER, rows, pk, action, actor)
    matter.visit = visit
    return matter


def begin_matter_by_itself(pk: Any, action: str) -> VisitMatter:
    """As `begin_matter`, for a step that the system takes: the state is checked, there is nobody whose role could be."""
    visit = lock_visit_of(pk)
    rows = VisitMatter.objects.select_related("matter", "task", "authority", "responsible")
    matter: VisitMatter = rows.select_for_update(of=("self",)).get(pk=pk)
    if VISIT_MATTER.find(matter.state, action) is None:
        raise Conflict(transitions.moved_on(VISIT_MATTER, matter))
    matter.visit = visit
    return matter


def settle(visit: Visit) -> None:
    """The visit's state follows its matters: all with the reviewer or further → 结果已提交, else 待录入."""
    if visit.state not in {Visit.State.FINISHED, Visit.State.RECORDED}:
        return
    waiting = visit.matters.filter(state__in=fieldwork.OPEN_STATES).exists()
    state = Visit.State.FINISHED if waiting else Visit.State.RECORDED
    if visit.state != state:
        visit.state = state
        visit.save(update_fields=["state"])
