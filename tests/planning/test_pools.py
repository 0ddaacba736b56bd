"""Who may be drawn, who may not and why: counted by the database as the freeze will read it."""

from collections import Counter
from datetime import date

import pytest

from bureau.models import RuleSetting
from planning.models import Pick
from planning.selectors import pool_confirmations, pool_preview, pools
from tests.planning.build import (
    DAY,
    hit,
    make_inspector,
    make_listing,
    make_matter,
    make_pool,
    make_task,
)

pytestmark = pytest.mark.django_db
ALL = (("全部", {}, "ratio", "10"),)


@pytest.fixture
def matter(bureau):
    return make_matter(bureau)


def reasons(task, today=DAY):
    return {r.code: r.count for r in pool_preview.preview(task, today).excluded}


@pytest.mark.rule("A48")
def test_two_hits_in_the_year_exclude(bureau, matter):
    first, second = make_pool(bureau, 2)
    hit(first, date(2026, 1, 5))
    hit(first, date(2026, 2, 5))
    hit(second, date(2026, 1, 5))
    task = make_task(bureau, matters=[matter], strata=ALL)

    assert reasons(task) == {"annual_cap": 1}
    assert pool_preview.preview(task, DAY).candidates == 1


@pytest.mark.rule("A48")
@pytest.mark.parametrize("flag", ["key_field", "complaints", "abnormal_list", "dishonest"])
def test_an_exempt_mark_lifts_the_limit(bureau, matter, flag):
    [listing] = make_pool(bureau, 1, risk_flags=[flag])
    hit(listing, date(2026, 1, 5))
    hit(listing, date(2026, 2, 5))

    assert reasons(make_task(bureau, matters=[matter], strata=ALL)) == {}


@pytest.mark.rule("A45")
@pytest.mark.rule("A48")
def test_a_special_directed_draw_knows_no_limit(bureau, matter):
    [listing] = make_pool(bureau, 1)
    hit(listing, date(2026, 1, 5))
    hit(listing, date(2026, 2, 5))
    task = make_task(bureau, matters=[matter], strata=ALL, is_special=True)

    assert reasons(task) == {}


@pytest.mark.rule("A48")
def test_hits_of_last_year_count_only_where_the_year_is_rolling(bureau, matter):
    [listing] = make_pool(bureau, 1)
    hit(listing, date(2025, 11, 5))
    hit(listing, date(2025, 12, 5))
    task = make_task(bureau, matters=[matter], strata=ALL)

    assert reasons(task) == {}
    RuleSetting.objects.create(
        authority=bureau, key="yearly_limit_window", value="rolling", citation="局务会"
    )
    assert reasons(task) == {"annual_cap": 1}


@pytest.mark.rule("A48")
def test_a_pick_counts_before_its_dispatch(bureau, matter):
    [listing] = make_pool(bureau, 1)
    hit(listing, date(2026, 1, 5))
    other = make_task(bureau, matters=[make_matter(bureau, "KC-02")])
    Pick.objects.create(authority=bureau, task=other, entity=listing.entity, rank=1)

    assert reasons(make_task(bureau, matters=[matter], strata=ALL)) == {"annual_cap": 1}


def test_an_open_task_excludes_for_the_same_matter_only(bureau, matter):
    same, different = make_pool(bureau, 2)
    hit(same, matters=[matter], is_open=True)
    hit(different, matters=[make_matter(bureau, "KC-02")], is_open=True)
    task = make_task(bureau, matters=[matter], strata=ALL)

    assert reasons(task) == {"in_open_task": 1}


@pytest.mark.parametrize("standing", ["deregistered", "revoked", "cancelled", "moved_out"])
def test_standing_excludes_under_its_own_name(bureau, matter, standing):
    make_listing(bureau, 1, standing=standing)

    assert reasons(make_task(bureau, matters=[matter], strata=ALL)) == {standing: 1}


@pytest.mark.rule("A46")
def test_each_stratum_has_its_own_ratio_and_the_first_that_fits_takes(bureau, matter):
    make_pool(bureau, 10, credit_class="A")
    make_pool(bureau, 5, start=11, credit_class="D")
    make_pool(bureau, 3, start=21, credit_class="-")
    strata = (
        ("D类", {"classes": ["D"]}, "all", None),
        ("A、D类", {"classes": ["A", "D"]}, "ratio", "25"),
    )
    found = pool_preview.preview(make_task(bureau, matters=[matter], strata=strata), DAY)

    assert [(s.matched, s.candidates, s.k) for s in found.strata] == [(5, 5, 5), (10, 10, 3)]
    assert (found.total, found.candidates, found.in_no_stratum) == (18, 15, 3)


@pytest.mark.rule("A27")
def test_at_most_rounds_down_but_draws_one(bureau, matter):
    make_pool(bureau, 9)
    task = make_task(bureau, matters=[matter], strata=(("全部", {}, "at_most", "5"),))

    assert pool_preview.preview(task, DAY).k == 1


@pytest.mark.rule("A45")
def test_candidates_and_excluded_tile_the_scope(bureau, matter):
    inside = make_pool(bureau, 4, kind="mine")
    make_pool(bureau, 3, start=11)
    make_listing(bureau, 21, kind="mine", standing="revoked")
    hit(inside[0], matters=[matter], is_open=True)
    task = make_task(
        bureau,
        matters=[matter],
        scope={"kinds": ["mine"]},
        strata=(("矿山", {}, "ratio", "50"),),
    )

    rows = list(pools.iterate(task, DAY))

    assert Counter((row.stratum, row.excluded) for row in rows) == {
        ("矿山", ""): 3,
        ("", "in_open_task"): 1,
        ("", "revoked"): 1,
    }
    assert pool_preview.preview(task, DAY).total == len({row.public_code for row in rows}) == 5


def test_counting_takes_as_many_queries_for_one_stratum_as_for_five(
    bureau, matter, django_assert_max_num_queries
):
    make_pool(bureau, 12, credit_class="A")
    strata = tuple((f"层{n}", {"classes": ["A"], "tags": [str(n)]}, "ratio", "5") for n in range(5))
    task = make_task(bureau, matters=[matter], strata=strata)

    with django_assert_max_num_queries(10):
        pool_preview.preview(task, DAY)


@pytest.mark.rule("A18")
def test_the_fingerprint_follows_what_the_draw_reads(bureau, matter):
    first, *_ = make_pool(bureau, 3)
    task = make_task(bureau, matters=[matter], strata=ALL)
    before = pool_confirmations.fingerprint(task, "entities", DAY)

    first.entity.contact_phone = "0990-1234567"
    first.entity.save(update_fields=["contact_phone"])
    same = pool_confirmations.fingerprint(task, "entities", DAY)
    first.credit_class = "D"
    first.save(update_fields=["credit_class"])
    after = pool_confirmations.fingerprint(task, "entities", DAY)

    assert before == same
    assert before[0] == after[0] == 3
    assert before[1] != after[1]


@pytest.mark.rule("A18")
def test_the_inspectors_fingerprint_reads_the_executing_units(bureau, station, matter):
    make_inspector(bureau, 1, unit=station)
    other = make_inspector(bureau, 2)
    task = make_task(bureau, matters=[matter], units=[station])
    before = pool_confirmations.fingerprint(task, "inspectors", DAY)

    other.capacity = 1
    other.save(update_fields=["capacity"])

    assert pool_confirmations.fingerprint(task, "inspectors", DAY) == before
    assert before[0] == 1
