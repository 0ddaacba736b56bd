"""What a matter's result rests on beside the checklist: samples with their chain, others' conclusions (A62, A73)."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from bureau.models import Agency, User
from inspections.models import Conclusion, Sample, SiteNote, Visit, VisitMatter
from inspections.rules.processes import CONCLUSION, SAMPLE
from inspections.rules.sources import method_of
from inspections.selectors import fieldwork
from registry.models import Inspector


@dataclass(frozen=True)
class Needs:
    """What the result of a matter must agree with."""

    methods: frozenset[str]
    failed: tuple[str, ...]
    waiting: tuple[str, ...]


def samples() -> "QuerySet[Sample]":
    """With everything that lists and papers show."""
    return Sample.objects.select_related(
        "visit__entity", "visit__unit", "visit__authority", "visit_matter__matter", "taken_by"
    ).prefetch_related("handovers__recorded_by", "results__file", "results__recorded_by")


def conclusions() -> "QuerySet[Conclusion]":
    return Conclusion.objects.select_related(
        "visit_matter__matter",
        "visit_matter__visit__entity",
        "supervisor",
        "file",
        "recorded_by",
        "delivered_by",
    )


def of_visit(visit: Visit) -> dict[str, Any]:
    """The context of templates/inspections/_sources.html."""
    note = SiteNote.objects.filter(visit=visit).select_related("recorder").first()
    return {"site_note": note} | shown(
        samples().filter(visit=visit),
        conclusions().filter(visit_matter__visit=visit).order_by("id"),
    )


def of_matter(matter: VisitMatter) -> dict[str, Any]:
    return shown(samples().filter(visit_matter=matter), conclusions().filter(visit_matter=matter))


def shown(
    sample_rows: "QuerySet[Sample]", conclusion_rows: "QuerySet[Conclusion]"
) -> dict[str, Any]:
    return {
        "samples": [
            (row, SAMPLE.css[row.state], holder(row), last_result(row)) for row in sample_rows
        ],
        "conclusions": [(row, CONCLUSION.css[row.state]) for row in conclusion_rows],
    }


def holder(sample: Sample) -> str:
    """In whose hands it is now; the chain is read."""
    links = list(sample.handovers.all())
    return links[-1].receiver if links else sample.taken_by.full_name


def last_result(sample: Sample) -> Any:
    """The one that counts: a re-test replaces what was before."""
    return next(reversed(list(sample.results.all())), None)


def needs(matter: VisitMatter) -> Needs:
    """Two queries, and one for the results where there are samples."""
    rows = [
        row
        for row in Sample.objects.filter(visit_matter=matter).prefetch_related("results")
        if row.state != Sample.State.CANCELLED
    ]
    others = Conclusion.objects.filter(visit_matter=matter).exclude(
        state=Conclusion.State.WITHDRAWN
    )
    methods = {method_of(row.source, row.service_kind) for row in others}
    if rows:
        methods.add("sampling")
    results = [(row, last_result(row)) for row in rows]
    return Needs(
        frozenset(methods),
        tuple(row.number for row, result in results if result and result.verdict == "fail"),
        tuple(row.number for row, result in results if result is None),
    )


def content(matter: VisitMatter) -> dict[str, Any]:
    """What a signature on the result stands for; what came after it was handed in does not count. Empty without sources."""
    is_open = matter.state in fieldwork.OPEN_STATES
    until = None if is_open else matter.submitted_at
    in_time = Q() if until is None else Q(recorded_at__lte=until)
    found: dict[str, Any] = {}
    rows = Sample.objects.filter(in_time, visit_matter=matter).prefetch_related("results")
    if listed := [
        [
            row.number,
            row.name,
            row.state == Sample.State.CANCELLED,
            [
                [result.report_number, result.verdict]
                for result in row.results.all()
                if until is None or result.recorded_at <= until
            ],
        ]
        for row in rows
    ]:
        found["samples"] = listed
    delivered = Q() if until is None else Q(delivered_at__lte=until)
    others = Conclusion.objects.filter(
        delivered, visit_matter=matter, state=Conclusion.State.DELIVERED
    ).select_related("file")
    if listed := [
        [row.source, row.issuer, row.document_number, row.text, row.file.sha256 if row.file else ""]
        for row in others
    ]:
        found["conclusions"] = listed
    return found


def supervisors(authority: Agency, today: Any) -> "QuerySet[Inspector]":
    """Who may watch over somebody entrusted: certificate holders of the bureau (A62, A100)."""
    return Inspector.objects.filter(
        authority=authority, state=Inspector.State.ACTIVE, certificate_expires_on__gte=today
    ).order_by("name")


def waiting_for(user: User) -> tuple[list[Sample], list[Conclusion]]:
    """Of one's own visits: samples without a result, entrusted work that is outstanding."""
    mine = fieldwork.of_user(user).values("pk")
    open_samples = Sample.objects.filter(
        visit__in=mine, state__in=[Sample.State.TAKEN, Sample.State.AT_LAB]
    ).select_related("visit__entity")
    entrusted = Conclusion.objects.filter(
        visit_matter__visit__in=mine, state=Conclusion.State.ENTRUSTED
    ).select_related("visit_matter__visit__entity")
    return list(open_samples.order_by("due_on", "id")[:20]), list(
        entrusted.order_by("due_on", "id")[:20]
    )
