"""检查结果: recorded per matter, signed by every responsible inspector, submitted for review (A68, A94)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.errors import Conflict, RuleError
from bureau.models import Role, User
from bureau.services import notifications
from inspections.models import ChecklistAnswer, Finding, Review, Signature, Visit, VisitMatter
from inspections.rules import measures, results
from inspections.rules.outcomes import public_label
from inspections.rules.sources import source_problem
from inspections.selectors import fieldwork, records, sources
from inspections.services import disposals
from inspections.services.revisions import begin_matter, officer, settle


@dataclass(frozen=True, kw_only=True)
class NewFinding:
    """One 发现的问题; `measure` is the disposal to open for it at once, empty for later."""

    fact: str
    basis: str
    on_site_measure: str = ""
    on_site_codes: Sequence[str] = ()
    rectify_by: date | None = None

    @property
    def is_begun(self) -> bool:
        """Whether anything was typed: measures without a fact are asked about, never dropped."""
        typed = f"{self.fact}{self.basis}{self.on_site_measure}".strip()
        return bool(typed or self.on_site_codes or self.rectify_by)

    item_id: int | None = None
    measure: str = ""


def record(
    *,
    visit_matter_pk: Any,
    actor: User,
    codes: Sequence[str],
    methods: Sequence[str],
    today: date,
    note: str = "",
    findings: Sequence[NewFinding] = (),
    seen_revision: int | None = None,
) -> VisitMatter:
    """Records or changes the result of one matter; a change is a new revision and voids the signatures before it.

    `seen_revision` is what the page showed: Conflict when somebody recorded another meanwhile. Raises RuleError when result,
    findings and checklist do not agree, Forbidden outside the team.
    """
    with transaction.atomic():
        matter = begin_matter(visit_matter_pk, "record", actor)
        visit = matter.visit
        officer(visit, actor)
        if visit.state not in {Visit.State.FINISHED, Visit.State.RECORDED}:
            raise RuleError("检查还没有结束。请先在现场检查页办理“结束检查”，再录入结果。")
        if seen_revision is not None and seen_revision != matter.outcome_revision:
            raise Conflict(
                "您打开页面以后，结果已由检查组其他成员修改。请刷新页面，看过现在的内容再改。"
            )
        failed = ChecklistAnswer.objects.filter(
            visit_matter=matter, value=ChecklistAnswer.Value.NO
        ).values_list("item__number", flat=True)
        codes, methods = list(dict.fromkeys(codes)), list(dict.fromkeys(methods))
        findings = [f for f in findings if f.is_begun]
        _check_findings(matter, findings, today)
        problem = results.result_problem(
            codes,
            facts=[f.fact for f in findings],
            methods=methods,
            failed_items=sorted(failed),
        ) or _source_problem(matter, codes, methods)
        if problem:
            raise RuleError(problem)
        before = records.content(matter)
        is_returned = matter.state == VisitMatter.State.RETURNED
        _write_findings(matter, findings, actor)
        matter.outcome_codes, matter.methods, matter.outcome_note = codes, methods, note.strip()
        after = records.content(matter)
        if before == after and matter.outcome_revision and not is_returned:
            return matter
        matter.outcome_revision += 1
        matter.state = VisitMatter.State.RECORDED
        matter.recorded_by, matter.recorded_at = actor, timezone.now()
        matter.submitted_by = matter.submitted_at = None
        matter.reviewed_by = matter.reviewed_at = None
        matter.save(
            update_fields=[
                "outcome_codes",
                "methods",
                "outcome_note",
                "outcome_revision",
                "state",
                "recorded_by",
                "recorded_at",
                "submitted_by",
                "submitted_at",
                "reviewed_by",
                "reviewed_at",
            ]
        )
        audit.record(
            "outcome.recorded" if matter.outcome_revision == 1 else "outcome.changed",
            f"录入结果（第 {matter.outcome_revision} 版）：{public_label(codes)}",
            target=matter,
            actor=actor,
            about=[visit],
            detail={
                "changes": audit.differences(before, after),
                "findings": [
                    asdict(f) | {"rectify_by": f.rectify_by and str(f.rectify_by)} for f in findings
                ],
            },
            is_bad=results.has_problem(codes),
        )
        _open_disposals(matter, findings, actor, today)
        return matter


def sign(*, visit_matter_pk: Any, actor: User, digest: str) -> Signature:
    """One officer signs what they saw (`digest` of it) with their own account; with the last one the result is signed (A68).

    Raises Conflict when the content differs from what was shown or they signed already, Forbidden outside the team.
    """
    with transaction.atomic():
        matter = begin_matter(visit_matter_pk, "sign", actor)
        member = officer(matter.visit, actor)
        current = records.digest(matter)
        if digest != current:
            raise Conflict(
                "您打开页面以后，结果内容有变动，签字没有办理。请刷新页面，看过现在的内容再签。"
            )
        if matter.signatures.filter(member=member, revision=matter.outcome_revision).exists():
            raise Conflict("您已在这一版结果上签字，不必再签。")
        signature = Signature.objects.create(
            visit_matter=matter,
            member=member,
            revision=matter.outcome_revision,
            user=actor,
            digest=current,
        )
        audit.record(
            "outcome.signed",
            f"{actor.full_name}签字确认结果（第 {matter.outcome_revision} 版）",
            target=matter,
            actor=actor,
            about=[matter.visit],
            detail={"digest": current, "revision": matter.outcome_revision},
        )
        if all(one.signature for one in records.signings(matter)):
            matter.state = VisitMatter.State.SIGNED
            matter.save(update_fields=["state"])
        return signature


def submit(*, visit_matter_pk: Any, actor: User) -> VisitMatter:
    """Hands the signed result to the reviewers (A80).

    Raises Conflict when it is not signed by everybody who is in the team now, or its content changed since.
    """
    with transaction.atomic():
        matter = begin_matter(visit_matter_pk, "submit", actor)
        visit = matter.visit
        officer(visit, actor)
        _still_agrees(matter)
        current = records.digest(matter)
        unsigned = [
            str(one.member)
            for one in records.signings(matter)
            if one.signature is None or one.signature.digest != current
        ]
        if unsigned:
            raise Conflict(
                f"还有检查人员没有在这一版结果上签字：{'、'.join(unsigned)}。请签字后再提交。"
            )
        matter.state = VisitMatter.State.SUBMITTED
        matter.submitted_by, matter.submitted_at = actor, timezone.now()
        matter.save(update_fields=["state", "submitted_by", "submitted_at"])
        Review.objects.create(
            visit_matter=matter,
            number=Review.objects.filter(visit_matter=matter).count() + 1,
            revision=matter.outcome_revision,
            content=records.content(matter),
            submitted_by=actor,
            submitted_at=matter.submitted_at,
        )
        settle(visit)
        audit.record("outcome.submitted", "提交审核", target=matter, actor=actor, about=[visit])
        excluded = fieldwork.team_user_ids(visit) | {actor.pk, matter.recorded_by_id}
        reviewers = notifications.holders(authority=matter.authority, roles=[Role.REVIEWER])
        notifications.notify(
            users=[user for user in reviewers if user.pk not in excluded],
            key=f"outcome-submitted:{matter.pk}:{matter.outcome_revision}",
            text=f"有一项检查结果待审核：{visit.entity}，{matter.matter}。",
            url=reverse("inspections:outcome-detail", kwargs={"pk": matter.pk}),
            authority=matter.authority,
        )
        return matter


def _still_agrees(matter: VisitMatter) -> None:
    """An answer of the checklist may have changed after the result was recorded (A94)."""
    failed = matter.answers.filter(value=ChecklistAnswer.Value.NO)
    problem = results.result_problem(
        matter.outcome_codes,
        facts=list(matter.findings.standing().values_list("fact", flat=True)),
        methods=matter.methods,
        failed_items=sorted(failed.values_list("item__number", flat=True)),
    )
    if problem:
        raise RuleError(f"{problem}请改好结果，签字后再提交。")


def _source_problem(
    matter: VisitMatter, codes: Sequence[str], methods: Sequence[str]
) -> str | None:
    """Samples and others' conclusions say which methods there were, and what the result cannot be (A62)."""
    needs = sources.needs(matter)
    return source_problem(
        codes, methods, needed=needs.methods, failed=needs.failed, waiting=needs.waiting
    )


def _check_findings(matter: VisitMatter, findings: Sequence[NewFinding], today: date) -> None:
    """A date that was set while it lay ahead may stand when the result is put right later."""
    stored = dict(matter.findings.values_list("number", "rectify_by"))
    for number, finding in enumerate(findings, 1):
        if not finding.fact.strip():
            raise RuleError(f"第 {number} 个问题没有写事实。")
        if not finding.basis.strip():
            raise RuleError(f"第 {number} 个问题没有写依据：法律法规条款或检查表条目。")
        since = min(today, stored.get(number) or today)
        problem = measures.problem(
            finding.on_site_codes, finding.on_site_measure, finding.rectify_by, since
        )
        if problem:
            raise RuleError(f"第 {number} 个问题：{problem}")


def _write_findings(matter: VisitMatter, findings: Sequence[NewFinding], actor: User) -> None:
    """By number, in place: a disposal keeps its finding when a word of it is corrected."""
    stored = {finding.number: finding for finding in matter.findings.all()}
    for number, wanted in enumerate(findings, 1):
        row = stored.pop(number, None) or Finding(visit_matter=matter, number=number)
        row.fact, row.basis = wanted.fact.strip(), wanted.basis.strip()
        row.on_site_measure, row.item_id = wanted.on_site_measure.strip(), wanted.item_id
        row.on_site_codes, row.rectify_by = list(wanted.on_site_codes), wanted.rectify_by
        if row.pk is None:
            row.recorded_by = actor
        row.save()
    for surplus in stored.values():
        if surplus.disposals.exists():
            raise RuleError(
                f"问题 {surplus.number} 已发起后续处置，不能删除。请保留这条问题，或改写它的事实。"
            )
        surplus.delete()


def _open_disposals(
    matter: VisitMatter, findings: Sequence[NewFinding], actor: User, today: date
) -> None:
    wanted = {n: f.measure for n, f in enumerate(findings, 1) if f.measure}
    rows = matter.findings.filter(number__in=wanted, disposals__isnull=True)
    start = disposals.defaults(matter=matter, today=today)
    for finding in rows.order_by("number"):
        disposals.open(
            visit_matter_pk=matter.pk,
            actor=actor,
            measure=wanted[finding.number],
            responsible=start.responsible,
            due_on=max(finding.rectify_by or start.due_on, today),
            today=today,
            finding=finding,
        )
