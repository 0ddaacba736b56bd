"""Papers that have a printed form of their own: 预查比对, 更换人员, 处置文书, 异议文书, 处罚信息 (A56, A63, A82, A84, A88)."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from typing import Any

from bureau.services import documents
from inspections.selectors import letters, printed
from inspections.selectors.disposals import measure_label
from publication.models import FirmRequest, Objection
from publication.selectors import objection_papers
from publication.selectors.dossier_cases import Case
from publication.services.dossier_papers import Paper, attached, later, moment, provides


@provides("precheck")
def _precheck(case: Case) -> Iterator[Paper]:
    row = getattr(case.visit, "precheck", None)
    if row is not None and row.done_at:
        yield Paper(
            "precheck", f"precheck:{row.pk}", "预查比对表", partial(_precheck_pdf, row.content)
        )


def _precheck_pdf(content: dict[str, Any]) -> bytes:
    shown = content | {
        "window_from": date.fromisoformat(content["window_from"]),
        "window_to": date.fromisoformat(content["window_to"]),
        "done_at": datetime.fromisoformat(content["done_at"]) if content["done_at"] else None,
    }
    return documents.pdf("inspections/documents/precheck.html", {"sheet": shown})


@provides("team")
def _team(case: Case) -> Iterator[Paper]:
    for row in case.visit.replacements.all():
        if row.state == "done":
            name = f"更换检查人员审批表（第 {row.number} 次）"
            yield Paper(
                "team", f"replacement:{row.pk}", name, partial(_replacement, case, row.number)
            )


def _replacement(case: Case, number: int) -> bytes:
    rows = printed.replacements_of(type(case.visit).objects.filter(pk=case.visit.pk))
    context = printed.replacement(rows.get(number=number))
    return documents.pdf("inspections/documents/replacement.html", context)


@provides("disposal")
def _disposal(case: Case) -> Iterator[Paper]:
    """Each disposal with its steps, letters and rechecks, from the order to the end (A84–A87)."""
    for matter in case.matters:
        for row in matter.disposals.all():
            steps = [
                (
                    f"{step.happened_on}",
                    [f"{step.get_kind_display()}　{step.by or '系统'}", step.text],
                )
                for step in row.steps.all()
            ]
            rows: list[tuple[str, list[str]]] = [
                ("抽查事项", [matter.matter.name]),
                ("处置措施", [measure_label(row.measure)]),
                ("责任单位", [row.responsible.name]),
                ("期限", [f"{row.due_on}"]),
                ("处置结果", [row.result]),
                ("办结", [f"{row.closed_on}　{row.closed_by}"] if row.closed_on else []),
                *steps,
            ]
            key = f"disposal:{row.pk}:{row.state}:{len(steps)}"
            yield Paper(
                "disposal",
                key,
                f"后续处置 {row.number}",
                later("后续处置", rows, number=row.number),
            )
            yield from _letters(row)
            for recheck in row.rechecks.all():
                yield from _recheck(recheck)
            yield from _material(row)


def _material(row: Any) -> Iterator[Paper]:
    """Every file of a disposal once: its steps, all that the firm sent in, all that a recheck brought."""
    bound = {letter.receipt_file_id for letter in row.letters.all()}
    files = [
        (f"step:{step.pk}", step.get_kind_display(), step.document) for step in row.steps.all()
    ]
    for sent in row.firm_requests.all():
        if sent.state == FirmRequest.State.ACCEPTED:
            files += [
                (f"sent:{sent.pk}:{file.pk}", f"整改材料 {sent.number}", file)
                for file in sent.files.all()
            ]
    for recheck in row.rechecks.all():
        files += [
            (f"recheck-file:{recheck.pk}:{file.pk}", f"复查 {recheck.number}", file)
            for file in recheck.documents.all()
        ]
    for key, name, file in files:
        if file is not None and file.pk not in bound:
            bound.add(file.pk)
            yield from _file("disposal", key, f"处置材料：{name}", file)


def _letters(row: Any) -> Iterator[Paper]:
    for letter in row.letters.all():
        name = f"{letter.get_kind_display()} {letter.number}"
        received = f":{letter.receipt_on}" if letter.receipt_on else ""
        yield Paper("disposal", f"letter:{letter.pk}", name, partial(_letter, letter.pk))
        if received:
            rows = [
                ("文书", [name]),
                ("主送", [letter.recipient]),
                ("送达或签收", [f"{letter.receipt_on}", letter.receipt_note]),
            ]
            yield Paper(
                "disposal",
                f"receipt:{letter.pk}",
                f"回执：{letter.number}",
                later("送达回执", rows),
            )
        yield from _file(
            "disposal",
            f"receipt-file:{letter.pk}",
            f"回执扫描件：{letter.number}",
            letter.receipt_file,
        )


def _letter(pk: Any) -> bytes:
    context = letters.context(letters.rows().get(pk=pk))
    return documents.pdf("inspections/documents/letter.html", context)


def _recheck(row: Any) -> Iterator[Paper]:
    result = "" if row.is_passed is None else "已改正" if row.is_passed else "没有改正"
    rows = [
        ("复查单位", [row.unit.name]),
        ("复查人员", [str(officer) for officer in row.officers.all()]),
        ("安排日期", [f"{row.planned_on}", row.reason]),
        ("审批", [f"{row.decided_by or ''}　{moment(row.decided_at)}", row.decision_note]),
        ("复查", [f"{row.visited_on or ''}　{row.place}", result, row.finding]),
    ]
    key = f"recheck:{row.pk}:{row.state}"
    yield Paper("disposal", key, f"复查 {row.number}", later("复查记录", rows, number=row.number))


@provides("objection")
def _objection(case: Case) -> Iterator[Paper]:
    for row in case.objections:
        yield Paper(
            "objection",
            f"objection:{row.pk}:{row.state}",
            f"异议 {row.number}",
            partial(_objection_sheet, row),
        )
        for number, file in enumerate(row.files.all(), 1):
            key = f"objection-file:{row.pk}:{file.pk}"
            yield from _file("objection", key, f"异议材料 {number}：{row.number}", file)
        for paper in row.papers.all():
            name = f"{paper.get_kind_display()} {paper.number}"
            yield Paper(
                "objection",
                f"objection-paper:{paper.pk}",
                name,
                partial(_objection_paper, paper.pk),
            )


def _objection_sheet(row: Objection) -> bytes:
    return documents.pdf("publication/documents/dossier_objection.html", {"row": row})


def _objection_paper(pk: Any) -> bytes:
    context = objection_papers.context(objection_papers.rows().get(pk=pk))
    return documents.pdf("publication/documents/objection_paper.html", context)


def _file(part: str, key: str, name: str, file: Any) -> Iterator[Paper]:
    if file is not None:
        yield Paper(part, key, name, partial(attached, file))


@provides("penalty")
def _penalty(case: Case) -> Iterator[Paper]:
    """Penalties that came of this case's disposals (A88)."""
    for row in case.penalties:
        rows = [
            ("处罚决定书", [row.number, f"{row.decided_on}　{row.decided_by_name}"]),
            ("被处罚对象", [row.entity.name]),
            ("违法事实", [row.fact]),
            ("处罚依据", [row.basis]),
            ("处罚内容", [row.get_kind_display(), row.content]),
            ("审核", [f"{row.reviewed_by}　{moment(row.reviewed_at)}"] if row.reviewed_by else []),
        ]
        key = f"penalty:{row.pk}:{row.state}"
        yield Paper("penalty", key, f"行政处罚信息 {row.number}", later("行政处罚信息", rows))
