"""Tasks drawn and waiting for dispatch, visits with teams, and a team sitting, for the tests of this app."""

from datetime import date

from django.utils import timezone

from bureau.models import Agency, Membership, User
from inspections.models import Visit
from inspections.services import assignments, dispatch, orders, teams
from planning.models import Pick, Task
from planning.services import sittings, slips
from registry.models import Checklist, ChecklistItem, Matter, MatterRevision
from tests.planning.build import make_inspector, make_listing, make_matter, make_task

TODAY = date(2026, 3, 12)
DIGITS = "004207731905"


def make_full_matter(authority: Agency, code: str = "KC-01", **fields) -> Matter:
    """With the version and the checklist without which nothing is dispatched."""
    matter = make_matter(authority, code, **fields)
    MatterRevision.objects.create(matter=matter, version=1, content={}, reason="建立")
    checklist = Checklist.objects.create(matter=matter, version=1, name=f"{code}检查表")
    ChecklistItem.objects.create(checklist=checklist, number=1, text="是否按批准范围开采")
    return matter


def make_drawn_task(authority: Agency, listings, *, by: User, matters=None, **fields) -> Task:
    """Drawn, with these entities picked, as planning leaves it."""
    values = {"state": "drawn", "drawn_at": timezone.now(), "number": ""} | fields
    values["number"] = values["number"] or f"示自然资双随机〔2026〕{Task.objects.count() + 1}号"
    task = make_task(
        authority,
        by=by,
        matters=matters if matters is not None else [make_full_matter(authority)],
        **values,
    )
    Pick.objects.bulk_create(
        Pick(authority=authority, task=task, entity=listing.entity, stratum="A类", rank=rank)
        for rank, listing in enumerate(listings, 1)
    )
    return task


def dispatched(
    authority: Agency, actor: User, count: int = 1, *, unit=None, **fields
) -> list[Visit]:
    """Visits that wait for a team."""
    listings = [make_listing(authority, 9000 + n, unit=unit) for n in range(count)]
    task = make_drawn_task(authority, listings, by=actor, **fields)
    return dispatch.dispatch(task=task, actor=actor, today=TODAY).visits


def task_of(visit: Visit) -> Task:
    return visit.matters.first().task


def make_officers(authority: Agency, count: int, *, unit=None, start: int = 1, **fields):
    return [make_inspector(authority, start + n, unit=unit, **fields) for n in range(count)]


def prepared_sitting(visits, actor: User, witness: User, **options):
    """One unit, one witness, nothing locked."""
    sitting = teams.prepare_sitting(
        unit=visits[0].unit,
        task=task_of(visits[0]),
        actor=actor,
        planned_at=timezone.now(),
        **options,
    )
    sittings.add_witness(sitting=sitting, user=witness, actor=actor)
    return sitting


def computed_sitting(visits, actor: User, witness: User, **options):
    """Locked, digits open, computed; returns the draw."""
    sitting = prepared_sitting(visits, actor, witness, **options)
    teams.lock(sitting=sitting, actor=actor, today=TODAY)
    sittings.mark_printed(sitting=sitting, actor=actor)
    slips.mark_printed(sitting=sitting, actor=actor)
    sittings.open_digits(sitting=sitting, digits=DIGITS, actor=witness)
    teams.compute(sitting=sitting, actor=actor)
    return sitting.draws.get()


def assigned(visit: Visit, actor: User, officers) -> Visit:
    """A visit with a team by direct assignment, the first officer leading."""
    return assignments.assign(
        visit=visit,
        officers=officers,
        leader=officers[0],
        reason="本所持证人员不足，随机匹配未能成组",
        actor=actor,
        today=TODAY,
    )


def ordered(visit: Visit, actor: User, head: User) -> Visit:
    """With the head's approval."""
    order = orders.request(task=task_of(visit), visits=[visit], actor=actor, year=2026)
    orders.decide(order=order, approve=True, actor=head)
    return Visit.objects.get(pk=visit.pk)


def sign_in_as(inspector, user: User) -> None:
    inspector.user = user
    inspector.save(update_fields=["user"])


def give(user: User, agency: Agency, role: str) -> User:
    """One more role; the cached seats are forgotten."""
    Membership.objects.create(user=user, agency=agency, role=role)
    return User.objects.get(pk=user.pk)
