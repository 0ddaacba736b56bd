"""归档检查单: what a dossier has, what it lacks, who supplies that and where; without a query of its own (A89)."""

from django.urls import reverse

from inspections.models import Evidence, Visit
from inspections.rules import answers
from inspections.selectors.records import signed_by
from publication.rules.dossier_parts import PARTS, Check, in_order
from publication.selectors import dossier_checks_after as after
from publication.selectors.dossier_cases import Case

HEAD = "主要负责人"


def of(case: Case) -> list[Check]:
    """One line for each part that this dossier has or needs, in the order of binding."""
    found: dict[str, Check | None] = {"draw": _draw(case), "dispatch": _dispatch(case)}
    if case.visit.state == Visit.State.DEEMED_DONE:
        found |= {"deemed": after.deemed(case)}
    else:
        found |= {
            "order": _order(case),
            "precheck": _precheck(case),
            "notice": _notice(case),
            "entry": _entry(case),
            "sheet": _sheet(case),
            "site_note": _site_note(case),
            "party": _party(case),
            "evidence": _evidence(case),
            "samples": _samples(case),
            "conclusions": _conclusions(case),
            "signatures": _signatures(case),
            "review": after.review(case),
            "publication": after.publication(case),
            "correction": after.correction(case),
            "objection": after.objection(case),
            "disposal": after.disposal(case),
            "penalty": after.penalty(case),
        }
    found |= {"team": _team(case), "transfer": _transfer(case)}
    lines = {key: check for key, check in found.items() if check is not None}
    return [lines[key] for key in in_order(lines)]


def _here(case: Case) -> str:
    return reverse("inspections:visit-detail", args=[case.visit.pk])


def _field(case: Case) -> str:
    return reverse("inspections:field-visit", args=[case.visit.pk])


def _draw(case: Case) -> Check:
    numbers = {m.pick.draw.number for m in case.matters if m.pick and m.pick.draw}
    text = "、".join(sorted(numbers))
    if case.task.draw_source == "platform":
        text = f"上级平台 {case.task.platform_number}，{case.task.platform_receipt}"
    return Check(PARTS["draw"], text or "直接指定或临时安排，没有摇号，见检查审批")


def _dispatch(case: Case) -> Check:
    merged = (
        f"，与 {'、'.join(task.number for task in case.others)} 合并检查" if case.others else ""
    )
    return Check(PARTS["dispatch"], f"{case.visit.number} 派发{case.visit.unit.name}{merged}")


def _order(case: Case) -> Check:
    order = case.visit.order
    if order is None:
        return Check(PARTS["order"], "没有", "没有检查审批", HEAD, _here(case))
    if order.state != "approved":
        url = reverse("inspections:order-detail", args=[order.pk])
        lacking = "紧急检查的补办审批还没有批准" if order.is_emergency else "没有批准"
        return Check(PARTS["order"], order.number, lacking, HEAD, url)
    return Check(PARTS["order"], f"{order.number}，{order.decided_by} 批准")


def _precheck(case: Case) -> Check:
    """预查比对 (A63): what was not compared before the visit cannot be made up for after it."""
    row = getattr(case.visit, "precheck", None)
    if row is not None and row.done_at is not None:
        return Check(PARTS["precheck"], f"{row.done_by} 完成")
    return Check(
        PARTS["precheck"],
        "没有完成的预查比对表，事后不能补做，不影响归档",
        trimmed=_why(case, "precheck"),
    )


def _notice(case: Case) -> Check:
    notice = getattr(case.visit, "notice", None)
    if notice is None:
        return Check(PARTS["notice"], "没有", "没有制作检查通知书", case.leader, _here(case))
    if notice.delivered_at is None:
        return Check(PARTS["notice"], notice.number, "没有登记送达", case.leader, _here(case))
    return Check(PARTS["notice"], f"{notice.number}，已送达")


def _team(case: Case) -> Check | None:
    done = [row for row in case.visit.replacements.all() if row.state == "done"]
    return Check(PARTS["team"], f"更换 {len(done)} 人次") if done else None


def _entry(case: Case) -> Check:
    """入企登记 (A98): late ones are named, none is no fault, not every bureau has codes."""
    rows = list(case.visit.entries.all())
    if not rows:
        return Check(PARTS["entry"], "没有扫码或亮码的登记")
    late = [f"{row.by}（{row.reason or '联网后才上传'}）" for row in rows if row.is_late]
    words = [f"{len(rows)} 人次"] + ([f"其中事后补录：{'、'.join(late)}"] if late else [])
    return Check(PARTS["entry"], "，".join(words))


def _sheet(case: Case) -> Check:
    no_photos = case.visit.trimmed_steps.get("photos", "")
    lacking = [
        line
        for sheet in case.sheets
        if sheet.matter in case.checked
        for line in sheet.lines
        if line.answer is None or (not line.is_done and not no_photos)
    ]
    if lacking:
        words = f"还有 {len(lacking)} 项没有填写或缺照片"
        return Check(PARTS["sheet"], "", words, case.leader, _field(case))
    return Check(PARTS["sheet"], "检查表已全部填写", trimmed=_why(case, "photos"))


def _why(case: Case, step: str) -> str:
    reason = case.visit.trimmed_steps.get(step, "")
    return f"{answers.STEPS.get(step, step)}已按程序删减：{reason}" if reason else ""


def _site_note(case: Case) -> Check | None:
    note = getattr(case.visit, "site_note", None)
    if note is None:
        return None
    if note.frozen_at is None:
        words = "笔录还没有固定、签字"
        return Check(PARTS["site_note"], "已起草", words, case.leader, _field(case))
    return Check(PARTS["site_note"], f"{note.get_signed_display()}，{note.frozen_by} 固定")


def _party(case: Case) -> Check:
    visit = case.visit
    if visit.party_signed == "signed":
        on_paper = any(piece.kind == Evidence.Kind.SIGNED_PAGE for piece in case.evidence)
        words = "签字页已拍照，在卷" if on_paper else "已在屏幕上签名，签名在记录表上"
        return Check(PARTS["party"], words)
    if visit.party_signed == "refused":
        seen = f"，见证人：{visit.witness_name}" if visit.witness_name else ""
        return Check(PARTS["party"], f"拒绝签字：{visit.refusal_note}{seen}")
    if why := _why(case, "party_signature"):
        return Check(PARTS["party"], "没有当事人签字", trimmed=why)
    words = "没有签字页，也没有登记拒签情况和见证人"
    return Check(PARTS["party"], "", words, case.leader, _field(case))


def _evidence(case: Case) -> Check:
    count = len(case.evidence)
    return Check(PARTS["evidence"], f"{count} 件" if count else "没有另外的证据材料")


def _samples(case: Case) -> Check | None:
    ids = {m.pk for m in case.matters}
    rows = [s for s in case.visit.samples.all() if s.visit_matter_id in ids | {None}]
    if not rows:
        return None
    waiting = [s.number for s in rows if not s.cancelled_why and not s.results.all()]
    if waiting:
        words = f"{'、'.join(waiting)} 还没有检测结果"
        return Check(PARTS["samples"], f"{len(rows)} 件", words, case.leader, _here(case))
    return Check(PARTS["samples"], f"{len(rows)} 件，结果齐全")


def _conclusions(case: Case) -> Check | None:
    rows = [c for m in case.matters for c in m.conclusions.all() if not c.withdrawn_why]
    if not rows:
        return None
    waiting = [c.issuer for c in rows if c.issued_on is None]
    if waiting:
        words = f"{'、'.join(waiting)}的结论还没有收到"
        return Check(PARTS["conclusions"], f"{len(rows)} 份", words, case.leader, _here(case))
    return Check(PARTS["conclusions"], f"{len(rows)} 份")


def _signatures(case: Case) -> Check:
    lacking = [
        (matter, member)
        for matter in case.checked
        for member in case.officers
        if member.pk not in signed_by(matter)
    ]
    if lacking:
        names = "、".join(sorted({str(member) for _, member in lacking}))
        url = reverse("inspections:outcome-detail", args=[lacking[0][0].pk])
        return Check(PARTS["signatures"], "", f"{names}没有在结果上签字", names, url)
    return Check(PARTS["signatures"], f"{len(case.officers)} 人均已签字")


def _transfer(case: Case) -> Check | None:
    row = case.transfer
    if row is None:
        return None
    return Check(PARTS["transfer"], f"{row.number}，由{row.authority.name}转来")
