"""A matter's result as people sign, review and publish it: content, digest, signatures, lists (A68, A80)."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from bureau.models import User
from bureau.selectors import calendar
from inspections.models import Evidence, Finding, Signature, TeamMember, VisitMatter
from inspections.rules.answers import show
from inspections.rules.corrected import Result
from inspections.rules.outcomes import OUTCOMES
from inspections.rules.processes import VISIT_MATTER
from inspections.rules.results import CLEAN, has_problem
from inspections.selectors import fieldwork, sources
from registry.models import Matter

# Nothing is due any more.
FINAL = (
    VisitMatter.State.PUBLISHED,
    VisitMatter.State.WITHHELD,
    *VisitMatter.NOT_CHECKED,
)


@dataclass(frozen=True)
class Signing:
    """One officer and whether they signed the present revision."""

    member: TeamMember
    signature: Signature | None


def matters() -> "QuerySet[VisitMatter]":
    """With everything that the pages show beside a result."""
    return VisitMatter.objects.select_related(
        "visit__entity",
        "visit__unit",
        "matter",
        "task",
        "authority",
        "responsible",
        "recorded_by",
        "submitted_by",
        "reviewed_by",
    )


def of_visit(visit_pk: Any) -> list[VisitMatter]:
    """The matters of a visit with counts of answers, for its page."""
    return list(
        matters()
        .filter(visit_id=visit_pk)
        .select_related("task__created_by", "task__unit")
        .annotate(
            answered=Count("answers", distinct=True), asked=Count("checklist__items", distinct=True)
        )
        .order_by("id")
    )


def labels(codes: list[str]) -> list[str]:
    """The results in words, in the order of the list."""
    return [outcome.label for code, outcome in OUTCOMES.items() if code in codes]


def method_labels(codes: list[str]) -> str:
    """实地核查、书面检查."""
    return "、".join(str(method.label) for method in Matter.Method if method.value in codes)


def content(matter: VisitMatter) -> dict[str, Any]:
    """What a signature stands for: result, findings, answers and the fingerprints of the evidence."""
    answers = matter.answers.order_by("item__number").values_list(
        "item__number", "value", "number", "remark"
    )
    return {
        "visit": matter.visit.number,
        "entity": matter.visit.entity.public_code,
        "matter": matter.matter.code,
        "matter_version": matter.matter_revision_id,
        "revision": matter.outcome_revision,
        "codes": sorted(matter.outcome_codes),
        "note": matter.outcome_note,
        "methods": sorted(matter.methods),
        "findings": [
            [finding.number, finding.fact, finding.basis, finding.measure_words]
            for finding in matter.findings.standing().order_by("number")
        ],
        "answers": [
            [number, value, show(measured) if measured is not None else None, remark]
            for number, value, measured, remark in answers
        ],
        "evidence": sorted(matter.evidence.values_list("file__sha256", flat=True)),
        **sources.content(matter),
    }


def result_of(matter: VisitMatter) -> Result:
    """The result as it stands now, in the form that a correction compares."""
    return Result(
        tuple(sorted(matter.outcome_codes)),
        tuple(sorted(matter.methods)),
        matter.outcome_note,
        tuple(
            (finding.fact, finding.basis, finding.measure_words)
            for finding in matter.findings.standing().order_by("number")
        ),
    )


def digest(matter: VisitMatter) -> str:
    """SHA-256 over the sorted JSON of `content`."""
    text = json.dumps(content(matter), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def signed_by(matter: VisitMatter) -> dict[int, Signature]:
    """The signatures that count, by team member: those on the present revision.

    A published result may have been corrected since: the head signed for that, the officers for what they found (A81).
    """
    signatures = list(matter.signatures.all())
    revision = matter.outcome_revision
    if matter.state == VisitMatter.State.PUBLISHED:
        revision = max((s.revision for s in signatures), default=revision)
    return {s.member_id: s for s in signatures if s.revision == revision}


def signings(matter: VisitMatter) -> list[Signing]:
    """Every current officer with their signature, if they signed."""
    signed = signed_by(matter)
    return [Signing(member, signed.get(member.pk)) for member in fieldwork.officers(matter.visit)]


def findings_of_visit(visit_pk: Any) -> list[Finding]:
    rows = Finding.objects.filter(visit_matter__visit_id=visit_pk)
    return list(
        rows.select_related("visit_matter__matter", "item")
        .prefetch_related("disposals")
        .order_by("visit_matter_id", "number")
    )


def evidence_of_visit(visit_pk: Any) -> list[Evidence]:
    rows = Evidence.objects.filter(visit_id=visit_pk)
    return list(
        rows.select_related("file", "copy__file", "taken_by", "item", "visit_matter__matter")
    )


def outcome_rows(rows: list[VisitMatter], today: date) -> list[dict[str, Any]]:
    """The matters of a visit (`of_visit`) as inspections/_outcomes.html shows them."""
    days = calendar.calendar()
    return [
        {
            "matter": row,
            "labels": labels(row.outcome_codes),
            "methods": method_labels(row.methods) if row.outcome_codes else "",
            "due": calendar.due(row.due_on, today, known=days) if row.state not in FINAL else None,
            "css": VISIT_MATTER.css[row.state],
            "is_problem": has_problem(row.outcome_codes),
        }
        for row in rows
    ]


def to_review(user: User) -> "QuerySet[VisitMatter]":
    """Submitted results that this person may review: not their own, not of their team."""
    mine = Q(recorded_by=user) | Q(submitted_by=user)
    return (
        matters()
        .filter(authority_id__in=user.authority_ids, state=VisitMatter.State.SUBMITTED)
        .exclude(mine)
        .exclude(visit__in=TeamMember.objects.filter(inspector__user=user).values("visit"))
        .exclude(visit__in=TeamMember.objects.filter(expert__user=user).values("visit"))
    )


def clean(rows: "QuerySet[VisitMatter]") -> "QuerySet[VisitMatter]":
    """Only those whose one result is 未发现问题."""
    return rows.filter(outcome_codes__contained_by=sorted(CLEAN), outcome_codes__len__gt=0)
