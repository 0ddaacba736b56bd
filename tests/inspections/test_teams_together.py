"""Two people at once about who goes, on real connections: one of them does it, and nothing is half."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections
from django.utils import timezone

from bureau.errors import RuleError
from bureau.models import User
from inspections.models import PoolConsent, Replacement, Visit
from inspections.services import assignments, consents, replacements, teams
from planning.models import Draw, Sitting
from registry.models import Inspector
from tests.inspections.dispatch_cast import (
    TODAY,
    computed_sitting,
    dispatched,
    make_officers,
    task_of,
)
from tests.people import make_authority, make_unit, make_user


def at_once(*acts: Callable[[], object]) -> list[str]:
    together, results = threading.Barrier(len(acts)), []

    def press(act: Callable[[], object]) -> None:
        try:
            together.wait(timeout=20)
            act()
            results.append("done")
        except RuleError as refused:
            results.append(type(refused).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(results)


@pytest.fixture
def bureau(live_db):
    return make_authority("SFX", "示范县自然资源和规划局")


@pytest.fixture
def both(bureau):
    return make_user("both", "测经办", bureau, "organiser", "coordinator")


def who(name: str) -> User:
    return User.objects.get(username=name)


@pytest.mark.rule("A55")
def test_a_neighbour_answers_once_and_the_list_is_locked_only_with_it(bureau, both):
    station, lakeside = (
        make_unit(bureau, "SFX-BS", "北山国土所"),
        make_unit(bureau, "SFX-LH", "临湖国土所"),
    )
    for name in ("one", "two"):
        make_user(name, f"测{name}", lakeside, "coordinator")
    make_user("witness", "测监督", bureau, "witness")
    (visit,) = dispatched(bureau, both, unit=station)
    make_officers(bureau, 3, unit=lakeside)
    sitting = teams.prepare_sitting(
        unit=station,
        task=task_of(visit),
        actor=both,
        planned_at=timezone.now(),
        pool="neighbour",
        pool_note="本所持证人员不足两人",
        neighbour=lakeside,
    )
    teams.sittings.add_witness(sitting=sitting, user=who("witness"), actor=both)

    def answer(name: str, agree: bool) -> None:
        consents.decide(
            consent=PoolConsent.objects.get(), agree=agree, note="本月人手不足", actor=who(name)
        )

    results = at_once(
        lambda: answer("one", True),
        lambda: answer("two", False),
        lambda: teams.lock(sitting=Sitting.objects.get(), actor=who("both"), today=TODAY),
    )

    consent = PoolConsent.objects.get()
    assert results.count("done") in {1, 2}
    assert consent.state in {"agreed", "refused"}
    assert Draw.objects.exists() <= (consent.state == "agreed")


@pytest.mark.rule("A56")
def test_a_replacement_is_filled_once(bureau, both):
    witness = make_user("witness", "测监督", bureau, "witness")
    for name in ("one", "two"):
        make_user(name, f"测{name}", bureau, "coordinator")
    (visit,) = dispatched(bureau, both)
    make_officers(bureau, 6)
    computed_sitting([visit], both, witness)
    row = Visit.objects.get()
    replacements.request(
        visit=row, member=row.team.get(part="member"), code="health", note="住院", actor=both
    )

    def consent(name: str) -> None:
        replacements.consent(
            replacement=Replacement.objects.select_related("visit").get(),
            actor=who(name),
            today=TODAY,
        )

    results = at_once(lambda: consent("one"), lambda: consent("two"))

    assert results == ["Conflict", "done"]
    assert row.team.filter(is_current=True).count() == 2


@pytest.mark.rule("A105")
def test_the_same_helper_is_sent_once(bureau, both):
    (visit,) = dispatched(bureau, both)
    officers = make_officers(bureau, 3)
    assignments.assign(
        visit=visit,
        officers=officers[:2],
        leader=officers[0],
        reason="人员不足",
        actor=both,
        today=TODAY,
    )

    def send() -> None:
        assignments.send_helper(
            visit=Visit.objects.get(),
            person=Inspector.objects.get(pk=officers[2].pk),
            reason="本组无人具备无人机专长",
            actor=who("both"),
            today=TODAY,
        )

    assert at_once(send, send, send) == ["RuleError", "RuleError", "done"]
    assert visit.team.filter(part="helper").count() == 1
