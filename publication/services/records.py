"""公示: what the public sees is frozen byte for byte, and the search index points at the newest version (A75–A81)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from bureau import audit
from bureau.errors import RuleError
from bureau.models import Agency, Role, User
from bureau.services import outbox
from inspections.models import Disposal, VisitMatter
from inspections.services import review
from planning.models import Plan, PlanAdjustment, Task
from publication.models import Correction, Nondisclosure, PublicEntry, PublicRecord
from publication.rules import frozen
from publication.selectors import content as shown
from publication.services import pushing
from registry.rules.names import bigrams, search_key

Kind = PublicRecord.Kind


@transaction.atomic
def freeze(
    *,
    kind: str,
    subject: str,
    authority: Agency,
    title: str,
    content: Mapping[str, Any],
    actor: User | None,
    at: datetime,
    due_on: date | None = None,
    index: Mapping[str, Any] | None = None,
) -> PublicRecord:
    """The next version of `subject`, and its place in the search index (`index`: fields of PublicEntry).

    The same content twice is one version. The caller holds the lock of what is published; two at once cannot make the
    same version (unique constraint).
    """
    made = frozen.freeze(content)
    last: PublicRecord | None = (
        PublicRecord.objects.filter(subject=subject).order_by("-version").first()
    )
    if last is not None and last.sha256 == made.sha256:
        return last
    record: PublicRecord = PublicRecord.objects.create(
        authority=authority,
        kind=kind,
        subject=subject,
        version=last.version + 1 if last else 1,
        title=title[:250],
        content=made.content,
        sha256=made.sha256,
        sm3=made.sm3,
        previous_sha256=last.sha256 if last else "",
        published_at=at,
        published_by=actor,
        due_on=due_on,
    )
    _index(record, at, dict(index or {}))
    return record


def publish_result(
    *, visit_matter: Any, actor: User | None, today: date, is_scheduled: bool = False
) -> PublicRecord:
    """公示 one reviewed result (`visit_matter`: its primary key), in the bureau's own name (A77).

    Without an actor the system does it, where the bureau publishes at approval; `is_scheduled` on the day `actor` chose.

    Raises Conflict for the second of two who press, Forbidden without the publisher's role, RuleError when somebody has asked
    to withhold it. Published content is never changed afterwards: a correction is a new version (A81).
    """
    with transaction.atomic():
        record, matter = _publish_result(visit_matter, actor, today)
        how = "审核通过后自动" if actor is None else "按选定的日期" if is_scheduled else ""
        audit.record(
            "result.published",
            f"{how}公示检查结果：{matter.visit.entity}，{matter.matter}",
            target=matter,
            actor=actor,
            about=[matter.visit, matter.task, record],
            detail={"sha256": record.sha256, "version": record.version},
            role=str(Role.PUBLISHER.label) if actor else "",
        )
        return record


def publish_results(
    *, visit_matters: Sequence[Any], actor: User, today: date
) -> list[PublicRecord]:
    """Several at once, all or none; one event in the trail.

    Raises as `publish_result`, naming nobody else's work: the first that cannot be published stops the batch.
    """
    wanted = sorted({str(pk) for pk in visit_matters})
    if not wanted:
        raise RuleError("请先勾选要公示的结果。")
    with transaction.atomic():
        done = [_publish_result(pk, actor, today) for pk in wanted]
        first = done[0][1]
        visits = {matter.visit_id: matter.visit for _, matter in done}
        audit.record(
            "result.published_in_bulk",
            f"批量公示 {len(done)} 项检查结果",
            target=first.authority,
            actor=actor,
            authority=first.authority,
            about=[matter for _, matter in done] + list(visits.values()),
            detail={str(matter.pk): record.sha256 for record, matter in done},
            role=str(Role.PUBLISHER.label),
        )
        return [record for record, _ in done]


def publish_plan(*, plan: Plan, actor: User | None = None) -> PublicRecord:
    """The plan as it stands now; called again after an adjustment it becomes the next version (A28)."""
    with transaction.atomic():
        row = (
            Plan.objects.select_for_update(of=("self",)).select_related("authority").get(pk=plan.pk)
        )
        return freeze(
            kind=Kind.PLAN,
            subject=shown.plan_subject(row),
            authority=row.authority,
            title=row.title,
            content=shown.plan(row),
            actor=actor or row.published_by,
            at=row.published_at or timezone.now(),
        )


def publish_adjustment(*, adjustment: PlanAdjustment, version: int) -> PublicRecord:
    """The adjustment with before and after, and the plan's next version beside it (A31)."""
    with transaction.atomic():
        plan = (
            Plan.objects.select_for_update(of=("self",))
            .select_related("authority")
            .get(pk=adjustment.plan_id)
        )
        adjustment.plan = plan
        at = adjustment.decided_at or timezone.now()
        record = freeze(
            kind=Kind.ADJUSTMENT,
            subject=shown.adjustment_subject(adjustment),
            authority=plan.authority,
            title=f"{plan.title}第 {adjustment.number} 次调整",
            content=shown.adjustment(adjustment, version),
            actor=adjustment.decided_by,
            at=at,
        )
        freeze(
            kind=Kind.PLAN,
            subject=shown.plan_subject(plan),
            authority=plan.authority,
            title=plan.title,
            content=shown.plan(plan),
            actor=adjustment.decided_by,
            at=at,
        )
        return record


def publish_task_notice(*, task: Task) -> PublicRecord:
    """The notice of a dispatched task; names only where the task says so (A47)."""
    with transaction.atomic():
        row = (
            Task.objects.select_for_update(of=("self",))
            .select_related("authority", "unit", "plan_item", "dispatched_by")
            .get(pk=task.pk)
        )
        return freeze(
            kind=Kind.TASK_NOTICE,
            subject=shown.task_subject(row),
            authority=row.authority,
            title=row.name,
            content=shown.task_notice(row),
            actor=row.dispatched_by,
            at=row.dispatched_at or timezone.now(),
            index={"task_number": row.number, "unit_name": row.unit.name},
        )


def _publish_result(pk: Any, actor: User | None, today: date) -> tuple[PublicRecord, VisitMatter]:
    at = timezone.now()
    # Locks the visit and the matter, checks state and role: the second of two stops here.
    review.mark_published(VisitMatter(pk=pk), actor=actor, at=at)
    matter = _results().get(pk=pk)
    if Nondisclosure.objects.filter(visit_matter=matter).exists():
        raise RuleError(
            f"“{matter.visit.entity}”的{matter.matter}已申请依法不公开，须等主要负责人决定后再办。"
        )
    record = _freeze_result(matter, actor, at, today)
    _tell_followup(matter, f"published:{matter.pk}")
    return record, matter


def _tell_followup(matter: VisitMatter, key: str) -> None:
    """What is closed already is shown with the result; after a correction, what is open has changed too (A81, A85)."""
    if matter.disposals.filter(state=Disposal.State.CLOSED).exists():
        outbox.put(
            kind="public.followup",
            key=f"public.followup:{key}",
            label=f"后续处置：{matter.visit.entity}",
            authority=matter.authority,
            payload={"matter": str(matter.pk)},
        )


def republish_result(
    *, matter: VisitMatter, actor: User, today: date, correction: Correction
) -> PublicRecord:
    """The next version, which names `correction`, in the transaction that approves it and holds the locks (A81)."""
    row = _results().get(pk=matter.pk)
    record = _freeze_result(row, actor, timezone.now(), today, correction)
    _tell_followup(row, f"corrected:{record.pk}")
    return record


def _results() -> "QuerySet[VisitMatter]":
    return VisitMatter.objects.select_related(
        "authority", "task", "matter", "matter_revision", "visit__unit", "visit__entity__region"
    )


def _freeze_result(
    matter: VisitMatter,
    actor: User | None,
    at: datetime,
    today: date,
    correction: Correction | None = None,
) -> PublicRecord:
    content = shown.result(matter, today, correction)
    record = freeze(
        kind=Kind.RESULT,
        subject=shown.result_subject(matter),
        authority=matter.authority,
        title=f"{content['entity']['name']}：{matter.matter.name}",
        content=content,
        actor=actor,
        at=at,
        due_on=matter.due_on,
        index=_result_index(content),
    )
    pushing.push("result" if record.version == 1 else "correction", record)
    return record


def _result_index(content: Mapping[str, Any]) -> dict[str, Any]:
    name = content["entity"]["name"]
    return {
        "entity_name": name,
        "entity_code": content["entity"]["code"],
        "search_name": search_key(name),
        "bigrams": bigrams(name),
        "matter_name": content["matter"]["name"],
        "task_number": content["task"]["number"],
        "unit_name": content["unit"]["name"],
        "region_code": content["region"].get("code", ""),
        "region_name": content["region"].get("name", ""),
        "inspected_on": content["inspected_on"] or None,
        "outcome_text": content["outcome"],
        "found_problem": content["found_problem"],
    }


def _index(record: PublicRecord, at: datetime, fields: dict[str, Any]) -> None:
    """One entry per subject: its address never changes, a result keeps the day it was first published."""
    newest: dict[str, Any] = fields | {
        "record": record,
        "authority": record.authority,
        "kind": record.kind,
        "title": record.title,
    }
    if record.kind == Kind.RESULT:
        newest["is_corrected"] = record.version > 1
    else:
        newest["published_at"] = at
    PublicEntry.objects.update_or_create(
        subject=record.subject, defaults=newest, create_defaults=newest | {"published_at": at}
    )
