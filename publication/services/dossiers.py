"""卷宗: cover, contents and every paper of one visit in one PDF with page numbers and digests; archived when whole (A89)."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, RuleError
from bureau.models import Role, StoredFile, User
from bureau.services import documents, files, jobs, numbers
from inspections.models import Dossier, Evidence, Visit
from inspections.selectors import documents as notices
from inspections.services import sheets
from publication.rules import frozen
from publication.selectors import corrections, dossiers

JOB = "publication.dossiers"
ARCHIVERS = (Role.ORGANISER, Role.COORDINATOR, Role.PUBLISHER)
PICTURES_EACH = 6  # photos to one part, so that memory stays small


@dataclass(frozen=True)
class Part:
    """One paper of the dossier."""

    name: str
    content: bytes  # PDF

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Bound:
    content: bytes
    pages: int
    contents: list[dict[str, Any]]


def bind(visit_pk: Any, *, today: date, number: str = "") -> Bound:
    """The dossier as it would be archived now. Raises RuleError where PDFs cannot be made."""
    visit = dossiers.of_visit(visit_pk)
    papers = dossiers.check(visit)
    parts = list(_parts(visit, papers))
    contents, at = [], 1
    counts = [len(PdfReader(io.BytesIO(part.content)).pages) for part in parts]
    for part, count in zip(parts, counts, strict=True):
        contents.append({"name": part.name, "from": at, "pages": count, "sha256": part.sha256})
        at += count
    pages = at - 1
    cover = documents.pdf(
        "publication/documents/dossier_cover.html",
        {
            "visit": visit,
            "number": number,
            "contents": contents,
            "papers": papers,
            "pages": pages,
            "lacking": [paper for paper in papers if not paper.is_whole],
            "tasks": sorted({str(matter.task) for matter in visit.matters.all()}),
            "today": today,
        },
    )
    writer = PdfWriter()
    writer.append(io.BytesIO(cover), import_outline=False)
    first = len(writer.pages)
    for part in parts:
        writer.append(io.BytesIO(part.content), outline_item=part.name, import_outline=False)
    _number_pages(writer, first, pages)
    out = io.BytesIO()
    writer.write(out)
    return Bound(out.getvalue(), pages, contents)


def archive(*, visit_pk: Any, actor: User, today: date) -> Dossier:
    """Binds and keeps the dossier for good.

    Raises RuleError naming what is missing and who supplies it, Conflict when it is archived already.
    """
    with transaction.atomic():
        visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit_pk)
        require(actor, visit.authority_id, *ARCHIVERS)
        if dossiers.existing(visit) is not None:
            raise Conflict("这次检查的卷宗已经归档，请刷新页面查看。")
        if visit.state not in dossiers.CLOSED:
            raise RuleError(f"这次检查现在是“{visit.get_state_display()}”，办结以后才能归档。")
        lacking = [paper for paper in dossiers.check(dossiers.of_visit(visit.pk)) if paper.lacking]
        if lacking:
            words = "；".join(f"{paper.name}：{paper.lacking}" for paper in lacking)
            raise RuleError(f"卷宗还不完整，不能归档。{words}。")
        number = numbers.document_number(
            authority=visit.authority, kind="dossier", label="卷", year=today.year
        )
        # Bound under the lock: what is archived is what was checked, and nothing is corrected meanwhile.
        bound = bind(visit.pk, today=today, number=number)
        stored = files.store_bytes(
            content=bound.content,
            name=f"{number}.pdf",
            kind="application/pdf",
            suffix=".pdf",
            authority=visit.authority,
            by=actor,
        )
        try:
            with transaction.atomic():
                row = Dossier.objects.create(
                    authority=visit.authority,
                    visit=visit,
                    number=number,
                    file=stored,
                    pages=bound.pages,
                    contents=bound.contents,
                    archived_by=actor,
                )
        except IntegrityError as twice:
            raise Conflict("这次检查的卷宗已经归档，请刷新页面查看。") from twice
        audit.record(
            "dossier.archived",
            f"归档卷宗 {number}，{bound.pages} 页",
            target=row,
            actor=actor,
            about=[visit],
            detail={"sha256": stored.sha256, "sm3": stored.sm3, "contents": bound.contents},
        )
        return row


def start_archiving(*, visit_pks: list[Any], actor: User) -> Any:
    """Many at once, as a job: one after the other, so that memory stays flat."""
    if not visit_pks:
        raise RuleError("没有可以归档的卷宗。")
    authority = Visit.objects.select_related("authority").get(pk=visit_pks[0]).authority
    require(actor, authority.pk, *ARCHIVERS)
    return jobs.start(
        kind=JOB,
        key=f"dossiers:{authority.pk}:{hashlib.sha256(repr(sorted(map(str, visit_pks))).encode()).hexdigest()[:24]}",
        label=f"归档 {len(visit_pks)} 份卷宗",
        actor=actor,
        authority=authority,
        payload={"visits": [str(pk) for pk in visit_pks]},
    )


def _parts(visit: Visit, papers: list[dossiers.Paper]) -> Iterator[Part]:
    notice = notices.notice_context(visit)
    if notice is not None:
        context = notices.printing_context(notice)
        yield Part("检查通知书", documents.pdf("inspections/documents/notice.html", context))
    yield Part(
        "抽查情况记录表",
        documents.pdf("inspections/documents/record_sheet.html", sheets.content(visit)),
    )
    yield from _evidence(visit)
    for record in dossiers.records_of(visit):
        context = {"record": record, "content": frozen.thaw(bytes(record.content))}
        yield Part(
            f"公示的结果（第 {record.version} 版）",
            documents.pdf("publication/documents/dossier_record.html", context),
        )
    for row in dossiers.corrections_of(visit):
        context = corrections.printed(row)
        yield Part(
            f"结果更正审批表 {row.number}",
            documents.pdf("publication/documents/correction.html", context),
        )
    for objection in dossiers.objections_of(visit):
        yield Part(
            f"异议 {objection.number}",
            documents.pdf("publication/documents/dossier_objection.html", {"row": objection}),
        )


def _evidence(visit: Visit) -> Iterator[Part]:
    pictures: list[dict[str, Any]] = []
    pieces = list(visit.evidence.all())
    signed = [p for p in pieces if p.kind == Evidence.Kind.SIGNED_PAGE]
    others = [p for p in pieces if p.kind != Evidence.Kind.SIGNED_PAGE]
    for title, rows in (("当事人签字页", signed), ("证据材料", others)):
        images = [row for row in rows if row.file.kind.startswith("image/")]
        for start in range(0, len(images), PICTURES_EACH):
            pictures = [_picture(row) for row in images[start : start + PICTURES_EACH]]
            yield Part(
                title,
                documents.pdf(
                    "publication/documents/dossier_evidence.html",
                    {"title": title, "pictures": pictures, "visit": visit},
                ),
            )
        for row in rows:
            if row.file.kind == "application/pdf":
                yield Part(f"{title}：{row.file.name}", _paper(row.file))


def _picture(row: Evidence) -> dict[str, Any]:
    shown = row.burned.file if row.burned else row.file
    small = files.reencoded_image(files.read(shown), longest=1400)
    return {"row": row, "src": documents.picture(small)}


def _paper(file: StoredFile) -> bytes:
    """An uploaded PDF; one that no reader opens is named on a page of its own instead."""
    content = files.read(file)
    try:
        if len(PdfReader(io.BytesIO(content)).pages):
            return content
    except (PyPdfError, ValueError, KeyError, RecursionError):
        pass
    return documents.pdf("publication/documents/dossier_unreadable.html", {"file": file})


def _number_pages(writer: PdfWriter, first: int, pages: int) -> None:
    """第 n 页 共 m 页 at the foot of every page after the contents."""
    if not pages:
        return
    numbered = documents.pdf(
        "publication/documents/dossier_numbers.html",
        {"pages": range(1, pages + 1), "total": pages},
    )
    stamps = PdfReader(io.BytesIO(numbered)).pages
    for offset in range(pages):
        writer.pages[first + offset].merge_page(stamps[offset])
