"""Two people press dispatch at once, on real connections: one of them does it."""

import threading

import pytest
from django.db import connections

from bureau.errors import Conflict
from bureau.models import User
from inspections.models import Visit, VisitMatter
from inspections.services import dispatch
from planning.models import Task
from registry.models import LedgerEntry
from tests.inspections.dispatch_cast import TODAY, make_drawn_task, make_full_matter
from tests.people import make_authority, make_user
from tests.planning.build import make_pool


def press(together: threading.Barrier, results: list[str], task_id, username: str) -> None:
    try:
        together.wait(timeout=20)
        dispatch.dispatch(
            task=Task.objects.get(pk=task_id),
            actor=User.objects.get(username=username),
            today=TODAY,
        )
        results.append("done")
    except Conflict:
        results.append("conflict")
    finally:
        connections.close_all()


def at_once(*presses: tuple[object, str]) -> list[str]:
    together, results = threading.Barrier(len(presses)), []
    threads = [
        threading.Thread(target=press, args=(together, results, task_id, username))
        for task_id, username in presses
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(results)


@pytest.mark.rule("A47")
def test_pressed_twice_at_once_it_dispatches_once(live_db):
    bureau = make_authority("SFX", "示范县自然资源和规划局")
    organiser = make_user("organiser", "测经办", bureau, "organiser")
    task = make_drawn_task(bureau, make_pool(bureau, 5), by=organiser)

    results = at_once(*[(task.pk, "organiser")] * 4)

    assert results == ["conflict", "conflict", "conflict", "done"]
    assert Visit.objects.count() == 5
    assert LedgerEntry.objects.count() == 5


@pytest.mark.rule("A49")
def test_two_tasks_dispatched_at_once_still_meet_in_one_visit(live_db):
    bureau = make_authority("SFX", "示范县自然资源和规划局")
    organiser = make_user("organiser", "测经办", bureau, "organiser")
    listings = make_pool(bureau, 3)
    tasks = [
        make_drawn_task(bureau, listings, by=organiser, matters=[make_full_matter(bureau, code)])
        for code in ("KC-01", "ST-02")
    ]

    results = at_once(*[(task.pk, "organiser") for task in tasks])

    assert results == ["done", "done"]
    assert Visit.objects.count() == 3
    assert VisitMatter.objects.count() == 6
