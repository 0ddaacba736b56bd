"""Cells of field work, results, review and disposals."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from bureau.ids import uuid7
from inspections.models import Disposal, Evidence
from inspections.selectors import records
from inspections.services import disposals
from tests.inspections import field_case as way
from tests.inspections.field_case import Case
from tests.site.access import cell

Made = tuple[dict[str, Any], dict[str, Any]]


class SentAgain(SimpleUploadedFile):
    """The same picture for everybody who asks, not only for the first."""

    def read(self, *size: int) -> bytes:
        self.seek(0)
        return super().read(*size)


def ordered(cast: dict[str, Any]) -> Case:
    return way.ordered_case(
        cast["bureau"], cast["inspector"], cast["everyone"], cast["everyone"], cast["head"]
    )


def of_visit(case: Case, **post: Any) -> Made:
    return {"pk": case.visit_pk}, post


def of_matter(case: Case, **post: Any) -> Made:
    return {"pk": case.matter.pk}, post


def now() -> str:
    return timezone.localtime().strftime("%Y-%m-%dT%H:%M")


def waiting_visit(cast: dict[str, Any]) -> Made:
    return of_visit(ordered(cast), happened_at=now(), certificates_shown="on")


def start_form(cast: dict[str, Any]) -> Made:
    case = ordered(cast)
    members = [str(pk) for pk in case.visit.team.values_list("pk", flat=True)]
    return of_visit(case, happened_at=now(), present=members, certificates_shown="on")


def running(cast: dict[str, Any]) -> Case:
    return way.begun(ordered(cast))


def running_visit(cast: dict[str, Any]) -> Made:
    return of_visit(running(cast))


def refusal(cast: dict[str, Any]) -> Made:
    return of_visit(
        running(cast), signed="refused", refusal_note="负责人离场", witness_name="村主任 李某"
    )


def material(cast: dict[str, Any]) -> Made:
    sent = way.photo()
    return of_visit(running(cast), kind="photo", files=SentAgain(sent.name, sent.read()))


def trimming(cast: dict[str, Any]) -> Made:
    return of_visit(running(cast), step="photos", reason="书面检查，不到现场")


def complete_visit(cast: dict[str, Any]) -> Made:
    return of_visit(way.filled(running(cast)), happened_at=now())


def running_matter(cast: dict[str, Any]) -> Made:
    return of_matter(running(cast))


def item(cast: dict[str, Any]) -> Made:
    case = running(cast)
    return {"pk": case.matter.pk, "number": 1}, {"value": "yes", "key": str(uuid7())}


def photo(cast: dict[str, Any]) -> Made:
    way.filled(running(cast))
    return {"pk": Evidence.objects.filter(kind="photo").get().file_id}, {}


def ended(cast: dict[str, Any], first: str = "yes") -> Case:
    return way.finished(ordered(cast), first=first)


def ended_matter(cast: dict[str, Any]) -> Made:
    return of_matter(
        ended(cast),
        **{
            "codes": ["1"],
            "methods": ["on_site"],
            "seen_revision": "0",
            "findings-TOTAL_FORMS": "0",
            "findings-INITIAL_FORMS": "0",
        },
    )


def unsigned(cast: dict[str, Any]) -> Made:
    case = way.recorded(ended(cast))
    return of_matter(case, digest=records.digest(case.matter))


def signed(cast: dict[str, Any]) -> Made:
    return of_matter(way.signed(way.recorded(ended(cast))))


def submitted(cast: dict[str, Any]) -> Made:
    return of_matter(way.submitted(way.recorded(ended(cast))), note="缺界桩照片")


def bulk(cast: dict[str, Any]) -> Made:
    case = way.submitted(way.recorded(ended(cast)))
    return {}, {"pk": [str(case.matter.pk)]}


def problem_matter(cast: dict[str, Any]) -> Made:
    case = way.recorded(ended(cast, "no"), ["N01"], [way.problem()])
    return of_matter(
        case,
        measure="rectify",
        responsible=str(cast["bureau"].pk),
        due_on=timezone.localdate().isoformat(),
    )


def disposal(cast: dict[str, Any], measure: str = "rectify") -> Made:
    kwargs, _ = problem_matter(cast)
    row = disposals.open(
        visit_matter_pk=kwargs["pk"],
        actor=cast["everyone"],
        measure=measure,
        responsible=cast["bureau"],
        due_on=timezone.localdate(),
        today=timezone.localdate(),
    )
    assert row.state == Disposal.State.OPEN
    return {"pk": row.pk}, {"result": "已改正", "closed_on": timezone.localdate().isoformat()}


def plain_disposal(cast: dict[str, Any]) -> Made:
    """One without a path of its own: it is closed with its result."""
    return disposal(cast, "other")


DESK = ("inspector", "coordinator", "organiser")

CELLS = [
    cell("inspections:field-today", "inspector", outsider=200),
    cell("inspections:field-visit", "inspector", make=running_visit),
    cell("inspections:field-arrive", "inspector", make=waiting_visit),
    cell("inspections:field-arrive", "inspector", method="post", ok=302, make=waiting_visit),
    cell("inspections:field-start", "inspector", make=start_form),
    cell("inspections:field-start", "inspector", method="post", ok=302, make=start_form),
    cell("inspections:field-evidence", "inspector", make=running_visit),
    cell("inspections:field-evidence", "inspector", method="post", ok=302, make=material),
    cell("inspections:field-signature", "inspector", make=running_visit),
    cell("inspections:field-signature", "inspector", method="post", ok=302, make=refusal),
    cell("inspections:field-finish", "inspector", make=complete_visit),
    cell("inspections:field-finish", "inspector", method="post", ok=302, make=complete_visit),
    cell("inspections:field-trim", "inspector", make=running_visit),
    cell("inspections:field-trim", "inspector", method="post", ok=302, make=trimming),
    cell("inspections:field-checklist", "inspector", make=running_matter),
    cell("inspections:field-item", "inspector", make=item),
    cell("inspections:field-item", "inspector", method="post", ok=302, make=item),
    cell("inspections:evidence-thumbnail", make=photo),
    cell("inspections:outcome-detail", make=ended_matter),
    cell("inspections:outcome-record", "inspector", make=ended_matter),
    cell("inspections:outcome-record", "inspector", method="post", ok=302, make=ended_matter),
    cell("inspections:outcome-sign", "inspector", method="post", ok=302, make=unsigned),
    cell("inspections:outcome-submit", "inspector", method="post", ok=302, make=signed),
    cell("inspections:review-list", "reviewer", outsider=200),
    cell("inspections:review-approve", "reviewer", method="post", ok=302, make=submitted),
    cell("inspections:review-approve-clean", "reviewer", method="post", ok=302, make=bulk),
    cell("inspections:review-return", "reviewer", make=submitted),
    cell("inspections:review-return", "reviewer", method="post", ok=302, make=submitted),
    cell("inspections:disposal-list", outsider=200),
    cell("inspections:disposal-detail", make=disposal),
    cell("inspections:disposal-open", *DESK, make=problem_matter),
    cell("inspections:disposal-open", *DESK, method="post", ok=302, make=problem_matter),
    cell("inspections:disposal-close", *DESK, make=plain_disposal),
    cell("inspections:disposal-close", *DESK, method="post", ok=302, make=plain_disposal),
]
