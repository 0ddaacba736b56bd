"""工作台 by unit: one division does not see what waits in another; a seat at the authority itself sees it all."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bureau.models import Agency, User
from config.home import waiting_for
from inspections.services import dispatch
from tests.inspections.dispatch_cast import (
    TODAY,
    assigned,
    make_drawn_task,
    make_full_matter,
    make_officers,
)
from tests.people import make_unit, make_user
from tests.planning.build import make_listing, make_task

VERBS = {"匹配检查人员", "提请检查审批", "派发任务"}


@pytest.fixture
def land(bureau) -> Agency:
    return make_unit(bureau, "SFX-TD", "土地利用科", "division")


@pytest.fixture
def work(bureau, division, land, everyone) -> None:
    """In each of two divisions a task to dispatch, a visit without a team, and one to be put forward for approval."""
    fill(bureau, division, everyone, 1)
    fill(bureau, land, everyone, 2)


def fill(bureau: Agency, unit: Agency, actor: User, place: int) -> None:
    matter = make_full_matter(bureau, f"M-0{place}")
    listings = [make_listing(bureau, place * 100 + n, unit=unit) for n in range(2)]
    facts = {"by": actor, "matters": [matter], "unit": unit, "name": f"{unit.name}的任务"}
    task = make_drawn_task(bureau, listings, **facts)
    task.participants.create(agency=unit, part="executing")
    _, teamed = dispatch.dispatch(task=task, actor=actor, today=TODAY).visits
    assigned(teamed, actor, make_officers(bureau, 2, unit=unit, start=place * 10))
    number = f"示自然资双随机〔2026〕9{place}号"
    make_task(bureau, state="drawn", number=number, unit=unit, name=f"{unit.name}待派发", by=actor)


def seen(user: User) -> set[tuple[str, str]]:
    """(verb, whose) of what waits for this person, of the kinds that lie in units."""
    found = [item for item in waiting_for(user, TODAY) if item.verb in VERBS]
    return {(item.verb, item.subject[:2]) for item in found}


@pytest.mark.parametrize(
    ("role", "verbs"),
    [
        ("organiser", {"提请检查审批", "派发任务"}),
        ("coordinator", {"匹配检查人员", "提请检查审批"}),
    ],
)
def test_a_division_sees_its_own(role, verbs, bureau, division, land, work):
    at_mines, at_land, at_both = (
        make_user(f"{role}{n}", "测人", unit, role)
        for n, unit in enumerate((division, land, bureau))
    )
    mines = {(verb, division.name[:2]) for verb in verbs}
    lands = {(verb, land.name[:2]) for verb in verbs}

    assert seen(at_mines) == mines
    assert seen(at_land) == lands
    assert seen(at_both) == mines | lands


def test_a_colleague_s_task_of_the_same_division_waits_for_both(division, everyone, bureau):
    make_task(bureau, state="drawn", unit=division, by=everyone, name="请假同事的任务")
    colleague = make_user("colleague", "测同事", division, "organiser")

    assert "请假同事的任务" in {item.subject for item in waiting_for(colleague, TODAY)}


def test_more_divisions_cost_no_more_queries(bureau, division, land, everyone):
    user = make_user("two", "测两科", division, "organiser", "coordinator")
    fill(bureau, division, everyone, 1)
    one = queries(user)
    fill(bureau, land, everyone, 2)
    for n in range(3, 6):
        fill(bureau, division, everyone, n)

    assert queries(user) <= one


def queries(user: User) -> int:
    with CaptureQueriesContext(connection) as counted:
        waiting_for(User.objects.get(pk=user.pk), TODAY)
    return len(counted)
