"""Cells of entries, the firm's code, interruptions and directions."""

from typing import Any

from django.utils import timezone

from inspections.models import FirmCode
from inspections.services import arrivals, entries, notices, pauses
from registry.models import Listing
from tests.inspections.field_case import Case
from tests.site.access import Cell, cell
from tests.site.access_inspections_field import Made, now, of_visit, ordered, running


def listing_of(case: Case) -> Listing:
    return Listing.objects.get(entity=case.visit.entity, authority=case.visit.authority)


def coded(cast: dict[str, Any]) -> tuple[Case, FirmCode]:
    case = ordered(cast)
    return case, entries.code_of(listing=listing_of(case), actor=case.organiser)


def scan(cast: dict[str, Any]) -> Made:
    return {"token": coded(cast)[1].token}, {}


def entry(cast: dict[str, Any]) -> Made:
    case, code = coded(cast)
    notices.issue(visit=case.visit, actor=case.organiser, today=timezone.localdate())
    return of_visit(case, way="scanned", token=code.token)


def late(cast: dict[str, Any]) -> Made:
    return of_visit(running(cast), happened_at=now(), reason="手机没电")


def route(cast: dict[str, Any]) -> Made:
    return of_visit(running(cast), text="过大桥右转")


def pause(cast: dict[str, Any]) -> Made:
    return of_visit(running(cast), happened_at=now(), reason="停电")


def resume(cast: dict[str, Any]) -> Made:
    case = running(cast)
    pauses.pause(
        visit_pk=case.visit_pk,
        actor=case.leader,
        reason="停电",
        happened_at=timezone.now(),
        today=timezone.localdate(),
    )
    return of_visit(case, happened_at=now())


def second(cast: dict[str, Any]) -> Made:
    case = ordered(cast)
    arrivals.arrive(visit_pk=case.visit_pk, actor=case.leader, happened_at=timezone.now())
    return of_visit(
        case,
        happened_at=now(),
        certificates_shown="on",
        username=case.second.username,
        password="demo-pass-2026",
    )


def code(cast: dict[str, Any]) -> Made:
    return {"pk": listing_of(coded(cast)[0]).pk}, {}


KEEPERS = ("inspector", "coordinator", "organiser", "division_admin")

CELLS: list[Cell] = [
    cell("inspections:field-scan", "inspector", make=scan, outsider=200),
    cell("inspections:field-entry", "inspector", make=entry),
    cell("inspections:field-entry", "inspector", method="post", ok=302, make=entry),
    cell("inspections:field-late", "inspector", make=late),
    cell("inspections:field-late", "inspector", method="post", ok=302, make=late),
    cell("inspections:field-route", "inspector", make=route),
    cell("inspections:field-route", "inspector", method="post", ok=302, make=route),
    cell("inspections:field-pause", "inspector", make=pause),
    cell("inspections:field-pause", "inspector", method="post", ok=302, make=pause),
    cell("inspections:field-resume", "inspector", make=resume),
    cell("inspections:field-resume", "inspector", method="post", ok=302, make=resume),
    cell("inspections:field-second", "inspector", make=second),
    cell("inspections:field-second", "inspector", method="post", ok=302, make=second),
    cell("inspections:firm-code", *KEEPERS, make=code),
    cell("inspections:firm-code", *KEEPERS, method="post", ok=302, make=code),
    cell("inspections:firm-code-pdf", *KEEPERS, make=code),
    cell(
        "inspections:late-entries",
        *("assessor", "head", "deputy", "auditor", "organiser"),
        outsider=200,
    ),
]
