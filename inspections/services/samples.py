"""抽样取证: taking, handing over, results; every hand it went through is a row that stays (A62, A65, A73)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any

from django.db import transaction
from django.utils import timezone

from bureau import audit
from bureau.errors import Conflict, RuleError
from bureau.models import Agency, User
from bureau.selectors import calendar, rule_settings
from bureau.services import files, numbers, transitions
from inspections.models import Sample, SampleHandover, SampleResult
from inspections.rules import clock as clock_rules
from inspections.rules import sources as rules
from inspections.rules.processes import SAMPLE, VISIT
from inspections.services.on_site import ON_RECORD, locked_matter
from inspections.services.revisions import content_changed, lock_visit, may_change, officer
from inspections.services.sources import changed, follow, require_handler

LAB = SampleHandover.Place.LAB
REPORT = ("image", "pdf")


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What the sheet 抽样取证凭证 says of one sample."""

    name: str
    quantity: str
    place: str
    seal_number: str
    is_party_present: bool
    witness: str = ""
    specification: str = ""
    batch: str = ""
    base: str = ""
    reserve: str = ""


def take(
    *,
    visit_pk: Any,
    visit_matter_pk: Any,
    actor: User,
    taken: Taken,
    taken_at: datetime,
    key: Any = None,
) -> Sample:
    """An officer takes and seals a sample; the matter's methods then include 抽样检测.

    `key` becomes its id: the same form sent twice is one sample. Raises RuleError, Conflict, Forbidden.
    """
    with transaction.atomic():
        visit = lock_visit(visit_pk)
        officer(visit, actor)
        known: Sample | None = Sample.objects.filter(pk=key, visit=visit).first() if key else None
        if known is not None:
            return known
        if key and Sample.objects.filter(pk=key).exists():
            raise Conflict("这一页已经用来登记过另一件样品，请刷新后重新填写。")
        if visit.state not in ON_RECORD:
            raise Conflict(transitions.moved_on(VISIT, visit))
        matter = locked_matter(visit, visit_matter_pk)
        may_change(matter)
        problem = clock_rules.claim_problem(
            taken_at, timezone.now(), not_before=visit.started_at, before="到场时间"
        )
        if problem:
            raise RuleError(problem)
        if not taken.is_party_present and not taken.witness.strip():
            raise RuleError("当事人不在场或不确认封样的，请写明见证人姓名和身份。")
        day = timezone.localdate(taken_at)
        sample = Sample.objects.create(
            **({"id": key} if key else {}),
            authority=visit.authority,
            visit=visit,
            visit_matter=matter,
            number=numbers.document_number(
                authority=visit.authority, kind="sample", label="抽样", year=day.year
            ),
            taken_at=taken_at,
            taken_by=actor,
            due_on=_due("sample_send_days", visit.authority, day),
            **vars(taken),
        )
        follow(matter, rules.SAMPLING)
        content_changed(matter)
        audit.record(
            "sample.taken",
            f"抽取样品 {sample.number}：{sample.name}，{sample.quantity}，封条 {sample.seal_number}",
            target=sample,
            actor=actor,
            about=[visit, matter],
            detail={**vars(taken), "taken_at": taken_at.isoformat()},
        )
        return sample


def hand_over(
    *,
    sample_pk: Any,
    actor: User,
    receiver: str,
    receiver_kind: str,
    is_seal_whole: bool,
    condition: str,
    happened_at: datetime,
    seen: int,
) -> SampleHandover:
    """The next link: whoever has it gives it on; at the laboratory the time for the result begins.

    `seen` is how many links the page showed: Conflict when another was recorded meanwhile.
    """
    with transaction.atomic():
        sample = _begin(sample_pk, "hand_over", actor)
        links = list(sample.handovers.all())
        if seen != len(links):
            raise Conflict("刚刚有人登记了这件样品的另一次交接，请看过最新的交接记录再登记。")
        last = links[-1] if links else None
        before = last.happened_at if last else sample.taken_at
        problem = clock_rules.claim_problem(happened_at, timezone.now()) or rules.handover_problem(
            last_place=last.receiver_kind if last else None,
            is_seal_whole=is_seal_whole,
            condition=condition,
            is_before_last=happened_at.replace(second=0, microsecond=0)
            < before.replace(second=0, microsecond=0),
        )
        if problem:
            raise RuleError(problem)
        link = SampleHandover.objects.create(
            sample=sample,
            number=len(links) + 1,
            giver=last.receiver if last else sample.taken_by.full_name,
            receiver=receiver.strip(),
            receiver_kind=receiver_kind,
            is_seal_whole=is_seal_whole,
            condition=condition.strip(),
            happened_at=happened_at,
            recorded_by=actor,
        )
        if receiver_kind == LAB and sample.state == Sample.State.TAKEN:
            sample.state = Sample.State.AT_LAB
            day = timezone.localdate(happened_at)
            sample.due_on = _due("sample_result_days", sample.authority, day)
            sample.save(update_fields=["state", "due_on"])
        audit.record(
            "sample.handed_over",
            f"样品 {sample.number} 由{link.giver}交{link.receiver}，封条{'完好' if is_seal_whole else '破损'}",
            target=sample,
            actor=actor,
            about=[sample.visit],
            detail={"condition": link.condition, "happened_at": happened_at.isoformat()},
            is_bad=not is_seal_whole,
        )
        return link


def record_result(
    *,
    sample_pk: Any,
    actor: User,
    laboratory: str,
    report_number: str,
    verdict: str,
    text: str,
    reported_on: date,
    report: IO[bytes],
    report_name: str,
    today: date,
) -> SampleResult:
    """The laboratory's report; the matter's result must agree with it. A further one is a re-test."""
    with transaction.atomic():
        sample = _begin(sample_pk, "record_result", actor)
        if reported_on > today:
            raise RuleError("报告日期在将来，请核对。")
        if reported_on < timezone.localdate(sample.taken_at):
            raise RuleError("报告日期早于抽样日期，请核对。")
        if sample.results.filter(report_number=report_number.strip()).exists():
            raise RuleError(f"报告 {report_number} 已经登记过。")
        matter = locked_matter(sample.visit, sample.visit_matter_id)
        matter.visit = sample.visit
        result = SampleResult.objects.create(
            sample=sample,
            number=sample.results.count() + 1,
            laboratory=laboratory.strip(),
            report_number=report_number.strip(),
            verdict=verdict,
            text=text.strip(),
            reported_on=reported_on,
            file=files.store(
                upload=report,
                name=report_name,
                authority=sample.authority,
                by=actor,
                accept=REPORT,
            ),
            recorded_by=actor,
        )
        sample.state = Sample.State.RESULTED
        sample.save(update_fields=["state"])
        words = f"样品 {sample.number} 检测结果：{result.get_verdict_display()}"
        changed(matter, what=words, key=f"sample-result:{result.pk}", actor=actor)
        audit.record(
            "sample.resulted",
            words,
            target=sample,
            actor=actor,
            about=[sample.visit, matter],
            detail={"report": result.report_number, "text": text, "sha256": result.file.sha256},
            is_bad=verdict == SampleResult.Verdict.FAIL,
        )
        return result


def cancel(*, sample_pk: Any, actor: User, reason: str) -> Sample:
    """No result is wanted any more; the sample itself still goes back or is disposed of."""
    with transaction.atomic():
        sample = _begin(sample_pk, "cancel", actor)
        if not reason.strip():
            raise RuleError("请写明不再检测的原因。")
        matter = locked_matter(sample.visit, sample.visit_matter_id)
        may_change(matter)
        sample.state, sample.cancelled_why = Sample.State.CANCELLED, reason.strip()[:200]
        sample.save(update_fields=["state", "cancelled_why"])
        content_changed(matter)
        audit.record(
            "sample.cancelled",
            f"样品 {sample.number} 不再检测",
            target=sample,
            actor=actor,
            about=[sample.visit, matter],
            detail={"reason": reason},
            is_bad=True,
        )
        return sample


def _begin(pk: Any, action: str, actor: User) -> Sample:
    """Locks the visit, then the sample; Conflict when the step is not open, Forbidden for others than its handlers."""
    visit = lock_visit(Sample.objects.values_list("visit_id", flat=True).get(pk=pk))
    rows = Sample.objects.select_related("taken_by", "authority")
    sample: Sample
    sample, _ = transitions.begin(SAMPLE, rows, pk, action, actor)
    sample.visit = visit
    require_handler(visit, actor)
    return sample


def _due(setting: str, authority: Agency, day: date) -> date:
    days = int(rule_settings.value_of(setting, authority, day.year))
    return calendar.due_after(day, days).date
