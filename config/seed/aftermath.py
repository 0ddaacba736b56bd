"""What follows: objections, the morning's reminders, what people have read already, the outbox."""

from datetime import datetime
from functools import partial

from django.utils import timezone

from bureau.models import Notification
from bureau.services import notifications, outbox, people
from config.seed import clock
from config.seed.story import (
    DEPUTY,
    ENFORCEMENT,
    HEAD,
    PUBLISHER,
    Story,
)
from inspections.models import Disposal, VisitMatter
from inspections.services import escalation, reminders
from planning.services import deadlines
from publication.models import Correction, Objection
from publication.services import corrections, firm_requests, objection_papers, objections
from registry.services import certificates

RULES = (
    ("coverage_goal", "5", "示范市自然资源和规划局年度抽查工作安排 二（一）：年度随机抽查占比不低于 5%"),
    ("void_approver", "head", "本局“双随机、一公开”抽查工作细则第十六条：作废由主要负责人批准"),
    ("disposal_days", 30, "本局“双随机、一公开”抽查工作细则第二十四条"),
)  # fmt: skip


def put(story: Story) -> None:
    days, agenda = story.days, story.agenda
    agenda.add(days.opening(1), "10:00", partial(_rules, story))
    agenda.add(days.part(0.2, 17), "9:30", partial(_first_objection, story))
    agenda.add(days.part(0.2, 18), "10:05", partial(_accepted, story))
    agenda.add(days.part(0.2, 21), "10:20", partial(_recheck, story))
    agenda.add(days.part(0.2, 22), "15:00", partial(_reply, story))
    agenda.add(days.part(0.2, 23), "10:30", partial(_delivered, story))
    agenda.add(days.part(0.2, 24), "9:40", partial(_correction, story))
    agenda.add(days.part(0.2, 25), "16:30", partial(_signed, story))
    agenda.add(days.ago(7), "16:00", partial(_second_objection, story))
    agenda.add(days.ago(2), "15:20", partial(_waiting_correction, story))
    agenda.add(days.ago(1), "7:05", _overdue)
    agenda.add(days.ago(1), "10:15", partial(_rectified, story))


def finish(story: Story) -> None:
    """The beat's jobs of this morning, and everything that is due out."""
    with clock.at(_morning(story)):
        today = story.days.today
        reminders.recompute_clocks()
        reminders.publications(today=today)
        reminders.disposals(today=today)
        certificates.warn_expiring(today=today)
        deadlines.warn_plans(today=today)
        objections.warn_due(today=today)
        _read(story)
        while outbox.deliver_waiting():
            pass


def _rules(story: Story) -> None:
    for key, value, citation in RULES:
        people.put_setting(
            actor=story.user(PUBLISHER),
            authority=story.authority,
            key=key,
            year=None,
            value=value,
            mode="default",
            citation=citation,
        )


def _first_objection(story: Story) -> None:
    matter = _published(story, "survey")[0]
    objections.register(
        visit_matter=matter.pk,
        applicant=matter.visit.entity.name,
        contact="0999-7654321",
        text="检查时质量管理制度修订稿已经起草，只是没有印发，请求复查。",
        received_on=timezone.localdate(),
        actor=story.user(PUBLISHER),
        today=timezone.localdate(),
    )


def _accepted(story: Story) -> None:
    objections.accept(
        objection=_objection("received").pk,
        actor=story.user(PUBLISHER),
        today=timezone.localdate(),
    )


def _delivered(story: Story) -> None:
    """Everything that the applicant was to get, handed over at once."""
    day = timezone.localdate()
    for paper in _objection("replied").papers.exclude(kind="application").order_by("number"):
        objection_papers.deliver(
            paper_pk=paper.pk,
            delivered_on=day,
            note="邮政快递，联络员签收。",
            actor=story.user(PUBLISHER),
            today=day,
        )


def _recheck(story: Story) -> None:
    objections.recheck(
        objection=_objection("received").pk,
        finding="经复查，检查当日现行制度仍为旧版，修订稿未经批准，原检查结果认定事实清楚。",
        is_upheld=False,
        actor=story.user(DEPUTY),
        today=timezone.localdate(),
    )


def _reply(story: Story) -> None:
    objections.reply(
        objection=_objection("rechecked").pk,
        text="你单位提出的异议经复查不成立，原结果不变；整改完成后复核情况另行公示。",
        replied_on=timezone.localdate(),
        actor=story.user(PUBLISHER),
        today=timezone.localdate(),
    )


def _second_objection(story: Story) -> None:
    """Left open: it waits for somebody who had no part in the result."""
    matter = _published(story, "special")[0]
    objections.register(
        visit_matter=matter.pk,
        applicant=matter.visit.entity.name,
        contact="0999-7001122",
        text="值班房为装配式活动房，不属于永久性建筑物，请求复查。",
        received_on=timezone.localdate(),
        actor=story.user(ENFORCEMENT),
        today=timezone.localdate(),
    )


def _correction(story: Story) -> None:
    """A page of the register was missing after all: 未发现问题 becomes 发现问题经责令已改正."""
    matter = _clean(story, "survey")
    corrections.request(
        visit_matter=matter.pk,
        codes=["E"],
        methods=matter.methods,
        note="复核资料时发现，已当场补齐。",
        findings=[
            (
                "质量检查台账缺 2 月一页，经责令当场补齐。",
                "《测绘地理信息质量管理办法》第十条",
                "责令改正",
            )
        ],
        reason="复核归档资料时发现录入遗漏一项已改正的问题。",
        actor=story.user(PUBLISHER),
        today=timezone.localdate(),
    )


def _signed(story: Story) -> None:
    row = Correction.objects.get(state="requested")
    corrections.decide(
        correction=row.pk,
        approve=True,
        note="情况属实，同意更正。",
        actor=story.user(HEAD),
        today=timezone.localdate(),
    )


def _waiting_correction(story: Story) -> None:
    """Waits for the head's signature."""
    matter = _clean(story, "survey")
    corrections.request(
        visit_matter=matter.pk,
        codes=matter.outcome_codes,
        methods=sorted({*matter.methods, "document"}),
        note="检查时同时查阅了质量管理台账。",
        findings=[],
        reason="检查方式漏选“书面检查”。",
        actor=story.user(PUBLISHER),
        today=timezone.localdate(),
    )


def _overdue() -> None:
    """The morning's reports of what is late: they stand in the trail, so they come in the order of time."""
    escalation.run(today=timezone.localdate())


def _rectified(story: Story) -> None:
    """A firm with a disposal still open sends its papers with the code of its notice."""
    rows = Disposal.objects.filter(
        authority=story.authority, state="open", visit_matter__visit__notice__isnull=False
    )
    disposal = rows.order_by("number").first()
    if disposal is not None:  # early in the year there is none yet
        firm_requests.submit(
            notice=disposal.visit_matter.visit.notice,
            kind="rectification",
            text="已按要求补正台账和标识牌，请予核实。",
            contact_name="单位联络员",
            contact_phone="0999-7003344",
            disposal=disposal,
            today=timezone.localdate(),
        )


def _clean(story: Story, key: str) -> VisitMatter:
    """The first published 未发现问题 of a task that nobody has corrected."""
    return next(
        matter
        for matter in _published(story, key)
        if matter.outcome_codes == ["1"] and not matter.corrections.exists()
    )


def _published(story: Story, key: str) -> list[VisitMatter]:
    rows = VisitMatter.objects.filter(task=story.tasks[key], state="published")
    return list(rows.select_related("visit__entity").order_by("published_at"))


def _objection(state: str) -> Objection:
    return Objection.objects.get(state=state)


def _read(story: Story) -> None:
    """What is older than ten working days has been read by everybody."""
    when = clock.moment(story.days.ago(10))
    for row in Notification.objects.filter(created_at__lt=when).select_related("user"):
        notifications.mark_read(user=row.user, notification=row)


def _morning(story: Story) -> datetime:
    """Seven o'clock of the story's day, but never later than now."""
    morning = clock.moment(story.days.today, 7)
    now = timezone.now()
    return min(morning, now) if story.days.today == timezone.localdate() else morning
