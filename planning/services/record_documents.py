"""抽取记录备案表 as .docx, from the same data as the PDF: for offices that file and sign in Word (A50: 书面备案)."""

from typing import Any

from bureau.models import Checkpoint
from bureau.services import documents
from bureau.services.documents import Table
from planning.selectors.draws import RecordSheet, SheetDraw
from planning.selectors.sittings import Receipt

Block = str | tuple[str, str] | Table


def record_docx(
    sheet: RecordSheet,
    *,
    form: dict[str, Any],
    receipt: Receipt | None,
    head: Checkpoint | None,
    check_url: str,
) -> bytes:
    """Everything the PDF states, in tables that can be filled in by hand."""
    blocks: list[Block] = [_sitting(sheet, receipt), _witnesses(sheet)]
    for draw in sheet.draws:
        blocks += _draw(draw)
    if sheet.void_requests:
        blocks += [("h", "作废申请"), *sheet.void_requests]
    blocks += [
        ("h", "这次抽取能保证什么，不能保证什么"),
        *[f"能保证：{sentence}" for sentence in sheet.promises],
        *sheet.doubts,
        *[f"不能保证：{sentence}" for sentence in sheet.not_promised],
        form["passages"]["filing"],
        Table(
            ("签字人", "签字", "日期"),
            [
                (f"操作人　{sheet.operator}", "\n", ""),
                *[(f"监督人　{w.name}", "\n", "") for w in sheet.witnesses],
                ("备案单位（盖章）", "\n", ""),
            ],
        ),
        f"公开页与核验：{check_url}",
    ]
    if head is not None:
        blocks.append(f"留痕链头（第 {head.number} 次封存）：{head.sha256}")
    return documents.docx(title=form["title"], blocks=blocks)


def _sitting(sheet: RecordSheet, receipt: Receipt | None) -> Table:
    sitting = sheet.sitting
    rows = [
        ("摇号会", sitting.title),
        ("组织单位", sitting.unit.name),
        ("时间、地点", f"{sheet.held_at}　{sitting.place}"),
        ("操作人", sheet.operator),
        ("抽取规程", f"{sheet.protocol}（SHA-256，任何人可重算）"),
        ("锁定单", sheet.slip or "未打印"),
    ]
    if receipt is not None:
        rows.append(("报送上级", receipt.text))
    if sheet.beacon_label:
        rows.append(
            (
                "公共随机源",
                f"{sheet.beacon_label} 第 {sitting.beacon_round} 期：{sheet.beacon_value or '没有取得'}",
            )
        )
    return Table(("项目", "内容"), rows)


def _witnesses(sheet: RecordSheet) -> Table:
    rows = [(w.name, w.capacity, w.digits, w.given) for w in sheet.witnesses]
    return Table(
        ("监督人", "身份", "数字", "时间和所用设备"),
        rows or [("没有监督人", "", "", "使用公共随机源")],
    )


def _draw(draw: SheetDraw) -> list[Block]:
    rows = [
        ("锁定时间", draw.locked_text),
        ("完成时间", draw.computed_text),
        ("名单", f"{draw.size_text}；{draw.reveal}"),
        ("公告指纹 A", draw.a),
        ("前一公告", draw.previous),
        *[(f"{name}的承诺", value) for name, value in draw.commitments],
    ]
    if draw.matters:
        rows.insert(2, ("抽查事项", "；".join(draw.matters)))
    if draw.seed:
        rows.append(("种子", draw.seed))
    if draw.result_sha256:
        rows.append(("结果文件指纹", draw.result_sha256))
    rows += [("此前作废", text) for text in draw.voids_before]
    if draw.voided_reason:
        rows.append(("本次作废", draw.voided_reason))
    why = f"，原因：{draw.reason}" if draw.n > 1 else ""
    blocks: list[Block] = [
        ("h", f"{draw.number}　{draw.task_number} {draw.task_name}（第 {draw.n} 次{why}）"),
        Table(("项目", "内容"), rows),
    ]
    if draw.strata:
        blocks.append(
            Table(
                ("层", "候选数", "抽取数", "递补数"),
                [(s.label, str(s.count), str(s.k), str(s.reserve)) for s in draw.strata],
            )
        )
    return [*blocks, *_result(draw), _files(draw)]


def _result(draw: SheetDraw) -> list[Block]:
    if not draw.result_sha256:
        return []
    if not draw.is_revealed:
        return ["名单尚未公开，见封存的 result.tsv；其指纹如上。"]
    if draw.is_entities:
        picked = [
            (
                row.stratum,
                f"{row.rank}{'（备）' if row.is_reserve else ''}",
                row.code,
                row.name,
                row.ticket[:16],
            )
            for stratum in draw.strata
            for row in stratum.rows
        ]
        return [Table(("层", "名次", "代码", "名称", "票值（前 16 位）"), picked)]
    teams = [
        (
            row.visit,
            "已匹配" if row.is_filled else "未能成组",
            "、".join(f"{duty} {pid}" for duty, pid in row.members),
        )
        for row in draw.teams
    ]
    return [Table(("检查编号", "结果", "检查组（组长在前）"), teams)]


def _files(draw: SheetDraw) -> Table:
    return Table(
        ("公开文件", "字节", "SHA-256"), [(f.name, str(f.size), f.sha256) for f in draw.files]
    )
