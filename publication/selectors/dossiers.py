"""卷宗: what belongs into it, what is still missing and who has to supply it (A89)."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from bureau.models import User
from inspections.models import Dossier, Evidence, TeamMember, Visit, VisitMatter
from inspections.selectors import fieldwork
from inspections.selectors.records import signed_by
from publication.models import Correction, Objection, PublicRecord

CLOSED = (Visit.State.CLOSED, Visit.State.DEEMED_DONE)
S = VisitMatter.State


@dataclass(frozen=True)
class Paper:
    """One line of the check 归档检查单."""

    name: str
    found: str  # what is there, in words
    lacking: str = ""  # what is missing and who supplies it; empty: whole

    @property
    def is_whole(self) -> bool:
        return not self.lacking


def visits(user: User) -> "QuerySet[Visit]":
    """Those that are over, with their dossiers."""
    rows = Visit.objects.visible_to(user).filter(state__in=CLOSED)
    return rows.select_related("entity", "unit", "authority", "dossier")


def of_visit(pk: Any) -> Visit:
    rows = Visit.objects.select_related(
        "entity__region", "unit", "authority", "order__decided_by", "notice", "team_draw"
    ).prefetch_related(
        Prefetch(
            "matters",
            VisitMatter.objects.select_related(
                "matter", "task", "reviewed_by", "published_by", "pick__draw"
            ).prefetch_related("disposals", "signatures", "findings"),
        ),
        Prefetch("team", TeamMember.objects.select_related("inspector", "expert")),
        Prefetch("evidence", Evidence.objects.select_related("file", "copy__file", "taken_by")),
    )
    visit: Visit = rows.get(pk=pk)
    return visit


def check(visit: Visit) -> list[Paper]:
    """归档检查单 of a visit read by `of_visit`: a constant number of queries."""
    matters = list(visit.matters.all())
    papers = [_draw(matters), _order(visit), _notice(visit)]
    if visit.state == Visit.State.DEEMED_DONE:
        return [papers[0], _deemed(visit)]
    return [
        *papers,
        _entries(visit),
        _sheet(visit),
        _party(visit),
        _evidence(visit),
        _signatures(visit, matters),
        _review(matters),
        _published(matters),
        _disposals(matters),
        _objections(matters),
    ]


def corrections_of(visit: Visit) -> list[Correction]:
    rows = Correction.objects.filter(visit_matter__visit=visit, state=Correction.State.APPROVED)
    return list(
        rows.select_related(
            "authority",
            "visit_matter__visit__entity",
            "visit_matter__visit__unit",
            "visit_matter__matter",
            "visit_matter__task",
            "objection",
            "record",
            "requested_by",
            "decided_by",
        ).order_by("decided_at")
    )


def objections_of(visit: Visit) -> list[Objection]:
    rows = Objection.objects.filter(visit_matter__visit=visit)
    return list(
        rows.select_related("visit_matter__matter", "rechecked_by", "replied_by").order_by("id")
    )


def records_of(visit: Visit) -> list[PublicRecord]:
    """Every version of every published result of the visit."""
    subjects = [f"inspections.visitmatter:{matter.pk}" for matter in visit.matters.all()]
    rows = PublicRecord.objects.filter(subject__in=subjects).select_related("published_by")
    return list(rows.order_by("subject", "version"))


def existing(visit: Visit) -> Dossier | None:
    return Dossier.objects.select_related("file", "archived_by").filter(visit=visit).first()


def _draw(matters: list[VisitMatter]) -> Paper:
    drawn = sorted({m.pick.draw.number for m in matters if m.pick and m.pick.draw})
    platform = [m.task.platform_number for m in matters if m.task.draw_source == "platform"]
    text = "、".join(drawn + [f"上级平台 {number}" for number in platform if number])
    return Paper("抽取记录", text or "直接委派或临时安排，见检查审批")


def _order(visit: Visit) -> Paper:
    order = visit.order
    if order is None or order.state != "approved":
        return Paper("检查审批", "没有", "须由主要负责人批准（紧急检查的补办批准）")
    return Paper("检查审批", f"{order.number}，{order.decided_by} 批准")


def _notice(visit: Visit) -> Paper:
    notice = getattr(visit, "notice", None)
    if notice is None:
        return Paper("检查通知书", "没有", "须由检查组制作并送达")
    if notice.delivered_at is None:
        return Paper("检查通知书", notice.number, "没有登记送达，须由检查组补登")
    return Paper("检查通知书", f"{notice.number}，已送达")


def _entries(visit: Visit) -> Paper:
    """入企登记 (A98): late ones are named, none is no fault, not every bureau has codes."""
    rows = list(visit.entries.select_related("by"))
    if not rows:
        return Paper("入企登记", "没有扫码或亮码的登记")
    late = [f"{row.by}（{row.reason or '联网后才上传'}）" for row in rows if row.is_late]
    words = [f"{len(rows)} 人次"] + ([f"其中事后补录：{'、'.join(late)}"] if late else [])
    return Paper("入企登记", "，".join(words))


def _sheet(visit: Visit) -> Paper:
    lacking = [
        line for sheet in fieldwork.sheets(visit) for line in sheet.lines if not line.is_done
    ]
    if lacking:
        return Paper(
            "抽查情况记录表", "", f"还有 {len(lacking)} 项没有填写或缺照片，须由检查组补齐"
        )
    return Paper("抽查情况记录表", "检查表已全部填写")


def _party(visit: Visit) -> Paper:
    if visit.party_signed == "signed":
        on_paper = any(piece.kind == Evidence.Kind.SIGNED_PAGE for piece in visit.evidence.all())
        return Paper("当事人签字", "签字页已拍照" if on_paper else "已在屏幕上签名，签名在记录表上")
    if visit.party_signed == "refused":
        return Paper("当事人签字", f"拒绝签字，见证人：{visit.witness_name}")
    if "party_signature" in visit.trimmed_steps:
        return Paper("当事人签字", "已按程序删减")
    return Paper("当事人签字", "没有", "须由检查组补拍签字页，或登记拒签情况和见证人")


def _evidence(visit: Visit) -> Paper:
    count = len(visit.evidence.all())
    return Paper("证据材料", f"{count} 件" if count else "没有另外的证据材料")


def _signatures(visit: Visit, matters: list[VisitMatter]) -> Paper:
    officers = [m for m in visit.team.all() if m.is_current and m.inspector_id]
    missing = sorted(
        {
            str(member)
            for matter in matters
            if matter.state not in {S.DEEMED_DONE}
            for member in officers
            if member.pk not in signed_by(matter)
        }
    )
    if missing:
        return Paper("检查人员签字", "", f"{'、'.join(missing)}没有在结果上签字")
    return Paper("检查人员签字", f"{len(officers)} 人均已签字")


def _review(matters: list[VisitMatter]) -> Paper:
    waiting = [m for m in matters if m.reviewed_by_id is None and m.state != S.DEEMED_DONE]
    if waiting:
        return Paper("结果审核", "", f"{len(waiting)} 项没有审核，须由审核员办理")
    return Paper(
        "结果审核", "、".join(sorted({str(m.reviewed_by) for m in matters if m.reviewed_by}))
    )


def _published(matters: list[VisitMatter]) -> Paper:
    done = {S.PUBLISHED, S.WITHHELD, S.DEEMED_DONE}
    waiting = [m for m in matters if m.state not in done]
    if waiting:
        return Paper("结果公示", "", f"{len(waiting)} 项没有公示，须由公示员办理")
    words = [f"{len([m for m in matters if m.state == S.PUBLISHED])} 项已公示"]
    if withheld := [m for m in matters if m.state == S.WITHHELD]:
        words.append(f"{len(withheld)} 项依法不公开")
    return Paper("结果公示", "，".join(words))


def _disposals(matters: list[VisitMatter]) -> Paper:
    rows = [row for matter in matters for row in matter.disposals.all()]
    still = [row.number for row in rows if row.state == "open"]
    if still:
        return Paper("后续处置", "", f"{'、'.join(still)} 没有办结，须由责任单位办理")
    return Paper("后续处置", f"{len(rows)} 件已办结" if rows else "没有需要处置的问题")


def _objections(matters: list[VisitMatter]) -> Paper:
    rows = list(Objection.objects.filter(visit_matter__in=matters))
    still = [row.number for row in rows if row.state not in Objection.ENDED]
    if still:
        return Paper("异议", "", f"{'、'.join(still)} 没有反馈，须复查并反馈后归档")
    return Paper("异议", f"{len(rows)} 件已反馈" if rows else "没有")


def _deemed(visit: Visit) -> Paper:
    row = getattr(visit, "deemed_done", None)
    return Paper("视为完成", f"{row.get_cause_display()}：{row.note}" if row else "已登记")
