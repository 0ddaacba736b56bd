"""How load spreads, where hardly anybody could be chosen, and thousands of visits prepared without a query for each (A53)."""

import time
from datetime import date

import pytest
from django.utils import timezone

from inspections.models import TeamMember, TeamSitting, Visit, VisitMatter
from inspections.rules.teams import is_forced
from inspections.selectors import team_lists, team_load
from inspections.selectors import teams as reading
from inspections.services import teams
from planning.services import sittings, slips
from registry.models import Entity, Inspector
from tests.inspections.dispatch_cast import (
    DIGITS,
    TODAY,
    assigned,
    computed_sitting,
    dispatched,
    give,
    make_officers,
    prepared_sitting,
)

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A53")]
VISITS, OFFICERS = 2000, 300


@pytest.fixture
def both(organiser, bureau):
    return give(organiser, bureau, "coordinator")


def test_fewer_than_twice_the_team_is_forced():
    assert [is_forced(n, 2) for n in (0, 3, 4)] == [True, True, False]


def test_before_and_after_are_shown_for_each_person(bureau, both, witness):
    *matched, other = dispatched(bureau, both, 4)
    officers = make_officers(bureau, 3)
    assigned(other, both, officers[:2])

    draw = computed_sitting(matched, both, witness)

    (spread,) = team_load.held(draw.sitting.team_sitting)
    rows = {row.pid: row for row in spread.people}
    assert [rows[p.pid].before for p in officers] == [1, 1, 0]
    assert sum(row.added for row in rows.values()) == 6
    assert {row.added for row in rows.values()} == {2}
    assert rows["SFX-001"].after == 3
    assert len(spread.forced) == 3  # three could be chosen, a team is two


def test_before_the_lock_the_page_counts_who_could_be_chosen(bureau, both, witness, client):
    visits = dispatched(bureau, both, 2)
    make_officers(bureau, 2)
    sitting = prepared_sitting(visits, both, witness)
    client.force_login(both, backend="django.contrib.auth.backends.ModelBackend")

    page = client.get(f"/desk/inspections/sittings/{sitting.pk}/load/").content.decode()
    lock = client.get(f"/desk/inspections/sittings/{sitting.pk}/lock/").content.decode()

    assert "2 户可选人员不足组员数的两倍" in page
    assert "尚未抽取" in page
    assert "几乎没有随机余地" in lock


@pytest.fixture
def many(bureau, both, witness) -> TeamSitting:
    """Two thousand visits of one task and three hundred officers, one visit dispatched in the usual way as the model."""
    (model,) = dispatched(bureau, both)
    item = VisitMatter.objects.get()
    entities = Entity.objects.bulk_create(
        Entity(
            id_kind="legacy",
            code=f"N{n:05}",
            public_code=f"N{n:05}",
            kind="enterprise",
            name=f"示范企业{n}号",
            search_name=f"示范企业{n}号",
            legal_representative=f"检查员{n}" if n < 3 else "",
            region=bureau.region,
        )
        for n in range(1, VISITS)
    )
    visits = Visit.objects.bulk_create(
        Visit(
            authority=bureau,
            unit=bureau,
            entity=entity,
            number=f"SFX-2026-K{n:05}",
            window_from=model.window_from,
            window_to=model.window_to,
            target_salt="0" * 64,
        )
        for n, entity in enumerate(entities)
    )
    VisitMatter.objects.bulk_create(
        VisitMatter(
            visit=visit,
            authority=bureau,
            task=item.task,
            matter=item.matter,
            matter_revision=item.matter_revision,
            checklist=item.checklist,
            responsible=item.responsible,
        )
        for visit in visits
    )
    Inspector.objects.bulk_create(
        Inspector(
            authority=bureau,
            unit=bureau,
            pid=f"P{n:04}",
            name=f"检查员{n}",
            certificate_no=f"C{n:06}",
            certificate_expires_on=date(2028, 12, 31),
            capacity=40,
        )
        for n in range(OFFICERS)
    )
    sitting = teams.prepare_sitting(
        unit=bureau, task=item.task, actor=both, planned_at=timezone.now()
    )
    sittings.add_witness(sitting=sitting, user=witness, actor=both)
    return TeamSitting.objects.select_related("sitting__authority", "unit", "task").get(
        sitting=sitting
    )


def test_lists_of_thousands_cost_a_few_queries(many, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        visits = reading.prepared_visits(many)
        lists = team_lists.of_sitting(many, visits, TODAY)

    assert lists[0].visits.count == VISITS
    assert lists[0].inspectors.count == OFFICERS
    assert lists[0].conflicts.count == 2  # the two namesakes


def test_two_thousand_visits_are_matched_in_a_few_queries_and_seconds(
    many, both, witness, django_assert_max_num_queries
):
    sitting = many.sitting
    began = time.process_time()
    with django_assert_max_num_queries(150):
        teams.lock(sitting=sitting, actor=both, today=TODAY)
        slips.mark_printed(sitting=sitting, actor=both)
        sittings.open_digits(sitting=sitting, digits=DIGITS, actor=witness)
        teams.compute(sitting=sitting, actor=both)
    spent = time.process_time() - began

    assert Visit.objects.filter(state="teamed").count() == VISITS
    assert TeamMember.objects.count() == 2 * VISITS
    (spread,) = team_load.held(many)
    assert spread.most - min(row.added for row in spread.people) <= 1
    assert spent < 30, f"{spent:.1f} s of CPU"
