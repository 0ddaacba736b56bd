"""Who makes which paper of a dossier: one provider a part, called in the order of binding (A89).

A provider yields `Paper`s. `key` names the paper with whatever would make it another one (a revision, a state): a key that
was not archived yet goes into the next 续卷. The bytes are made only when they are bound.
"""

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.utils import timezone
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from bureau.models import StoredFile
from bureau.services import documents, files, wordings
from inspections.models import Evidence
from inspections.rules.forms_before import ORDER_FORM
from inspections.selectors import documents as notices
from inspections.selectors import order_form, orders
from inspections.services import sheets
from publication.rules.dossier_parts import PARTS
from publication.selectors.dossier_cases import Case

PICTURES_EACH = 6  # photos to one paper, so that memory stays small


@dataclass(frozen=True)
class Paper:
    part: str
    key: str
    name: str
    make: Callable[[], bytes]


Provider = Callable[[Case], Iterator[Paper]]
PROVIDERS: dict[str, Provider] = {}


def provides(part: str) -> Callable[[Provider], Provider]:
    """Registers the maker of one part's papers; the part stands in `dossier_parts.PARTS`."""

    def register(provider: Provider) -> Provider:
        if part not in PARTS or part in PROVIDERS:
            raise ValueError(part)
        PROVIDERS[part] = provider
        return provider

    return register


def of(case: Case) -> list[Paper]:
    """Every paper of the dossier in order, none made yet."""
    return [paper for part in PARTS if part in PROVIDERS for paper in PROVIDERS[part](case)]


def facts(
    title: str,
    rows: list[tuple[str, list[str]]],
    *,
    number: str = "",
    digests: list[tuple[str, str]] | None = None,
) -> bytes:
    """A paper that has no printed form of its own: what the system holds, as a table."""
    context = {"title": title, "rows": rows, "number": number, "digests": digests or []}
    return documents.pdf("publication/documents/dossier_facts.html", context)


def moment(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def attached(file: StoredFile) -> bytes:
    """An uploaded PDF or picture as pages; what no reader opens is named on a page of its own instead."""
    if file.size > settings.UPLOAD_MAX_BYTES:  # arrived in pieces: too heavy to bind
        return documents.pdf("publication/documents/dossier_unreadable.html", {"file": file})
    content = files.read(file)
    if file.kind.startswith("image/"):
        src = documents.picture(files.reencoded_image(content, longest=1400))
        context = {"title": file.name, "pictures": [{"src": src, "file": file}]}
        return documents.pdf("publication/documents/dossier_picture.html", context)
    try:
        if file.kind == "application/pdf" and len(PdfReader(io.BytesIO(content)).pages):
            return content
    except (PyPdfError, ValueError, KeyError, RecursionError):
        pass
    return documents.pdf("publication/documents/dossier_unreadable.html", {"file": file})


@provides("draw")
def _draw(case: Case) -> Iterator[Paper]:
    for matter in case.matters[:1]:
        pick = matter.pick
        yield Paper(
            "draw", f"draw:{matter.pick_id}", "抽取记录（摘录）", partial(_draw_extract, case, pick)
        )


def _draw_extract(case: Case, pick: Any) -> bytes:
    task, draw = case.task, pick.draw if pick else None
    rows: list[tuple[str, list[str]]] = [
        ("抽查任务", [f"{task.number}　{task.name}"]),
        ("检查对象", [f"{case.visit.entity.name}　{case.visit.entity.public_code}"]),
    ]
    if draw is not None:
        counts = draw.counts
        rows += [
            ("抽取公告", [f"{draw.number}，{moment(draw.locked_at)} 锁定名单"]),
            ("摇号会", [draw.sitting.title]),
            (
                "名单",
                [
                    f"候选 {counts.get('candidates', '–')} 户，不参加抽取 {counts.get('excluded', '–')} 户"
                ],
            ),
            ("抽中", [f"{pick.stratum or '全部'}，第 {pick.rank} 名，{pick.get_kind_display()}"]),
        ]
    elif task.draw_source == "platform":
        rows.append(
            (
                "上级平台抽取",
                [
                    f"{task.platform_name}　{task.platform_number}",
                    f"回执 {task.platform_receipt}",
                    "在上级平台抽取，本系统不能复算。",
                ],
            )
        )
    else:
        rows.append(("确定方式", [task.ad_hoc_reason or "直接指定或临时安排，没有随机抽取。"]))
    team = case.visit.team_draw
    if team is not None:
        rows.append(("人员匹配", [f"{team.number}，{moment(team.locked_at)} 锁定名单"]))
    digests = [("公告指纹 A", draw.a), ("票值", pick.ticket)] if draw is not None else []
    return facts("抽取记录（摘录）", rows, digests=[d for d in digests if d[1]])


@provides("dispatch")
def _dispatch(case: Case) -> Iterator[Paper]:
    visit = case.visit
    rows = [
        ("检查编号", [visit.number]),
        ("检查对象", [visit.entity.name, visit.entity.address]),
        ("派发", [f"{moment(visit.created_at)} 派发{visit.unit.name}"]),
        ("检查期", [f"{visit.window_from} 至 {visit.window_to}"]),
        ("抽查事项", [m.matter.name for m in case.matters]),
        ("合并检查", [f"{task.number}　{task.name}（另立卷宗）" for task in case.others]),
        (
            "检查人员",
            [
                f"{member}　{member.get_part_display()}　{member.get_source_display()}"
                + ("" if member.is_current else "（已退出）")
                for member in visit.team.all()
            ],
        ),
    ]
    yield Paper(
        "dispatch",
        f"dispatch:{visit.pk}",
        "派发记录",
        lambda: facts("派发记录", rows, number=visit.number),
    )


@provides("order")
def _order(case: Case) -> Iterator[Paper]:
    order = case.visit.order
    if order is None:
        return

    def make() -> bytes:
        visits = list(orders.visits_of(order).filter(pk=case.visit.pk))
        context = order_form.of(order, visits) | {
            "form": wordings.of(ORDER_FORM.key, order.authority)
        }
        return documents.pdf("inspections/documents/order_form.html", context)

    yield Paper("order", f"order:{order.pk}:{order.state}", f"检查审批表 {order.number}", make)


@provides("notice")
def _notice(case: Case) -> Iterator[Paper]:
    notice = getattr(case.visit, "notice", None)
    if notice is None:
        return

    def delivery() -> bytes:
        rows = [
            ("通知书", [notice.number]),
            ("制作", [f"{moment(notice.issued_at)}　{notice.issued_by}"]),
            ("送达", [f"{moment(notice.delivered_at)}　{notice.delivered_by}"]),
        ]
        return facts("送达登记", rows, number=notice.number)

    yield Paper(
        "notice", f"notice:{notice.pk}", f"检查通知书 {notice.number}", lambda: _notice_pdf(case)
    )
    if notice.delivered_at is not None:
        yield Paper("notice", f"delivery:{notice.pk}", "检查通知书送达登记", delivery)


def _notice_pdf(case: Case) -> bytes:
    notice = notices.notice_context(case.visit)
    assert notice is not None
    context = notices.printing_context(notice)
    return documents.pdf("inspections/documents/notice.html", context)


def later(title: str, rows: list[tuple[str, list[str]]], **more: Any) -> Callable[[], bytes]:
    kept = [(label, [line for line in lines if line]) for label, lines in rows]
    return lambda: facts(title, kept, **more)


@provides("entry")
def _entry(case: Case) -> Iterator[Paper]:
    """扫码、亮码入企 with place and time; late ones with their reason (A98)."""
    entries = list(case.visit.entries.all())
    if not entries:
        return
    rows = [
        (
            f"{moment(row.happened_at)}",
            [
                f"{row.get_way_display()}　{row.by}",
                f"北纬 {row.latitude}，东经 {row.longitude}" if row.latitude else "没有定位",
                f"事后补录（{moment(row.recorded_at)} 登记）：{row.reason}" if row.is_late else "",
            ],
        )
        for row in entries
    ]
    yield Paper("entry", f"entry:{len(entries)}", "入企登记", later("入企登记", rows))


@provides("sheet")
def _sheet(case: Case) -> Iterator[Paper]:
    if not case.was_inspected:
        return
    revision = ".".join(str(m.outcome_revision) for m in case.matters)
    key = f"sheet:{revision}"
    yield Paper(
        "sheet",
        key,
        "抽查情况记录表",
        lambda: documents.pdf(
            "inspections/documents/record_sheet.html", sheets.content(case.visit)
        ),
    )


@provides("party")
def _party(case: Case) -> Iterator[Paper]:
    yield from _evidence_papers(
        case,
        "party",
        "当事人签字页",
        [e for e in case.evidence if e.kind == Evidence.Kind.SIGNED_PAGE],
    )


@provides("evidence")
def _evidence(case: Case) -> Iterator[Paper]:
    rows = [e for e in case.evidence if e.kind != Evidence.Kind.SIGNED_PAGE]
    yield from _evidence_papers(case, "evidence", "证据材料", rows)
    kept = [
        e for e in rows if not e.file.kind.startswith("image/") and e.file.kind != "application/pdf"
    ]
    if kept:
        lines = [
            (
                f"{n}",
                [
                    f"{e.get_kind_display()}　{e.file.name}　{e.file.size} 字节",
                    f"{moment(e.happened_at)}　{e.taken_by}",
                    e.note,
                    f"SHA-256 {e.file.sha256}",
                ],
            )
            for n, e in enumerate(kept, 1)
        ]
        yield Paper(
            "evidence",
            f"media:{_key(kept)}",
            "录音录像和电子文件目录",
            later("录音录像和电子文件目录（原件存于系统）", lines),
        )


def _evidence_papers(case: Case, part: str, title: str, rows: list[Evidence]) -> Iterator[Paper]:
    images = [row for row in rows if row.file.kind.startswith("image/")]
    for start in range(0, len(images), PICTURES_EACH):
        some = images[start : start + PICTURES_EACH]
        yield Paper(part, f"pictures:{_key(some)}", title, partial(_pictures, case, title, some))
    for row in rows:
        if row.file.kind == "application/pdf":
            yield Paper(
                part,
                f"evidence:{row.pk}",
                f"{title}：{row.file.name}",
                partial(attached, row.file),
            )


def _key(rows: list[Evidence]) -> str:
    return hashlib.sha256("".join(str(row.pk) for row in rows).encode()).hexdigest()[:24]


def _pictures(case: Case, title: str, rows: list[Evidence]) -> bytes:
    pictures = [{"row": row, "src": _picture(row)} for row in rows]
    context = {"title": title, "pictures": pictures, "visit": case.visit}
    return documents.pdf("publication/documents/dossier_evidence.html", context)


def _picture(row: Evidence) -> str:
    """The copy with time, place and officer burned in where there is one, else the original, small."""
    copy = getattr(row, "copy", None)
    content = files.read(copy.file if copy else row.file)
    return documents.picture(files.reencoded_image(content, longest=1400))
