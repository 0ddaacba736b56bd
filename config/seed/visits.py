"""One visit of the seed from notice to publication, as far as its course says, each step by who has to do it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, cast

from django.utils import timezone

from bureau.ids import uuid7
from bureau.models import User
from config.seed import disposals as after_finding
from config.seed import doorstep, pictures, sources
from config.seed.agenda import Step
from config.seed.findings import FOUND, measured
from config.seed.story import COORDINATOR, HEAD, PUBLISHER, REVIEWERS, Story
from inspections.models import ChecklistAnswer, Finding, Visit, VisitMatter
from inspections.rules.answers import NO, YES
from inspections.selectors import disposals as disposal_reads
from inspections.selectors import fieldwork as reads
from inspections.selectors import records
from inspections.services import (
    answers,
    arrivals,
    disposals,
    finishing,
    notices,
    outcomes,
    party,
    review,
)
from inspections.services.outcomes import NewFinding
from publication.services import nondisclosures
from publication.services import records as publishing
from registry.models import ChecklistItem

STEPS = (
    "noticed", "in_progress", "finished", "recorded", "signed", "submitted", "returned", "approved", "withheld", "published",
)  # fmt: skip
REMARKS = {
    "returned": "发现问题的照片只有远景，请补拍台账缺页的近景；结果说明未写明责令改正的时限。",
    "withheld": ("检查内容涉及尚未公开的测绘成果", "《中华人民共和国政府信息公开条例》第十四条"),
}

LINE_REMARKS = {
    "methods": "查阅了台账的，检查方式应选“书面检查”。",
    "note": "没有写明责令改正的时限或者查阅了哪些台账。",
    "evidence": "缺台账近景。",
}


@dataclass(frozen=True)
class Follow:
    """What becomes of a finding: its due date, and when and with what it was closed."""

    due_on: date
    closed_on: date | None = None
    result: str = ""


@dataclass(frozen=True)
class Course:
    """`until` is the last of STEPS that is done. `bad`: matters in which something is found, with what follows."""

    until: str
    on: date
    hour: int = 9
    bad: Mapping[str, Follow | None] = field(default_factory=dict)
    is_corrected: bool = False
    was_returned: bool = False  # once, and put right on the same day
    reviewed: int = 3  # working days after the visit
    published: int = 4
    entry: str = "shown"  # scanned | shown | late
    is_paused: bool = False
    on_glass: bool = False
    has_sources: bool = False  # site record, recording, a department's letter, a sample


class Walk:
    """A course on the agenda."""

    def __init__(self, story: Story, visit: Visit, course: Course) -> None:
        self.story, self.pk, self.course = story, visit.pk, course
        self._known: User | None = None

    def put(self) -> None:
        days, add, course = self.story.days, self.story.agenda.add, self.course
        moments: dict[str, tuple[date, str, Step]] = {
            "noticed": (days.after(course.on, -1), "16:40", self.notice),
            "in_progress": (course.on, f"{course.hour}:05", self.start),
            "recorded": (course.on, f"{course.hour + 6}:20", self.record),
            "signed": (days.after(course.on, 1), "9:50", partial(self.sign, 2)),
            "submitted": (days.after(course.on, 1), "10:30", self.submit),
            "returned": (days.after(course.on, course.reviewed), "15:30", self.send_back),
            "approved": (days.after(course.on, course.reviewed), "15:30", self.approve),
            "withheld": (days.after(course.on, course.published), "11:20", self.withhold),
            "published": (days.after(course.on, course.published), "11:20", self.publish),
        }
        for step in STEPS[: STEPS.index(course.until) + 1]:
            if step in {"returned", "withheld"} and step != course.until:
                continue
            if step == "in_progress":
                add(course.on, f"{course.hour}:00", self.deliver)
            if step == "finished":
                add(course.on, f"{course.hour}:55", partial(self.answer, True))
                add(course.on, f"{course.hour + 1}:20", self.finish)
                continue
            day, time, do = moments[step]
            add(day, time, do)
        if course.has_sources:
            sources.put(self)
        if course.is_paused:
            add(course.on, f"{course.hour}:20", partial(doorstep.pause, self))
            add(course.on, f"{course.hour}:50", partial(doorstep.resume, self))
        if course.entry == "late":
            add(days.after(course.on, 1), "8:40", partial(doorstep.enter_late, self))
        if course.was_returned:
            day = days.after(course.on, 2)
            add(day, "9:20", self.send_back)
            add(day, "10:10", self.amend)
            add(day, "10:40", partial(self.sign, 2))
            add(day, "11:00", self.submit)
        if course.until == "in_progress":
            add(course.on, f"{course.hour}:40", partial(self.answer, False))
        if course.until == "recorded":
            add(days.after(course.on, 1), "9:50", partial(self.sign, 1))

    # ---------------------------------------------------------------- at the door

    def notice(self) -> None:
        visit = self.visit
        unit = next(a for a in self.story.agencies.values() if a.pk == visit.unit_id)
        actor = self.story.user(COORDINATOR[unit.code])
        notices.issue(visit=visit, actor=actor, today=timezone.localdate())

    def deliver(self) -> None:
        notices.deliver(visit=self.visit, actor=self.leader, at=timezone.now())

    def start(self) -> None:
        visit = self.visit
        doorstep.enter(self)
        arrivals.start(
            visit_pk=visit.pk,
            actor=self.leader,
            present=[member.pk for member in reads.officers(visit)],
            happened_at=timezone.now(),
        )

    def answer(self, whole: bool) -> None:
        """Every item with its photo; half of them where the visit is still under way."""
        for matter in self.matters:
            items = list(matter.checklist.items.order_by("number"))
            for item in items if whole else items[: max(1, len(items) // 2)]:
                self._answer(matter, item)
        if whole:
            visit = self.visit
            opinion = "情况属实，按要求整改。" if self.course.bad else "情况属实，无异议。"
            party.sign(
                visit_pk=visit.pk,
                actor=self.leader,
                signed="signed",
                happened_at=timezone.now(),
                opinion=opinion,
                stroke=doorstep.stroke(self, opinion) if self.course.on_glass else None,
                pages=[]
                if self.course.on_glass
                else [
                    cast(Any, pictures.signed_page)(
                        title="双随机抽查检查表（签字页）",
                        entity=visit.entity.name,
                        day=f"{self.course.on:%Y-%m-%d}",
                        marks=[row.value == YES for row in self._answers()],
                        file_name="签字页.jpg",
                    )
                ],
            )

    def _answers(self) -> list[ChecklistAnswer]:
        rows = ChecklistAnswer.objects.filter(visit_matter__visit=self.pk)
        return list(rows.order_by("visit_matter_id", "item__number"))

    def finish(self) -> None:
        finishing.finish(visit_pk=self.pk, actor=self.leader, happened_at=timezone.now())

    def _answer(self, matter: VisitMatter, item: ChecklistItem) -> None:
        found = FOUND.get(matter.matter.code) if matter.matter.code in self.course.bad else None
        is_bad = found is not None and found.item == item.number
        photos: list[Any] = []
        if item.needs_photo:
            photos.append(
                pictures.scene(
                    kind=matter.visit.entity.kind,
                    name=f"{matter.visit.number}|{matter.matter.code}|{item.number}",
                    lines=(matter.visit.entity.name, f"{self.course.on:%Y-%m-%d}　第 {item.number} 项"),
                    file_name=f"{matter.matter.code}第{item.number}项.jpg",
                )
            )  # fmt: skip
        answers.give(
            visit_matter_pk=matter.pk,
            item_number=item.number,
            actor=self.leader,
            value=NO if is_bad else YES,
            number=measured(item),
            remark=found.fact if found is not None and is_bad else "",
            happened_at=timezone.now(),
            key=uuid7(),
            photos=photos,
        )

    # ---------------------------------------------------------------- at the desk

    def record(self) -> None:
        for matter in self.matters:
            found = FOUND[matter.matter.code] if matter.matter.code in self.course.bad else None
            findings, codes = [], ["1"]
            if found is not None:
                item = matter.checklist.items.get(number=found.item)
                findings = [
                    NewFinding(
                        fact=found.fact,
                        basis=item.basis,
                        on_site_measure=found.on_site,
                        item_id=item.pk,
                    )
                ]
                codes = ["E"] if self.course.is_corrected else [found.code]
            outcomes.record(
                visit_matter_pk=matter.pk,
                actor=self.leader,
                codes=codes,
                methods=list(dict.fromkeys([*matter.matter.methods[:1], *matter.methods])),
                today=timezone.localdate(),
                note="" if found is None else "已当场告知当事人整改要求。",
                findings=findings,
            )
            self._follow(matter)

    def _follow(self, matter: VisitMatter) -> None:
        follow = self.course.bad.get(matter.matter.code)
        finding = Finding.objects.filter(visit_matter=matter).first()
        if follow is None or finding is None:
            return
        fresh = records.matters().get(pk=matter.pk)
        row = disposals.open(
            visit_matter_pk=matter.pk,
            actor=self.leader,
            measure=disposal_reads.preset(fresh)[0],
            responsible=fresh.responsible,
            due_on=follow.due_on,
            today=timezone.localdate(),
            finding=finding,
        )
        after_finding.follow(self.story, row, follow.closed_on, follow.result)

    def sign(self, count: int) -> None:
        for matter in self.matters:
            for member in reads.officers(matter.visit)[:count]:
                outcomes.sign(
                    visit_matter_pk=matter.pk,
                    actor=self.story.officer(member),
                    digest=records.digest(records.matters().get(pk=matter.pk)),
                )

    def submit(self) -> None:
        for matter in self.matters:
            outcomes.submit(visit_matter_pk=matter.pk, actor=self.leader)

    def send_back(self) -> None:
        for matter in self.matters:
            review.send_back(
                visit_matter_pk=matter.pk,
                actor=self._reviewer(matter),
                note=str(REMARKS["returned"]),
                remarks=LINE_REMARKS,
            )

    def amend(self) -> None:
        """What the reviewer asked for is added; nothing else is typed again."""
        for matter in self.matters:
            outcomes.record(
                visit_matter_pk=matter.pk,
                actor=self.leader,
                codes=matter.outcome_codes,
                methods=[*matter.methods, "document"],
                today=timezone.localdate(),
                note="台账缺页处已补拍近景；检查时同时查阅了进货台账和检疫证明。",
            )

    def approve(self) -> None:
        for matter in self.matters:
            actor = self._reviewer(matter)
            review.approve(visit_matter_pk=matter.pk, actor=actor, today=timezone.localdate())

    def withhold(self) -> None:
        reason, basis = REMARKS["withheld"]
        for matter in self.matters:
            nondisclosures.request(
                visit_matter=matter.pk, reason=reason, basis=basis, actor=self.story.user(PUBLISHER)
            )
            nondisclosures.decide(visit_matter=matter.pk, approve=True, actor=self.story.user(HEAD))

    def publish(self) -> None:
        for matter in self.matters:
            publishing.publish_result(
                visit_matter=matter.pk,
                actor=self.story.user(PUBLISHER),
                today=timezone.localdate(),
            )

    # ---------------------------------------------------------------- who and what

    @property
    def visit(self) -> Visit:
        rows = Visit.objects.select_related("entity", "unit", "authority")
        found: Visit = rows.get(pk=self.pk)
        return found

    @property
    def matters(self) -> list[VisitMatter]:
        rows = VisitMatter.objects.select_related("visit__entity", "matter", "checklist", "task")
        return list(rows.filter(visit_id=self.pk).order_by("id"))

    @property
    def leader(self) -> User:
        """Known from the visit's first day on: after that the team does not change."""
        if self._known is None:
            member = reads.officers(self.visit)[0]
            self._known = self.story.officer(member)
        return self._known

    def _reviewer(self, matter: VisitMatter) -> User:
        """Somebody outside the team (A80)."""
        team = reads.team_user_ids(matter.visit)
        name = next(n for n in REVIEWERS if self.story.user(n).pk not in team)
        return self.story.user(name)
