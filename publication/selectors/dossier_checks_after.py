"""归档检查单, second half: review, publication, correction, objection, disposal, 视为完成 (A70, A76, A80–A85)."""

from django.urls import reverse

from inspections.models import VisitMatter
from publication.models import Objection, Penalty
from publication.rules.dossier_parts import PARTS, Check
from publication.selectors.dossier_cases import Case

S = VisitMatter.State
SHOWN = (S.PUBLISHED, S.WITHHELD, *VisitMatter.NOT_CHECKED)


def review(case: Case) -> Check:
    waiting = [m for m in case.checked if m.reviewed_by_id is None]
    if not waiting:
        names = "、".join(sorted({str(m.reviewed_by) for m in case.checked}))
        return Check(PARTS["review"], f"{names} 审核通过" if names else "没有需要审核的结果")
    first = waiting[0]
    is_with_reviewer = first.state == S.SUBMITTED
    who = f"{first.responsible.short_name}审核员" if is_with_reviewer else case.leader
    words = f"{len(waiting)} 项{'没有审核' if is_with_reviewer else '没有提交审核'}"
    url = reverse("inspections:outcome-detail", args=[first.pk])
    return Check(PARTS["review"], "", words, who, url)


def publication(case: Case) -> Check:
    waiting = [m for m in case.matters if m.state not in SHOWN]
    if waiting:
        url = reverse("publication:queue")
        who = f"{waiting[0].responsible.short_name}公示员"
        return Check(PARTS["publication"], "", f"{len(waiting)} 项没有公示", who, url)
    words = [f"{len([m for m in case.matters if m.state == S.PUBLISHED])} 项已公示"]
    if withheld := [m for m in case.matters if m.state == S.WITHHELD]:
        words.append(f"{len(withheld)} 项依法不公开")
    return Check(PARTS["publication"], "，".join(words))


def correction(case: Case) -> Check | None:
    rows = case.corrections
    return Check(PARTS["correction"], "、".join(row.number for row in rows)) if rows else None


def objection(case: Case) -> Check | None:
    if not case.objections:
        return None
    still = [row for row in case.objections if row.state not in Objection.ENDED]
    if still:
        url = reverse("publication:objection-detail", args=[still[0].pk])
        who = "复查人员" if still[0].state == Objection.State.RECEIVED else "反馈人员"
        words = f"{'、'.join(row.number for row in still)} 没有办结，复查并反馈后归档"
        return Check(PARTS["objection"], f"{len(case.objections)} 件", words, who, url)
    return Check(PARTS["objection"], f"{len(case.objections)} 件已办结")


def disposal(case: Case) -> Check:
    rows = [row for matter in case.matters for row in matter.disposals.all()]
    still = [row for row in rows if row.state == "open"]
    if still:
        url = reverse("inspections:disposal-detail", args=[still[0].pk])
        words = f"{'、'.join(row.number for row in still)} 没有办结"
        return Check(PARTS["disposal"], "", words, still[0].responsible.name, url)
    return Check(PARTS["disposal"], f"{len(rows)} 件已办结" if rows else "没有需要处置的问题")


def penalty(case: Case) -> Check | None:
    """行政处罚信息 of this case, published in time (A88)."""
    if not case.penalties:
        return None
    numbers = "、".join(row.number for row in case.penalties)
    waiting = [row for row in case.penalties if row.state != Penalty.State.PUBLISHED]
    if waiting:
        words = f"{'、'.join(row.number for row in waiting)} 还没有公示"
        url = reverse("publication:penalty-detail", args=[waiting[0].pk])
        who = f"{waiting[0].authority.short_name}公示员"
        return Check(PARTS["penalty"], numbers, words, who, url)
    return Check(PARTS["penalty"], numbers)


def deemed(case: Case) -> Check:
    """Not inspected and counted as done: the evidence and the name in the list for the superior (A70)."""
    row = getattr(case.visit, "deemed_done", None)
    if row is None:
        return Check(PARTS["deemed"], "已登记")
    url = reverse("inspections:deemed-detail", args=[row.pk])
    if row.state != "approved":
        return Check(PARTS["deemed"], "", "还没有批准", "批准人", url)
    if row.evidence_id is None and not case.visit.attempts.all():
        words = "没有证明材料，也没有联系记录"
        return Check(PARTS["deemed"], row.get_cause_display(), words, str(row.recorded_by), url)
    reported = f"，列入 {row.report.number} 上报" if row.report else ""
    return Check(PARTS["deemed"], f"{row.get_cause_display()}：{row.note}{reported}")
