"""What the public is shown of one thing, by the publication rule of its kind (ARCHITECTURE §6): plain values, ready to freeze.

Firms and 个体户 stand by registered name and code, other natural persons masked and without a code. Checklists, remarks,
findings and evidence are never part of it; inspectors only where the bureau's setting says so.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from bureau.models import Agency
from bureau.selectors import rule_settings
from inspections.models import TeamMember, VisitMatter
from inspections.rules.outcomes import OUTCOMES, public_label
from planning.models import Pick, Plan, PlanAdjustment, PlanItem, Task
from planning.selectors import plans, tasks
from publication.models import Correction
from registry.models import Entity, Matter
from registry.rules.kinds import EntityKind
from registry.rules.names import may_show_code, public_name
from registry.selectors import entities

SCHEMA = 1
# The bureau's words for a task drawn elsewhere (A108).
NOT_RECOMPUTABLE = "上级平台抽取，本站不可复算"


@dataclass(frozen=True)
class Shown:
    """An entity as the public may see it."""

    name: str
    code: str


def shown(entity: Entity) -> Shown:
    kind = EntityKind(entity.kind)
    return Shown(public_name(kind, entity.name), entity.public_code if may_show_code(kind) else "")


def result_subject(matter: VisitMatter) -> str:
    return f"inspections.visitmatter:{matter.pk}"


def plan_subject(plan: Plan) -> str:
    return f"planning.plan:{plan.pk}"


def adjustment_subject(adjustment: PlanAdjustment) -> str:
    return f"planning.plan:{adjustment.plan_id}/adjustment:{adjustment.number}"


def task_subject(task: Task) -> str:
    return f"planning.task:{task.pk}"


def result(
    matter: VisitMatter, published_on: date, correction: Correction | None = None
) -> dict[str, Any]:
    """One matter's result (A78: matter, name, result; here also task, unit, region and date).

    `correction` is the one that is being approved; those before it are read.
    """
    visit, entity = matter.visit, matter.visit.entity
    names_shown = rule_settings.value_of("names_in_results", matter.authority, published_on.year)
    content: dict[str, Any] = _head("result", matter.authority, published_on) | {
        "entity": {
            "name": shown(entity).name,
            "code": shown(entity).code,
            "kind": entity.get_kind_display(),
        },
        "matter": {
            "code": matter.matter.code,
            "name": matter.matter.name,
            "version": matter.matter_revision.version,
        },
        "task": {"number": matter.task.number, "name": matter.task.name},
        "unit": _agency(visit.unit),
        "region": _region(entity),
        "visit": visit.number,
        "inspected_on": _inspected_on(matter),
        "methods": [str(Matter.Method(m).label) for m in matter.methods if m in Matter.Method],
        "outcome": public_label(matter.outcome_codes),
        "outcome_codes": sorted(matter.outcome_codes),
        "found_problem": any(OUTCOMES[code].is_problem for code in matter.outcome_codes),
        "inspectors": _inspectors(matter) if names_shown else [],
    }
    if corrections := _corrections(matter, correction):
        content["corrections"] = corrections
    if visit.team_draw_id is not None and may_show_code(EntityKind(entity.kind)):
        # Opens h("target", salt, entity id) of visits.tsv: the team was drawn for this firm (DRAW §2).
        content["target_salt"] = visit.target_salt
    return content


def plan(row: Plan) -> dict[str, Any]:
    """The plan with its items in force (A26, A27)."""
    items = [item for item in plans.items_of(row) if item.state == PlanItem.State.ACTIVE]
    labels = entities.scope_labels([item.scope for item in items])
    published = timezone.localdate(row.published_at) if row.published_at else None
    return _head("plan", row.authority, published) | {
        "year": row.year,
        "title": row.title,
        "version": row.version,
        "basis": row.basis,
        "requirements": row.requirements,
        "items": [_item(item, scope) for item, scope in zip(items, labels, strict=True)],
    }


def adjustment(row: PlanAdjustment, version: int) -> dict[str, Any]:
    """What an approved adjustment changed, before and after (A31)."""
    decided = timezone.localdate(row.decided_at) if row.decided_at else None
    return _head("adjustment", row.plan.authority, decided) | {
        "plan": row.plan.title,
        "year": row.plan.year,
        "number": row.number,
        "reason": row.reason,
        "version": version,
        "changes": [
            {
                "op": change.op,
                "name": change.name,
                "differences": [
                    {"field": d.label, "before": d.old, "after": d.new} for d in change.differences
                ],
            }
            for change in plans.adjustment_rows(row)
        ],
    }


def task_notice(task: Task) -> dict[str, Any]:
    """The notice at dispatch; who was drawn is named only where the task says so (A47, setting names_in_notice)."""
    picks = Pick.objects.filter(task=task, kind=Pick.Rank.SELECTED).exclude(state=Pick.State.VOIDED)
    dispatched = timezone.localdate(task.dispatched_at) if task.dispatched_at else None
    is_platform = task.draw_source == Task.DrawSource.PLATFORM
    return _head("task_notice", task.authority, dispatched) | {
        "number": task.number,
        "name": task.name,
        "organiser": _agency(task.unit),
        "kind": "定向抽查" if task.is_targeted else "不定向抽查",
        "plan_item": task.plan_item.name if task.plan_item else "",
        "matters": [
            {"code": code, "name": name}
            for code, name in task.matters.order_by("code").values_list("code", "name")
        ],
        "scope": tasks.scope_words(task),
        "window_from": task.window_from.isoformat(),
        "window_to": task.window_to.isoformat(),
        "executing": [
            p.agency.name
            for p in task.participants.select_related("agency").order_by("agency__code")
            if p.part == "executing"
        ],
        "draw_source": NOT_RECOMPUTABLE if is_platform else task.get_draw_source_display(),
        "chance": tasks.chance_note(task, is_public=True),
        "direct_reason": task.direct_reason,
        "platform": {
            "name": task.platform_name,
            "number": task.platform_number,
            "receipt": task.platform_receipt,
        }
        if is_platform
        else None,
        "draws": list(
            task.draws.filter(kind="entities")
            .order_by("chain_number")
            .values_list("number", flat=True)
        ),
        "count": picks.count(),
        "entities": _named(picks) if task.names_in_notice else None,
    }


def _head(kind: str, authority: Agency, on: date | None) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "kind": kind,
        "authority": _agency(authority),
        "published_on": on.isoformat() if on else "",
    }


def _agency(agency: Agency) -> dict[str, str]:
    return {"code": agency.code, "name": agency.name}


def _region(entity: Entity) -> dict[str, str]:
    return {"code": entity.region.code, "name": entity.region.name} if entity.region else {}


def _inspected_on(matter: VisitMatter) -> str:
    moment = matter.visit.ended_at or matter.visit.started_at
    day = timezone.localdate(moment) if moment else matter.clock_from
    return day.isoformat() if day else ""


def _inspectors(matter: VisitMatter) -> list[dict[str, str]]:
    team = TeamMember.objects.filter(
        visit_id=matter.visit_id, is_current=True, inspector__isnull=False
    )
    rows = team.order_by("position").values_list("inspector__name", "inspector__certificate_no")
    return [{"name": name, "certificate": number} for name, number in rows]


def _corrections(matter: VisitMatter, now: Correction | None) -> list[dict[str, str]]:
    """What was corrected since the first publication, the oldest first (A81)."""
    approved = Correction.objects.filter(visit_matter=matter, state=Correction.State.APPROVED)
    rows = [*approved.order_by("decided_at", "id"), *([now] if now else [])]
    return [
        {
            "number": row.number,
            "on": timezone.localdate(row.decided_at).isoformat() if row.decided_at else "",
            "before": public_label(row.before["codes"]),
            "after": public_label(row.after["codes"]),
            "reason": row.reason,
        }
        for row in rows
    ]


def _item(item: PlanItem, scope: str) -> dict[str, Any]:
    return {
        "number": item.number,
        "name": item.name,
        "matters": sorted(matter.name for matter in item.matters.all()),
        "kind": "定向抽查" if item.is_targeted else "不定向抽查",
        "scope": scope,
        "ratio": item.ratio_text,
        "base": item.base_count,
        "estimate": item.estimate,
        "frequency": item.frequency,
        "methods": [str(Matter.Method(m).label) for m in item.methods if m in Matter.Method],
        "period_from": item.period_from.isoformat(),
        "period_to": item.period_to.isoformat(),
        "lead": item.lead.name,
        "participants": sorted(agency.name for agency in item.participants.all()),
        "is_joint": item.is_joint,
        "is_risk_differentiated": item.is_risk_differentiated,
        "remark": item.remark,
    }


def _named(picks: Any) -> list[dict[str, str]]:
    rows = picks.select_related("entity", "unit").order_by("stratum", "rank", "id")
    named = []
    for pick in rows:
        entity = shown(pick.entity)
        named.append(
            {"name": entity.name, "code": entity.code, "unit": pick.unit.name if pick.unit else ""}
        )
    return named
