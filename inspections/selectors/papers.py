"""文书: every document of a task or a visit that exists or can be made, with its state; each app adds its own (A58).

A source reads what it needs in one query or two, whatever their number; it names nobody, so that the list may be open
where a document is not.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from bureau.models import User
from inspections.models import (
    DeemedDone,
    Disposal,
    InspectionOrder,
    Letter,
    Notice,
    PreCheck,
    Replacement,
    Sample,
    SiteNote,
    Transfer,
    Visit,
)
from inspections.selectors import disclosure
from inspections.selectors.printed import units_of
from planning.models import Pick, Sitting, Task

FROZEN, CURRENT, MISSING = "已固定", "按现在的内容", "还没有"
CSS = {FROZEN: "lock", CURRENT: "run", MISSING: "wait"}


@dataclass(frozen=True)
class Paper:
    place: int  # order in the life of a case
    name: str
    state: str
    note: str = ""
    links: tuple[tuple[str, str], ...] = ()

    @property
    def css(self) -> str:
        return CSS[self.state]


VisitSource = Callable[[Visit, User], Iterable[Paper]]
_OF_VISIT: list[VisitSource] = []


def adds(source: VisitSource) -> VisitSource:
    """Offers documents of a visit to its 文书 page; an app above registers its own when it is ready."""
    _OF_VISIT.append(source)
    return source


def of_visit(visit: Visit, user: User) -> list[Paper]:
    found = [paper for source in _OF_VISIT for paper in source(visit, user)]
    return sorted(found, key=lambda paper: paper.place)


def of_task(task: Task, user: User) -> list[Paper]:
    """From the plan to the lists; a constant number of queries."""
    found = [*_before_the_draw(task), *_records(task), *_orders_of_units(task, user)]
    found += _approvals(task, user)
    return sorted(found, key=lambda paper: paper.place)


def file(name: str, *args: Any, kind: str = "pdf") -> tuple[str, str]:
    """("PDF", address) of a document that names its kind last."""
    label = {"pdf": "PDF", "docx": "Word"}[kind]
    return label, reverse(name, args=[*args, kind])


def pdf(name: str, *args: Any) -> tuple[str, str]:
    return "PDF", reverse(name, args=args)


def _before_the_draw(task: Task) -> Iterable[Paper]:
    if task.plan_item is not None:
        plan = task.plan_item.plan
        links = (
            pdf("planning:plan-pdf", plan.pk),
            ("Word", reverse("planning:plan-docx", args=[plan.pk])),
        )
        yield Paper(10, f"{plan.year} 年度抽查工作计划", CURRENT, f"第 {plan.version} 版", links)
    if task.scheme:
        links = (
            pdf("planning:task-scheme-pdf", task.pk),
            ("Word", reverse("planning:task-scheme-docx", args=[task.pk])),
        )
        yield Paper(20, "抽查实施方案", CURRENT, "", links)
    else:
        yield Paper(20, "抽查实施方案", MISSING, "在任务页编写")


def _records(task: Task) -> Iterable[Paper]:
    sittings = Sitting.objects.filter(draws__task=task).distinct().order_by("planned_at")
    for sitting in sittings:
        links = (
            pdf("planning:sitting-record-pdf", sitting.pk),
            ("Word", reverse("planning:sitting-record-docx", args=[sitting.pk])),
        )
        yield Paper(30, "抽取记录备案表", CURRENT, sitting.title, links)


def _orders_of_units(task: Task, user: User) -> Iterable[Paper]:
    units = list(units_of(task, user))
    for unit in units:
        links = (
            file("inspections:task-order", task.pk, unit.pk),
            file("inspections:task-order", task.pk, unit.pk, kind="docx"),
        )
        yield Paper(40, "抽查任务下达单", CURRENT, unit.name, links)
    if not units:
        yield Paper(40, "抽查任务下达单", MISSING, "派发后，每个执行单位一份")
    reserves = Pick.objects.visible_to(user).filter(task=task, follows__isnull=False).count()
    changed = Replacement.objects.filter(
        visit__in=Visit.objects.visible_to(user).filter(matters__task=task),
        state=Replacement.State.DONE,
    ).count()
    if reserves or changed:
        note = f"对象递补 {reserves} 户，人员更换 {changed} 人次"
        yield Paper(50, "递补抽取记录", CURRENT, note, (pdf("inspections:task-reserves", task.pk),))


def _approvals(task: Task, user: User) -> Iterable[Paper]:
    rows = InspectionOrder.objects.visible_to(user).filter(task=task).order_by("number")
    for order in rows[:50]:
        yield _order(order)


def _order(order: InspectionOrder) -> Paper:
    links = (
        file("inspections:order-file", order.pk),
        file("inspections:order-file", order.pk, kind="docx"),
    )
    note = f"{order.number}，{order.get_state_display()}"
    return Paper(60, "检查审批表", FROZEN if order.decided_at else CURRENT, note, links)


@adds
def papers_before(visit: Visit, user: User) -> Iterable[Paper]:
    """What is made before somebody goes; who goes is read by those who may (DRAW §4)."""
    is_closed = disclosure.standing(user, visit, timezone.now()) is disclosure.Standing.CLOSED
    later = disclosure.known_at(visit)
    if visit.order is not None:
        yield _order(visit.order)
    else:
        yield Paper(60, "检查审批表", MISSING, "匹配人员后申请")
    done = PreCheck.objects.filter(visit=visit, done_at__isnull=False).exists()
    if is_closed:
        yield Paper(80, "检查通知书", MISSING, f"{later}起可以查看")
        yield Paper(90, "抽查情况记录表", MISSING, f"{later}起可以查看")
        return
    link = pdf("inspections:precheck-pdf", visit.pk)
    yield Paper(70, "预查比对表", FROZEN if done else CURRENT, "", (link,))
    notice = Notice.objects.filter(visit=visit).first()
    if notice is None:
        yield Paper(80, "检查通知书", MISSING, "审批后制作")
    else:
        note = f"{notice.number}，{'已送达' if notice.delivered_at else '未送达'}"
        link = pdf("inspections:notice-pdf", visit.pk)
        yield Paper(80, "检查通知书", FROZEN, note, (link,))
    note = "" if visit.started_at else "空表，可以带到现场填写"
    yield Paper(90, "抽查情况记录表", CURRENT, note, (pdf("inspections:sheet-pdf", visit.pk),))
    for row in Replacement.objects.filter(visit=visit).order_by("number"):
        link = pdf("inspections:replacement-pdf", visit.pk, row.number)
        state = FROZEN if row.decided_at else CURRENT
        note = f"第 {row.number} 次，{row.get_state_display()}"
        yield Paper(65, "执法检查人员更换审批表", state, note, (link,))


@adds
def papers_on_site(visit: Visit, user: User) -> Iterable[Paper]:
    """现场检查笔录 and the sheets of samples: there once the visit has begun, when everybody concerned knows it."""
    note = SiteNote.objects.filter(visit=visit).first()
    if note is not None:
        state = FROZEN if note.frozen_at else CURRENT
        link = pdf("inspections:note-pdf", visit.pk)
        yield Paper(95, "现场检查笔录", state, note.get_signed_display() or "", (link,))
    for sample in Sample.objects.filter(visit=visit).order_by("id"):
        link = pdf("inspections:sample-sheet", sample.pk)
        yield Paper(100, "抽样单", CURRENT, str(sample), (link,))


@adds
def papers_of_cases(visit: Visit, user: User) -> Iterable[Paper]:
    """视为完成, transfers, and the letters of disposals."""
    for row in Transfer.objects.visible_to(user).filter(visit=visit, decided_at__isnull=False):
        if row.state != Transfer.State.REFUSED:
            links = (
                file("inspections:transfer-notice", row.pk),
                file("inspections:transfer-notice", row.pk, kind="docx"),
            )
            yield Paper(110, "检查单位变更转交通知", FROZEN, row.number, links)
    deemed = DeemedDone.objects.filter(visit=visit, report__isnull=False).select_related("report")
    for case in deemed:
        report = case.report
        assert report is not None
        links = (
            file("inspections:deemed-report-file", report.pk),
            file("inspections:deemed-report-file", report.pk, kind="docx"),
        )
        yield Paper(120, "视为完成对象名单", FROZEN, report.number, links)
    disposals = Disposal.objects.filter(visit_matter__visit=visit)
    for letter in Letter.objects.visible_to(user).filter(disposal__in=disposals):
        links = (
            file("inspections:letter-file", letter.pk),
            file("inspections:letter-file", letter.pk, kind="docx"),
        )
        yield Paper(130, str(letter.get_kind_display()), FROZEN, letter.number, links)
