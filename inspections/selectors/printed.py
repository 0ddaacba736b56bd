"""What the papers around dispatch and people print: 任务下达单, 人员更换审批表, 递补抽取记录 (A47, A51, A56)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from bureau.models import Agency, User
from bureau.services import wordings
from inspections.models import Replacement, TeamMember, Visit
from inspections.rules.forms_papers import REPLACEMENT_FORM, RESERVE_FORM, TASK_ORDER_FORM
from inspections.selectors import disclosure
from planning.models import Pick, Skip, Task
from registry.models import Recusal

LATER = "届时告知"


def units_of(task: Task, user: User) -> "QuerySet[Agency]":
    """Units that have visits of this task, as far as the reader may see them."""
    seen = Visit.objects.visible_to(user).filter(matters__task=task)
    rows: QuerySet[Agency] = Agency.objects.filter(pk__in=seen.values("unit")).order_by("code")
    return rows


def task_order(task: Task, unit: Agency, user: User, now: datetime) -> dict[str, Any]:
    """One unit's list; who goes stands there once the team may know it, and for whoever hands it out (DRAW §4)."""
    visits = list(
        Visit.objects.visible_to(user)
        .filter(matters__task=task, unit=unit)
        .exclude(state__in=(Visit.State.SPLIT, Visit.State.TRANSFERRED))
        .select_related("entity", "authority", "unit")
        .prefetch_related("matters__matter", "matters__task")
        .order_by("number")
        .distinct()
    )
    open_ones = disclosure.readable(user, visits, now)
    teams = _teams(visits)
    values = {
        "task": task.number,
        "task_name": task.name,
        "count": str(len(visits)),
        "window_from": _day(task.window_from),
        "window_to": _day(task.window_to),
    }
    return {
        "form": wordings.of(TASK_ORDER_FORM.key, task.authority, **values),
        "authority": task.authority.name,
        "unit": unit.name,
        "number": task.number,
        "on": timezone.localdate(task.dispatched_at) if task.dispatched_at else None,
        "matters": list(dict.fromkeys(m.matter.name for v in visits for m in v.matters.all())),
        "rows": [_row(v, teams.get(v.pk, []), v.pk in open_ones) for v in visits],
    }


def _teams(visits: Sequence[Visit]) -> dict[Any, list[TeamMember]]:
    found: dict[Any, list[TeamMember]] = {}
    rows = TeamMember.objects.filter(visit__in=visits, is_current=True)
    for member in rows.select_related("inspector", "expert").order_by("position"):
        found.setdefault(member.visit_id, []).append(member)
    return found


def _row(visit: Visit, team: Sequence[TeamMember], is_open: bool) -> dict[str, str]:
    entity = visit.entity
    people = [m for m in team if m.inspector_id]
    experts = [str(m) for m in team if m.expert_id]
    names = "、".join(
        f"{m}（{m.get_part_display()}）" if m.part != TeamMember.Part.MEMBER else str(m)
        for m in people
    )
    return {
        "visit": visit.number,
        "name": entity.name,
        "code": "" if entity.kind == "person" else entity.public_code,
        "address": entity.address,
        "matters": "；".join(dict.fromkeys(m.matter.name for m in visit.matters.all())),
        "window": f"{visit.window_from} 至 {visit.window_to}",
        "team": (names or "未匹配") if is_open or not team else LATER,
        "experts": ("、".join(experts)) if is_open else "",
    }


def replacement(row: Replacement) -> dict[str, Any]:
    """The sheet of one 人员更换: who left and why, who came and how, who agreed (A56, A57)."""
    visit = row.visit
    joiner = row.joiner
    return {
        "form": wordings.of(REPLACEMENT_FORM.key, visit.authority),
        "authority": visit.authority.name,
        "visit": {"number": visit.number, "entity": visit.entity.name, "unit": visit.unit.name},
        "number": row.number,
        "leaver": _person(row.leaver),
        "joiner": _person(joiner) if joiner else "",
        "how": _how(row),
        "cause": row.get_code_display(),
        "recusal": _recusal(row.recusal_reason),
        "note": row.note,
        "passed_over": _passed(row),
        "requested": f"{row.requested_by.full_name}　{_moment(row.at)}",
        "decision": _decision(row),
        "decided": f"{row.approved_by.full_name}　{_moment(row.decided_at)}"
        if row.approved_by
        else "",
        "state": row.get_state_display(),
    }


def replacements_of(visits: "QuerySet[Visit]") -> "QuerySet[Replacement]":
    rows: QuerySet[Replacement] = Replacement.objects.filter(visit__in=visits).select_related(
        "visit__authority", "visit__entity", "visit__unit", "requested_by", "approved_by",
        "leaver__inspector", "leaver__expert", "joiner__inspector", "joiner__expert",
    )  # fmt: skip
    return rows


def reserves(task: Task, user: User, now: datetime) -> dict[str, Any]:
    """Every 递补 of a task: entities by rank, people by ticket; only what the reader may see."""
    picks = (
        Pick.objects.visible_to(user)
        .filter(task=task, follows__isnull=False)
        .select_related("entity", "follows__entity")
        .prefetch_related("follows__skips__approved_by")
        .order_by("stratum", "rank")
    )
    visits = Visit.objects.visible_to(user).filter(matters__task=task).distinct()
    known = disclosure.readable(
        user, list(visits.select_related("authority").prefetch_related("matters__task")), now
    )
    people = replacements_of(visits).filter(state=Replacement.State.DONE).order_by("at", "id")
    return {
        "form": wordings.of(RESERVE_FORM.key, task.authority),
        "authority": task.authority.name,
        "task": {"number": task.number, "name": task.name},
        "entities": [_entity_reserve(pick) for pick in picks],
        "people": [_person_reserve(row) for row in people if row.visit_id in known],
    }


def _entity_reserve(pick: Pick) -> dict[str, str]:
    old = pick.follows
    assert old is not None
    skip = next((s for s in old.skips.all() if s.state == Skip.State.APPROVED), None)
    approved = ""
    if skip is not None and skip.approved_by is not None and skip.decided_at is not None:
        approved = f"{skip.approved_by.full_name} {timezone.localdate(skip.decided_at)}"
    return {
        "stratum": pick.stratum,
        "old": f"{old.entity.name}（第 {old.rank} 位）",
        "new": f"{pick.entity.name}（第 {pick.rank} 位）",
        "cause": str(skip.get_code_display() if skip else old.get_state_display()),
        "note": skip.note if skip else "",
        "approved": approved,
        "ticket": pick.ticket,
    }


def _person_reserve(row: Replacement) -> dict[str, str]:
    assert row.approved_by is not None
    assert row.decided_at is not None
    return {
        "visit": row.visit.number,
        "old": str(row.leaver),
        "new": str(row.joiner),
        "how": _how(row),
        "cause": str(row.get_code_display()),
        "passed": "；".join(_passed(row)),
        "approved": f"{row.approved_by.full_name} {timezone.localdate(row.decided_at)}",
    }


def _person(member: TeamMember) -> str:
    number = member.inspector.certificate_no if member.inspector else ""
    return f"{member}（{number + '，' if number else ''}{member.get_part_display()}）"


def _how(row: Replacement) -> str:
    if row.joiner is None:
        return ""
    return "另行指派" if row.is_designated else str(row.joiner.get_source_display())


def _passed(row: Replacement) -> list[str]:
    return [
        f"{p['pid']}：{p.get('label') or p.get('code', '')}，{p.get('approver', '')}同意"
        for p in row.passed_over
    ]


def _recusal(reason: str) -> str:
    return str(Recusal.Reason(reason).label) if reason in Recusal.Reason.values else reason


def _decision(row: Replacement) -> str:
    said = {Replacement.State.DONE: "同意更换。", Replacement.State.DECLINED: "不同意更换。"}
    return said.get(Replacement.State(row.state), "") + row.decision_note


def _moment(at: datetime | None) -> str:
    if at is None:
        return ""
    local = timezone.localtime(at)
    return f"{_day(local.date())} {local:%H:%M}"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
