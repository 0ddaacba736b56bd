"""Several matters of one visit: each its own clock, reviewer and publisher (A75, A80)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from bureau.models import RuleSetting
from inspections.models import Visit, VisitMatter
from inspections.selectors import records
from inspections.services import clock, dispatch, outcomes, review
from tests.inspections.dispatch_cast import (
    TODAY,
    assigned,
    make_drawn_task,
    make_full_matter,
    ordered,
)
from tests.inspections.field_case import officer, second_inspector
from tests.people import make_user
from tests.planning.build import make_listing

pytestmark = pytest.mark.django_db
ENDED = datetime(2026, 3, 16, 16, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def end(visit: Visit, at: datetime) -> None:
    Visit.objects.filter(pk=visit.pk).update(
        state="finished", started_at=at - timedelta(hours=2), ended_at=at
    )
    clock.start(visit=Visit.objects.get(pk=visit.pk))


@pytest.fixture
def team(bureau, inspector_user):
    return [inspector_user, second_inspector(bureau)]


@pytest.fixture
def visits(bureau, team, organiser_coordinator, head, morning):
    """One firm picked by two tasks, a second firm by the first task only."""
    firms = [make_listing(bureau, 7001), make_listing(bureau, 7002)]
    mining = make_full_matter(bureau, "KC-01")
    soil = make_full_matter(bureau, "ST-02")
    first = make_drawn_task(bureau, firms, by=organiser_coordinator, matters=[mining])
    second = make_drawn_task(
        bureau,
        firms[:1],
        by=organiser_coordinator,
        matters=[soil],
        window_to=date(2026, 5, 29),
    )
    dispatch.dispatch(task=first, actor=organiser_coordinator, today=TODAY)
    dispatch.dispatch(task=second, actor=organiser_coordinator, today=TODAY)
    officers = [officer(user, bureau, 101 + n) for n, user in enumerate(team)]
    made = [Visit.objects.get(entity=firm.entity) for firm in firms]
    for visit in made:
        assigned(visit, organiser_coordinator, officers)
        ordered(Visit.objects.get(pk=visit.pk), organiser_coordinator, head)
    return made


def matter_of(visit: Visit, code: str) -> VisitMatter:
    return VisitMatter.objects.get(visit=visit, matter__code=code)


def submitted(matter: VisitMatter, team) -> None:
    outcomes.record(
        visit_matter_pk=matter.pk,
        actor=team[0],
        codes=["1"],
        methods=["on_site"],
        today=timezone.localdate(),
    )
    for user in team:
        digest = records.digest(VisitMatter.objects.get(pk=matter.pk))
        outcomes.sign(visit_matter_pk=matter.pk, actor=user, digest=digest)
    outcomes.submit(visit_matter_pk=matter.pk, actor=team[0])


@pytest.mark.rule("A75")
def test_by_the_visits_end_both_run_from_the_same_day(visits):
    end(visits[0], ENDED)

    starts = {m.matter.code: m.clock_from for m in visits[0].matters.select_related("matter")}
    assert starts == {"KC-01": date(2026, 3, 16), "ST-02": date(2026, 3, 16)}


@pytest.mark.rule("A75")
def test_by_the_tasks_end_each_follows_its_own_task_and_moves_when_that_ends(visits, bureau):
    RuleSetting.objects.create(
        authority=bureau, key="publication_clock", value="task_end", citation="临淄指引"
    )
    end(visits[0], ENDED)
    mining, soil = matter_of(visits[0], "KC-01"), matter_of(visits[0], "ST-02")
    # The first task still has a visit: its planned end counts. The second has ended with this visit.
    assert mining.clock_from == mining.task.window_to
    assert soil.clock_from == date(2026, 3, 16)

    with time_machine.travel(ENDED + timedelta(days=7), tick=False):
        end(visits[1], ENDED + timedelta(days=7))

    assert matter_of(visits[0], "KC-01").clock_from == date(2026, 3, 23)
    assert matter_of(visits[1], "KC-01").clock_from == date(2026, 3, 23)
    assert matter_of(visits[0], "ST-02").clock_from == date(2026, 3, 16)


@pytest.mark.rule("A80")
def test_each_goes_to_its_own_reviewer_and_publisher(visits, team, bureau, reviewer, publisher):
    end(visits[0], ENDED)
    mining, soil = matter_of(visits[0], "KC-01"), matter_of(visits[0], "ST-02")
    second_reviewer = make_user("reviewer2", "测第二审", bureau, "reviewer")
    second_publisher = make_user("publisher2", "测第二示", bureau, "publisher")
    submitted(mining, team)
    review.approve(visit_matter_pk=mining.pk, actor=reviewer, today=timezone.localdate())
    review.mark_published(mining, publisher, timezone.now())
    # The visit stays open for the other matter.
    assert Visit.objects.get(pk=visits[0].pk).state == "finished"

    submitted(soil, team)
    review.approve(visit_matter_pk=soil.pk, actor=second_reviewer, today=timezone.localdate())
    review.mark_published(soil, second_publisher, timezone.now())

    rows = VisitMatter.objects.filter(visit=visits[0]).order_by("matter__code")
    assert list(rows.values_list("reviewed_by__username", "published_by__username")) == [
        ("reviewer", "publisher"),
        ("reviewer2", "publisher2"),
    ]
    assert Visit.objects.get(pk=visits[0].pk).state == "closed"
