"""Cells of recordings, samples, others' conclusions and the site record."""

import hashlib
from typing import Any

from django.utils import timezone

from bureau.ids import uuid7
from inspections.selectors import site_notes as reading
from inspections.services import conclusions, samples, site_notes, uploads
from inspections.services.samples import Taken
from registry.models import Inspector
from tests.inspections import field_case as way
from tests.inspections.field_case import Case
from tests.site.access import cell
from tests.site.access_inspections_field import SentAgain, now, of_matter, of_visit, running

Made = tuple[dict[str, Any], dict[str, Any]]
RECORDING = b"ID3" + b"\0" * 300
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
HANDLERS = ("inspector", "coordinator", "organiser")


def begun_upload(case: Case, **given: Any) -> Any:
    return uploads.begin(
        visit_pk=case.visit_pk,
        actor=case.leader,
        fingerprint="0" * 64,
        name="录音.mp3",
        size=len(RECORDING),
        happened_at=timezone.now(),
    )


def recording(cast: dict[str, Any]) -> Made:
    return of_visit(running(cast), happened_at=now(), file=SentAgain("录音.mp3", RECORDING))


def beginning(cast: dict[str, Any]) -> Made:
    return of_visit(
        running(cast),
        happened_at=now(),
        fingerprint="1" * 64,
        name="录音.mp3",
        size=str(len(RECORDING)),
    )


def piece(cast: dict[str, Any]) -> Made:
    upload = begun_upload(running(cast))
    return {"pk": upload.pk}, {
        "offset": "0",
        "sha256": hashlib.sha256(RECORDING[:100]).hexdigest(),
        "piece": SentAgain("piece", RECORDING[:100]),
    }


def ending(cast: dict[str, Any]) -> Made:
    return {"pk": begun_upload(running(cast)).pk}, {}


def page_of_visit(cast: dict[str, Any]) -> Made:
    return of_visit(running(cast))


def new_sample(cast: dict[str, Any]) -> Made:
    case = running(cast)
    return of_visit(
        case,
        visit_matter_pk=str(case.matter.pk),
        name="矿坑排水",
        quantity="2 瓶",
        place="排水口",
        seal_number="0001238",
        is_party_present="yes",
        taken_at=now(),
        key=str(uuid7()),
    )


def taken(cast: dict[str, Any]) -> Any:
    case = running(cast)
    return samples.take(
        visit_pk=case.visit_pk,
        visit_matter_pk=case.matter.pk,
        actor=case.leader,
        taken=Taken(
            name="矿坑排水", quantity="2 瓶", place="排水口", seal_number="1", is_party_present=True
        ),
        taken_at=timezone.now(),
    )


def link() -> dict[str, Any]:
    return {
        "receiver": "市地矿检测中心",
        "receiver_kind": "lab",
        "is_seal_whole": "yes",
        "condition": "完好无渗漏",
        "happened_at": now(),
        "seen": "0",
    }


def sample(cast: dict[str, Any]) -> Made:
    return {"pk": taken(cast).pk}, link()


def sample_reason(cast: dict[str, Any]) -> Made:
    return {"pk": taken(cast).pk}, {"reason": "瓶身破裂"}


def at_lab(cast: dict[str, Any]) -> Made:
    row = taken(cast)
    samples.hand_over(
        sample_pk=row.pk,
        actor=cast["everyone"],
        receiver="市地矿检测中心",
        receiver_kind="lab",
        is_seal_whole=True,
        condition="完好无渗漏",
        happened_at=timezone.now(),
        seen=0,
    )
    today = timezone.localdate().isoformat()
    return {"pk": row.pk}, {
        "laboratory": "市地矿检测中心",
        "report_number": "JC-001",
        "verdict": "pass",
        "text": "合格",
        "reported_on": today,
        "report": SentAgain("报告.pdf", PDF),
    }


def paper_form() -> dict[str, Any]:
    return {
        "document_number": "农函8号",
        "issued_on": timezone.localdate().isoformat(),
        "text": "与现场一致",
        "file": SentAgain("意见.pdf", PDF),
    }


def adopting(cast: dict[str, Any]) -> Made:
    return of_matter(running(cast), source="department", issuer="县农业农村局", **paper_form())


def supervisor(cast: dict[str, Any]) -> Any:
    return Inspector.objects.get(user=cast["everyone"])


def entrusting(cast: dict[str, Any]) -> Made:
    case = running(cast)
    return of_matter(
        case,
        issuer="正衡会计师事务所",
        service_kind="audit",
        service="核对台账",
        supervisor=str(supervisor(cast).pk),
    )


def entrusted(cast: dict[str, Any]) -> Any:
    case = running(cast)
    return conclusions.entrust(
        visit_matter_pk=case.matter.pk,
        actor=cast["everyone"],
        issuer="正衡会计师事务所",
        service_kind="audit",
        service="核对台账",
        supervisor=supervisor(cast),
        due_on=None,
        today=timezone.localdate(),
    )


def delivering(cast: dict[str, Any]) -> Made:
    return {"pk": entrusted(cast).pk}, paper_form()


def withdrawing(cast: dict[str, Any]) -> Made:
    return {"pk": entrusted(cast).pk}, {"reason": "改由本单位核对"}


def noting(cast: dict[str, Any]) -> Made:
    return of_visit(running(cast), text="采场正在作业", place="北山采场", party="矿长", seen="0")


def noted(cast: dict[str, Any]) -> Made:
    case = running(cast)
    site_notes.write(
        visit_pk=case.visit_pk,
        actor=case.leader,
        text="采场正在作业",
        place="北山采场",
        party="矿长",
        seen=0,
        happened_at=timezone.now(),
    )
    content = reading.compose(case.visit, reading.existing(case.visit))
    page = way.photo()
    return of_visit(
        case,
        signed="signed",
        seen=reading.digest(content),
        pages=SentAgain(page.name, page.read()),
    )


CELLS = [
    cell("inspections:field-recordings", "inspector", make=page_of_visit),
    cell("inspections:field-recordings", "inspector", method="post", ok=302, make=recording),
    cell("inspections:upload-begin", "inspector", method="post", make=beginning),
    cell("inspections:upload-piece", "inspector", method="post", make=piece),
    cell("inspections:upload-end", "inspector", method="post", ok=302, make=ending),
    cell("inspections:field-samples", "inspector", make=page_of_visit),
    cell("inspections:field-samples", "inspector", method="post", ok=302, make=new_sample),
    cell("inspections:field-note", "inspector", make=noting),
    cell("inspections:field-note", "inspector", method="post", ok=302, make=noting),
    cell("inspections:field-note-sign", "inspector", make=noted),
    cell("inspections:field-note-sign", "inspector", method="post", ok=302, make=noted),
    cell("inspections:note-pdf", make=noted),
    cell("inspections:sample-detail", make=sample),
    cell("inspections:sample-sheet", make=sample),
    cell("inspections:sample-handover", *HANDLERS, make=sample),
    cell("inspections:sample-handover", *HANDLERS, method="post", ok=302, make=sample),
    cell("inspections:sample-result", *HANDLERS, make=at_lab),
    cell("inspections:sample-result", *HANDLERS, method="post", ok=302, make=at_lab),
    cell("inspections:sample-cancel", *HANDLERS, make=sample_reason),
    cell("inspections:sample-cancel", *HANDLERS, method="post", ok=302, make=sample_reason),
    cell("inspections:conclusion-adopt", *HANDLERS, make=adopting),
    cell("inspections:conclusion-adopt", *HANDLERS, method="post", ok=302, make=adopting),
    cell("inspections:conclusion-entrust", *HANDLERS, make=entrusting),
    cell("inspections:conclusion-entrust", *HANDLERS, method="post", ok=302, make=entrusting),
    cell("inspections:conclusion-deliver", *HANDLERS, make=delivering),
    cell("inspections:conclusion-deliver", *HANDLERS, method="post", ok=302, make=delivering),
    cell("inspections:conclusion-withdraw", *HANDLERS, make=withdrawing),
    cell("inspections:conclusion-withdraw", *HANDLERS, method="post", ok=302, make=withdrawing),
]
