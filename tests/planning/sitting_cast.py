"""Sittings in every state, for the tests of draws: a pool of 40 (two classes, one natural person), one task or several."""

from datetime import timedelta

from django.utils import timezone

import lottery
from bureau.models import Membership, User
from planning.models import PoolConfirmation, Sitting, Task
from planning.selectors import pool_confirmations
from planning.services import sittings
from tests.people import make_user
from tests.planning.build import make_inspector, make_listing, make_matter, make_pool, make_task

ONE = "004207731905"
TWO = ("98765432", "00000007")
SALTS = ("a" * 64, "b" * 64)
STRATA = (("A类", {"classes": ["A"]}, "count", "3"), ("B类", {"classes": ["B"]}, "ratio", "20"))


def operator_of(bureau) -> User:
    return make_user("operator", "操作员", bureau, "organiser")


def make_ready_task(bureau, *, by=None, code="KC-01", **fields) -> Task:
    """A task over the pool with both pools confirmed as they stand."""
    task = make_task(
        bureau, by=by, matters=[make_matter(bureau, code)], strata=STRATA, state="ready", **fields
    )
    confirm(task, by or Membership.objects.first().user)
    return task


def confirm(task: Task, by: User) -> None:
    for pool in PoolConfirmation.Pool.values:
        count, digest = pool_confirmations.fingerprint(task, pool, timezone.localdate())
        PoolConfirmation.objects.create(
            task=task, pool=pool, confirmed_by=by, count=count, fingerprint=digest
        )


def fill_pool(bureau) -> None:
    make_pool(bureau, 15, credit_class="A")
    make_pool(bureau, 20, start=100, credit_class="B")
    make_listing(bureau, 300, kind="person", credit_class="B")
    make_listing(bureau, 301, standing="deregistered", credit_class="A")
    make_inspector(bureau, 1)


def fill_pool_of(foreign, start) -> None:
    """A pool whose codes do not meet those of `fill_pool`."""
    make_pool(foreign, 10, start=start, credit_class="A")
    make_pool(foreign, 10, start=start + 50, credit_class="B")


def make_task_like(task: Task, by: User) -> Task:
    """Another task over the same matters."""
    again = make_task(
        task.authority, by=by, matters=task.matters.all(), strata=STRATA, state="ready"
    )
    confirm(again, by)
    return again


def prepared(bureau, operator, *, witnesses=(), tasks=None, **options) -> Sitting:
    tasks = tasks or [make_ready_task(bureau, by=operator)]
    sitting = sittings.prepare(
        purpose="entities",
        tasks=tasks,
        unit=bureau,
        title="一季度摇号会",
        place="三楼会议室",
        planned_at=timezone.now(),
        actor=operator,
        **options,
    )
    for witness in witnesses:
        sittings.add_witness(sitting=sitting, user=witness, actor=operator)
    return sitting


def prepare_teams(bureau, operator, task) -> Sitting:
    return sittings.prepare(
        purpose="teams",
        tasks=[task],
        unit=bureau,
        title="匹配检查人员",
        planned_at=timezone.now(),
        actor=operator,
    )


def locked(bureau, operator, **options) -> Sitting:
    sitting = prepared(bureau, operator, **options)
    sittings.lock(sitting=sitting, actor=operator)
    sittings.mark_printed(sitting=sitting, actor=operator)
    return Sitting.objects.get(pk=sitting.pk)


def ready_to_compute(bureau, operator, witness, **options) -> Sitting:
    """One witness, digits open."""
    sitting = locked(bureau, operator, witnesses=[witness], **options)
    sittings.open_digits(sitting=sitting, digits=ONE, actor=witness)
    return sitting


def computed(bureau, operator, witness, **options) -> Sitting:
    sitting = ready_to_compute(bureau, operator, witness, **options)
    sittings.compute(sitting=sitting, actor=operator)
    return Sitting.objects.get(pk=sitting.pk)


def commit(sitting: Sitting, witness: User, salt: str, digits: str) -> None:
    sittings.commit(
        sitting=sitting,
        commitments={
            draw.number: lottery.witness_commitment(draw.a, salt, digits)
            for draw in sitting.draws.all()
        },
        actor=witness,
    )


def soon(minutes=10):
    return (timezone.now() + timedelta(minutes=minutes)).replace(microsecond=0)
