"""高频、重复检查提醒: several units within days, the cap reached or nearly, exempt causes apart (A95, A96, A99)."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from bureau.models import Agency
from inspections.selectors import waiting_frequent
from registry.models import LedgerEntry
from registry.rules.frequent import NEARLY, OVER, REACHED, cap_alert, repeated_alert
from registry.selectors import frequent
from tests.people import make_user
from tests.planning.build import make_listing

TODAY = date(2026, 6, 15)


@pytest.fixture
def organiser(division):
    return make_user("organiser", "测任务经", division, "organiser")


@pytest.fixture
def entity(bureau):
    return make_listing(bureau, 5001).entity


def visited(bureau, entity, *days: int, unit: Agency | None = None, **given) -> None:
    for n, ago in enumerate(days):
        LedgerEntry.objects.create(
            **{
                "authority": bureau,
                "entity": entity,
                "unit": unit or bureau,
                "day": TODAY - timedelta(days=ago),
                "kind": "random",
                "is_open": False,
                "source": f"test:{entity.pk}:{unit}:{ago}:{n}:{given.get('kind', '')}",
            }
            | given
        )


def alerts(bureau, user) -> dict[int, set[str]]:
    rows = frequent.of_authority(bureau, user, TODAY)
    return {row.entity.pk: {alert.kind for alert in row.alerts} for row in rows}


@pytest.mark.rule("A95")
@pytest.mark.parametrize(("counted", "kind"), [(2, None), (3, NEARLY), (4, REACHED), (5, OVER)])
def test_the_cap_warns_before_at_and_above_it(counted, kind):
    found = cap_alert(counted, 4, 1)

    assert (found.kind if found else None) == kind


@pytest.mark.rule("A99")
def test_a_joint_visit_is_one_and_two_units_are_named():
    joint = repeated_alert([(TODAY, "一所"), (TODAY, "一所")], 30)
    apart = repeated_alert([(TODAY, "一所"), (TODAY, "二所")], 30)

    assert joint is None
    assert apart is not None
    assert "2 个单位（一所、二所）共上门 2 次" in apart.text


@pytest.mark.django_db
@pytest.mark.rule("A99")
def test_two_visits_within_the_days_are_shown_and_older_ones_not(bureau, organiser, entity):
    visited(bureau, entity, 3, 20)
    calm = make_listing(bureau, 5002).entity
    visited(bureau, calm, 3, 120)

    assert alerts(bureau, organiser) == {entity.pk: {"several"}}


@pytest.mark.django_db
@pytest.mark.rule("A96")
def test_complaints_and_rechecks_stand_apart_and_do_not_count(bureau, organiser, entity):
    visited(bureau, entity, 2, 10)
    visited(bureau, entity, 40, 50, 60, kind="complaint")

    (row,) = frequent.of_authority(bureau, organiser, TODAY)

    assert row.counted == 2
    assert row.exempt == {"投诉举报核查": 3}


@pytest.mark.django_db
@pytest.mark.rule("A99")
def test_it_waits_for_the_organiser_while_a_visit_is_open(bureau, organiser, entity):
    visited(bureau, entity, 3)
    assert waiting_frequent.for_user(organiser, TODAY) == []

    visited(bureau, entity, 1, is_open=True)

    (item,) = waiting_frequent.for_user(organiser, TODAY)
    assert "1 户" in item.subject


@pytest.mark.django_db
@pytest.mark.rule("A99")
def test_the_page_names_entity_reason_and_open_visits(bureau, organiser, entity, client):
    visited(bureau, entity, 3, 1, is_open=True)
    client.force_login(organiser)

    with time_machine.travel(TODAY, tick=False):
        text = client.get(reverse("inspections:frequent-list")).content.decode()

    assert entity.name in text
    assert "共上门 2 次，宜合并检查" in text
    assert "（在办）" in text


@pytest.mark.django_db
def test_another_bureau_is_not_found(bureau, organiser, client):
    client.force_login(organiser)

    answer = client.get(reverse("inspections:frequent-list"), {"agency": "990999"})

    assert answer.status_code == 404


@pytest.mark.django_db
@pytest.mark.rule("A99")
def test_the_page_turns_by_key_the_most_inspected_first(bureau, organiser, client):
    for number in range(31):
        visited(bureau, make_listing(bureau, 5100 + number).entity, 3, 1)
    worst = make_listing(bureau, 5200).entity
    visited(bureau, worst, 4, 3, 2)
    client.force_login(organiser)
    address = reverse("inspections:frequent-list")

    with time_machine.travel(TODAY, tick=False):
        first = client.get(address).context["page"]
        second = client.get(address + first.next_url).context["page"]
        again = client.get(address + second.previous_url).context["page"]

    assert first.rows[0].entity == worst
    assert (len(first.rows), len(second.rows), second.next_url) == (30, 2, "")
    assert [row.entity for row in again.rows] == [row.entity for row in first.rows]
