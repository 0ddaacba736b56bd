"""One visit on its way from the door to the publication, for the tests of field work, results, review and disposals."""

import io
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from bureau.ids import uuid7
from bureau.models import Agency, User
from inspections.models import Visit, VisitMatter
from inspections.selectors import records
from inspections.services import answers, arrivals, finishing, outcomes, party, review
from inspections.services.outcomes import NewFinding
from registry.models import ChecklistItem, Inspector
from tests.inspections.dispatch_cast import (
    TODAY,
    assigned,
    make_drawn_task,
    make_full_matter,
    ordered,
    sign_in_as,
)
from tests.people import make_user
from tests.planning.build import make_inspector, make_listing


@dataclass
class Case:
    """The people and the visit; `leader` and `second` are users whose inspectors form the team."""

    visit_pk: object
    leader: User
    second: User
    organiser: User

    @property
    def visit(self) -> Visit:
        return Visit.objects.get(pk=self.visit_pk)

    @property
    def matter(self) -> VisitMatter:
        return VisitMatter.objects.select_related("matter", "visit__entity").get(
            visit=self.visit_pk
        )


def photo(colour: str = "red", name: str = "照片.jpg") -> SimpleUploadedFile:
    picture = io.BytesIO()
    Image.new("RGB", (32, 24), colour).save(picture, "JPEG")
    return SimpleUploadedFile(name, picture.getvalue(), content_type="image/jpeg")


def officer(user: User, authority: Agency, number: int, **fields) -> Inspector:
    known = Inspector.objects.filter(user=user).first()
    made = known or make_inspector(authority, number, name=user.full_name, **fields)
    sign_in_as(made, user)
    return made


def with_checklist(authority: Agency, code: str, **fields):
    """Three items: a plain one, one that measures (at most 5 米), one that needs a photo."""
    matter = make_full_matter(authority, code, **fields)
    checklist = matter.checklists.get()
    ChecklistItem.objects.create(
        checklist=checklist,
        number=2,
        text="台阶高度",
        unit="米",
        maximum=Decimal(5),
        basis="开采方案",
    )
    ChecklistItem.objects.create(checklist=checklist, number=3, text="界桩", needs_photo=True)
    return matter


def ordered_case(
    authority: Agency,
    leader: User,
    second: User,
    organiser: User,
    head: User,
    *,
    number: int = 1,
    matter=None,
    **task,
) -> Case:
    """Drawn, dispatched, a team of two, approved by the head."""
    from inspections.services import dispatch

    listing = make_listing(authority, 5000 + number)
    matter = matter or with_checklist(authority, f"KC-{number:02d}")
    drawn = make_drawn_task(authority, [listing], by=organiser, matters=[matter], **task)
    visit = dispatch.dispatch(task=drawn, actor=organiser, today=TODAY).visits[0]
    team = [officer(leader, authority, 101), officer(second, authority, 102)]
    assigned(visit, organiser, team)
    ordered(Visit.objects.get(pk=visit.pk), organiser, head)
    return Case(visit.pk, leader, second, organiser)


def begun(case: Case, at: datetime | None = None) -> Case:
    arrivals.start(
        visit_pk=case.visit_pk,
        actor=case.leader,
        present=list(case.visit.team.values_list("pk", flat=True)),
        happened_at=at or timezone.now(),
    )
    return case


def give_answer(case: Case, item: int, value: str, **given):
    """One answer, the way the page sends it."""
    stored = case.matter.answers.filter(item__number=item).first()
    values = {
        "actor": case.leader,
        "number": None,
        "remark": "" if value == "yes" else "现场情况",
        "happened_at": timezone.now(),
        "key": uuid7(),
        "seen": answers.version(stored),
    }
    return answers.give(
        visit_matter_pk=case.matter.pk, item_number=item, value=value, **(values | given)
    )


def filled(case: Case, *, first: str = "yes") -> Case:
    """Every answer, photo and signed page."""
    give_answer(case, 1, first)
    give_answer(case, 2, "yes", number=Decimal("4.5"))
    give_answer(case, 3, "yes", photos=[photo("blue")])
    party.sign(
        visit_pk=case.visit_pk,
        actor=case.leader,
        signed="signed",
        happened_at=timezone.now(),
        pages=[photo("green", "签字页.jpg")],
    )
    return case


def finished(case: Case, *, first: str = "yes", at: datetime | None = None) -> Case:
    filled(begun(case, at), first=first)
    finishing.finish(visit_pk=case.visit_pk, actor=case.leader, happened_at=at or timezone.now())
    return case


def recorded(case: Case, codes=("1",), findings=(), **given) -> Case:
    values = {"actor": case.leader, "methods": ["on_site"], "today": timezone.localdate()}
    outcomes.record(
        visit_matter_pk=case.matter.pk, codes=list(codes), findings=findings, **(values | given)
    )
    return case


def sign(case: Case, user: User) -> None:
    matter = case.matter
    outcomes.sign(visit_matter_pk=matter.pk, actor=user, digest=records.digest(matter))


def signed(case: Case) -> Case:
    sign(case, case.leader)
    sign(case, case.second)
    return case


def submitted(case: Case) -> Case:
    outcomes.submit(visit_matter_pk=signed(case).matter.pk, actor=case.leader)
    return case


def approved(case: Case, reviewer: User, today: date | None = None) -> Case:
    review.approve(
        visit_matter_pk=submitted(case).matter.pk,
        actor=reviewer,
        today=today or timezone.localdate(),
    )
    return case


def problem(measure: str = "", fact: str = "采场东侧越界约 6 米") -> NewFinding:
    return NewFinding(fact=fact, basis="《矿产资源法》第三十九条", measure=measure)


def second_inspector(authority: Agency) -> User:
    return make_user("inspector2", "测组员", authority, "inspector")
