"""What a draw will bring: sums that hold exactly, people against visits, the year's goals and the yearly limit."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest
import time_machine
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planning.models import Pick
from planning.rules import forecast as rules
from planning.rules.forecast import Layer, Officer
from planning.selectors import forecast as selectors
from tests.people import make_unit
from tests.planning.build import (
    DAY,
    hit,
    make_inspector,
    make_matter,
    make_pool,
    make_task,
)

# The machine that runs this may be busy with other tests.
BUSY = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
layers = st.lists(
    st.builds(
        lambda cells, part: Layer(min(part, sum(cells.values())), sum(cells.values()), cells),
        st.dictionaries(st.sampled_from([1, 2, 3, None]), st.integers(0, 50)),
        st.integers(0, 120),
    ),
    max_size=5,
)


@BUSY
@given(found=layers)
def test_expected_visits_of_all_units_sum_to_k(found):
    total = sum(rules.expected(found, unit) for unit in (1, 2, 3, None))

    assert total == sum(layer.k for layer in found if layer.candidates)


@BUSY
@given(found=layers, unit=st.sampled_from([1, 2, 3]))
def test_nobody_expects_more_visits_than_it_has_candidates(found, unit):
    share = sum(layer.cells.get(unit, 0) for layer in found)

    assert 0 <= rules.expected(found, unit) <= share


@pytest.mark.rule("A55")
@pytest.mark.parametrize(
    ("officers", "short", "forced", "over"),
    [
        ([], True, False, True),
        ([5], True, False, True),
        ([5, 5], False, True, False),
        ([5, 5, 5], False, True, False),
        ([5, 5, 5, 5], False, False, False),
        ([1, 1, 1, 1], False, False, True),
        ([5, 5, 5, 0], False, True, False),
    ],
)
def test_too_few_people_are_said_before_the_draw(officers, short, forced, over):
    people = [Officer(1, capacity, frozenset()) for capacity in officers]

    [row] = rules.unit_forecasts([Layer(4, 10, {1: 10})], [1], people, team=2, quals=frozenset())

    assert (row.is_short, row.is_forced, row.is_over) == (short, forced, over)


def test_a_qualification_nobody_holds_is_named():
    people = [Officer(1, 5, frozenset({"测绘"})), Officer(2, 5, frozenset({"矿山安全"}))]

    first, second = rules.unit_forecasts(
        [Layer(4, 20, {1: 10, 2: 10})], [1, 2], people, team=2, quals=frozenset({"测绘"})
    )

    assert (first.missing, second.missing) == ((), ("测绘",))


@pytest.mark.rule("A110")
def test_the_plan_must_fit_what_the_yearly_limit_lets_through():
    fits = rules.room(limit=2, pool=10, hits=[2, 1, 5], this_draw=5, planned=10)
    short = rules.room(limit=2, pool=10, hits=[2, 1, 5], this_draw=5, planned=11)

    assert (fits.places, fits.left, fits.is_short) == (15, 10, False)
    assert short.is_short


@pytest.mark.rule("A110")
@BUSY
@given(
    limit=st.integers(1, 5),
    pool=st.integers(0, 200),
    hits=st.lists(st.integers(1, 9), max_size=50),
    k=st.integers(0, 300),
)
def test_room_is_never_counted_twice(limit, pool, hits, k):
    found = rules.room(limit=limit, pool=pool, hits=hits, this_draw=k, planned=0)

    assert 0 <= found.places <= limit * pool
    assert found.left == found.places - k


@pytest.mark.rule("A37")
def test_only_those_not_inspected_yet_raise_the_share():
    goal = rules.goal("对象", done=5, pool=100, fresh=Fraction(1, 2), per_cent=Fraction(6))

    assert (goal.now, goal.after, goal.is_met) == (Fraction(5, 100), Fraction(55, 1000), False)


@pytest.fixture
def task(bureau, organiser, station):
    other = make_unit(bureau, "SFX-QX", "清溪国土所")
    matter = make_matter(bureau, required_quals=["测绘"])
    listings = make_pool(bureau, 8, unit=station) + make_pool(bureau, 12, start=50, unit=other)
    hit(listings[0], DAY)
    for number in range(1, 5):
        make_inspector(bureau, number, unit=station, quals=["测绘"])
    make_inspector(bureau, 9, unit=other)
    return make_task(
        bureau,
        by=organiser,
        matters=[matter],
        units=[station, other],
        strata=(("全部", {}, "ratio", "25"),),
    )


@pytest.mark.django_db
def test_the_forecast_of_a_task_counts_units_people_goals_and_room(task, bureau, organiser):
    meets = make_task(
        bureau,
        by=organiser,
        matters=[make_matter(bureau, "YD-01")],
        drawn_at=datetime(2026, 2, 20, tzinfo=UTC),
    )
    first = task.authority.listings.order_by("pk").last().entity
    Pick.objects.create(authority=bureau, task=meets, entity=first, rank=1)

    found = selectors.forecast(task, DAY)

    north, clear = sorted(found.units, key=lambda row: row.name)
    assert [(r.name, r.forecast.visits, r.forecast.officers) for r in (north, clear)] == [
        ("北山国土所", 2, 4),
        ("清溪国土所", 3, 1),
    ]
    assert (north.forecast.missing, clear.forecast.missing) == ((), ("测绘",))
    assert clear.forecast.is_short
    # Two of twenty are seen this year; 18 fresh of 20 candidates, five drawn.
    assert found.goals[0].after == Fraction(2, 20) + Fraction(5 * 18, 20) / 20
    assert (found.room.places, found.room.this_draw) == (39, 5)
    assert [(m.task, m.shared, m.expected) for m in found.meetings] == [(meets, 1, Fraction(5, 20))]


@pytest.mark.django_db
def test_the_page_asks_as_many_questions_for_a_large_pool(
    client, task, bureau, organiser, station, django_assert_max_num_queries
):
    client.force_login(organiser)
    address = reverse("planning:task-forecast", args=[task.pk])
    with time_machine.travel("2026-03-02 04:00:00Z"):
        client.get(address)
        with django_assert_max_num_queries(45) as before:
            client.get(address)
        make_pool(bureau, 40, start=500, unit=station, credit_class="A")
        with django_assert_max_num_queries(len(before)):
            page = client.get(address).content.decode()

    assert "没有用到任何随机数" in page
    assert "不够组成一个检查组" in page


@pytest.mark.django_db
def test_after_the_lock_there_is_nothing_to_forecast(client, task, organiser):
    task.state = "locked"
    task.save(update_fields=["state"])
    client.force_login(organiser)

    assert client.get(reverse("planning:task-forecast", args=[task.pk])).status_code == 422
