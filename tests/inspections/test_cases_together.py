"""Two people decide at once, on real connections: one of them does it, the other is told (A70, A71, DRAW §5)."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections

from bureau.errors import RuleError
from bureau.models import User
from inspections.models import DeemedDone, Transfer, Visit
from inspections.services import deemed, skips, transfer_accepting, transfers
from planning.models import Skip
from tests.inspections.case_cast import asked_deemed, neighbour, pick_of
from tests.inspections.dispatch_cast import TODAY, dispatched, task_of
from tests.people import make_authority, make_user


def at_once(*acts: Callable[[], object]) -> list[int | str]:
    """ "done", or the status of the refusal, of each."""
    together, results = threading.Barrier(len(acts)), []

    def press(act: Callable[[], object]) -> None:
        try:
            together.wait(timeout=20)
            act()
            results.append("done")
        except RuleError as refused:
            results.append(refused.status)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(results, key=str)


@pytest.fixture
def cast(live_db):
    superior = make_authority("SFS", "示范市自然资源和规划局")
    bureau = make_authority("SFX", "示范县自然资源和规划局", superior)
    desk = make_user("desk", "测经办", bureau, "organiser", "coordinator")
    heads = [make_user(name, name, bureau, "head") for name in ("heada", "headb")]
    (visit,) = dispatched(bureau, desk)
    return superior, desk, heads, visit


@pytest.mark.rule("A70")
def test_two_heads_settle_one_case_once(cast):
    _, desk, heads, visit = cast
    row = asked_deemed(visit, desk)

    results = at_once(
        *[
            lambda head=head: deemed.decide(
                deemed=DeemedDone.objects.get(pk=row.pk), approve=True, actor=head
            )
            for head in heads
        ]
    )

    assert results == [409, "done"]
    assert Skip.objects.count() == 1
    assert pick_of(visit).state == "deemed_done"


@pytest.mark.rule("A71")
def test_received_and_withdrawn_at_once_only_one_holds(cast):
    superior, desk, heads, visit = cast
    other, station, theirs, matter = neighbour(superior)
    row = transfers.request(
        visit=visit,
        to=other,
        moved_on=TODAY,
        new_address="邻水县东城路 8 号",
        reason="办理住所变更登记",
        actor=desk,
        today=TODAY,
    )
    transfers.decide(transfer=row, approve=True, actor=heads[0])
    wanted = {item.matter_id: matter for item in visit.matters.all()}

    results = at_once(
        lambda: transfer_accepting.accept(
            transfer=Transfer.objects.get(pk=row.pk),
            unit=station,
            matters=wanted,
            actor=User.objects.get(pk=theirs.pk),
            today=TODAY,
        ),
        lambda: transfers.withdraw(
            transfer=Transfer.objects.get(pk=row.pk),
            note="企业撤回了迁移登记",
            actor=User.objects.get(pk=desk.pk),
        ),
    )

    assert results == [409, "done"]
    ended = {"accepted": ("transferred", 2), "withdrawn": ("dispatched", 1)}
    state = Transfer.objects.get().state
    assert (Visit.objects.get(pk=visit.pk).state, Visit.objects.count()) == ended[state]


def test_two_requests_to_skip_one_pick_are_one(cast):
    _, desk, _, visit = cast
    pick = pick_of(visit)

    results = at_once(
        *[
            lambda: skips.request(
                visit=Visit.objects.get(pk=visit.pk),
                pick=pick,
                note="市局上周已查同一事项",
                actor=User.objects.get(pk=desk.pk),
            )
        ]
        * 2
    )

    assert results == [409, "done"]
    assert Skip.objects.count() == 1
    assert task_of(visit).state == "dispatched"
