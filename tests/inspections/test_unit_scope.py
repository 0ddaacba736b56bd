"""The executing unit holds its own matching: another unit's desk does not (A53)."""

import pytest

from bureau.errors import Forbidden
from inspections.models import Visit
from inspections.selectors.visits import tasks_of
from inspections.services import replacements, teams
from planning.services import sittings
from tests.inspections.dispatch_cast import (
    TODAY,
    assigned,
    dispatched,
    make_officers,
    prepared_sitting,
    task_of,
)
from tests.people import make_unit, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A53")]


@pytest.fixture
def lakeside(bureau):
    return make_unit(bureau, "SFX-LH", "临湖国土所")


@pytest.fixture
def ours(station):
    return make_user("ours", "测本所", station, "coordinator")


@pytest.fixture
def theirs(lakeside):
    return make_user("theirs", "测他所", lakeside, "coordinator")


@pytest.fixture
def visit(bureau, station, organiser):
    (visit,) = dispatched(bureau, organiser, unit=station)
    make_officers(bureau, 4, unit=station)
    return visit


def test_a_coordinator_of_the_unit_holds_its_sitting(visit, ours, witness):
    sitting = prepared_sitting([visit], ours, witness)

    teams.lock(sitting=sitting, actor=ours, today=TODAY)

    assert sitting.draws.get().unit == visit.unit


def test_a_coordinator_of_another_unit_can_neither_prepare_nor_lock(visit, ours, theirs, witness):
    with pytest.raises(Forbidden, match="您的席位在其他单位"):
        prepared_sitting([visit], theirs, witness)
    sitting = prepared_sitting([visit], ours, witness)

    with pytest.raises(Forbidden, match="您的席位在其他单位"):
        teams.lock(sitting=sitting, actor=theirs, today=TODAY)

    assert not sittings.Sitting.objects.get().draws.exists()


def test_who_sits_at_the_authority_holds_those_of_all_units(visit, coordinator, witness):
    assert prepared_sitting([visit], coordinator, witness).unit == visit.unit


def test_an_organiser_holds_those_of_their_own_tasks_only(visit, division, organiser, witness):
    other = make_user("other", "测他科", division, "organiser")

    with pytest.raises(Forbidden):
        prepared_sitting([visit], other, witness)
    assert prepared_sitting([visit], organiser, witness).operator == organiser


def test_assignment_and_replacement_stay_with_the_unit_too(visit, ours, theirs):
    people = make_officers(visit.authority, 2, start=30)
    with pytest.raises(Forbidden):
        assigned(visit, theirs, people)
    assigned(visit, ours, people)
    row = Visit.objects.get(pk=visit.pk)
    member = row.team.get(part="member")
    with pytest.raises(Forbidden):
        replacements.request(visit=row, member=member, code="health", note="住院", actor=theirs)
    asked = replacements.request(visit=row, member=member, code="health", note="住院", actor=ours)

    with pytest.raises(Forbidden, match="您的席位在其他单位"):
        replacements.decline(replacement=asked, note="不必", actor=theirs)
    assert tasks_of(row) == [task_of(visit)]


def test_the_board_offers_each_unit_to_its_own_desk(visit, ours, theirs, client):
    backend = "django.contrib.auth.backends.ModelBackend"
    client.force_login(theirs, backend=backend)
    other = client.get("/desk/inspections/teams/").content.decode()
    client.force_login(ours, backend=backend)
    own = client.get("/desk/inspections/teams/").content.decode()

    assert "安排匹配" not in other
    assert "由该单位办理" in other
    assert "安排匹配" in own
