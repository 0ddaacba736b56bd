"""Sittings of the seed: prepared and locked by the organiser, witnessed by the office, computed; voided once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import lottery
from bureau.models import Notification
from bureau.services import notifications, outbox
from config.seed import chance
from config.seed.story import SUPERIOR, WITNESS, Story
from inspections.services import dispatch
from planning.models import Sitting, VoidRequest
from planning.services import sittings, voids

PLACE = "三楼会议室"


@dataclass(frozen=True)
class Arrangement:
    """`tasks` by their keys; `until`: prepared, locked or computed."""

    tasks: tuple[str, ...]
    title: str
    operator: str
    witnesses: tuple[str, ...] = (WITNESS,)
    until: str = "computed"
    reason: str = ""
    reveal_by: date | None = None


class Held:
    """One sitting on its way through the day."""

    def __init__(self, story: Story, plan: Arrangement) -> None:
        self.story, self.plan = story, plan
        self.sitting: Sitting | None = None

    def put(self, on: date, start: str = "9") -> "Held":
        add = self.story.agenda.add
        add(on, f"{start}:00", self.prepare)
        if self.plan.until == "prepared":
            return self
        add(on, f"{start}:20", self.lock)
        if self.plan.until == "locked":
            return self
        add(on, f"{start}:23", self.receive)
        add(on, f"{start}:26", self.witness)
        add(on, f"{start}:41", self.compute)
        return self

    def prepare(self) -> None:
        story, plan = self.story, self.plan
        tasks = [story.task(key) for key in plan.tasks]
        assert story.agenda.now is not None
        self.sitting = sittings.prepare(
            purpose=Sitting.Purpose.ENTITIES,
            tasks=tasks,
            unit=tasks[0].unit,
            title=plan.title,
            place=PLACE,
            planned_at=story.agenda.now,
            actor=story.user(plan.operator),
            reveal="deferred" if plan.reveal_by else "immediate",
            reveal_by=plan.reveal_by,
        )
        add_witnesses(story, self.sitting, plan.witnesses, plan.operator)

    def lock(self) -> None:
        operator = self.story.user(self.plan.operator)
        sittings.lock(sitting=self._sitting(), actor=operator, reason=self.plan.reason)
        sittings.mark_printed(sitting=self._sitting(), actor=operator)

    def receive(self) -> None:
        superior_reads(self.story, self._sitting())

    def witness(self) -> None:
        witness(self.story, self._sitting(), self.plan.witnesses)

    def compute(self) -> None:
        sittings.compute(sitting=self._sitting(), actor=self.story.user(self.plan.operator))

    def request_void(self, reason: str) -> None:
        voids.request(
            sitting=self._sitting(), reason=reason, actor=self.story.user(self.plan.operator)
        )

    def approve_void(self, by: str) -> None:
        asked = VoidRequest.objects.get(sitting=self._sitting(), state="submitted")
        voids.decide(
            asked=asked, approve=True, actor=self.story.user(by), note="同意作废，重新抽取。"
        )

    def _sitting(self) -> Sitting:
        assert self.sitting is not None
        return self.sitting


def add_witnesses(story: Story, sitting: Sitting, names: Sequence[str], operator: str) -> None:
    for name in names:
        sittings.add_witness(sitting=sitting, user=story.user(name), actor=story.user(operator))


def superior_reads(story: Story, sitting: Sitting) -> None:
    """A has reached the superior before any digit is given (DRAW §3)."""
    keys = [f"draw.locked:{draw.pk}" for draw in sitting.draws.all()]
    user = story.user(SUPERIOR)
    for row in Notification.objects.filter(user=user, key__in=keys):
        notifications.mark_read(user=user, notification=row)


def witness(story: Story, sitting: Sitting, names: Sequence[str]) -> None:
    """One alone says digits; several promise first (DRAW §4)."""
    key = f"{sitting.title}{_again(sitting)}"
    said = {name: chance.digits(f"{key}|{name}", 12) for name in names}
    salts = {name: chance.digest(f"salt|{key}|{name}").hex() for name in names}
    if len(names) > 1:
        for name in names:
            commitments = {
                draw.number: lottery.witness_commitment(draw.a, salts[name], said[name])
                for draw in sitting.draws.all()
            }
            sittings.commit(sitting=sitting, commitments=commitments, actor=story.user(name))
    for name in names:
        salt = salts[name] if len(names) > 1 else ""
        sittings.open_digits(sitting=sitting, digits=said[name], salt=salt, actor=story.user(name))


def _again(sitting: Sitting) -> str:
    """Nothing for the first sitting of its title: digits and salts serve once (DRAW §1)."""
    held = Sitting.objects.filter(title=sitting.title, witnesses__opened_at__isnull=False)
    before = held.exclude(pk=sitting.pk).distinct().count()
    return f"|{before + 1}" if before else ""


def put_dispatch(story: Story, key: str, on: date, time: str = "14:30") -> None:
    """By the organiser, after the draw; the task notice goes out at once."""
    story.agenda.add(on, time, partial(_dispatch, story, key))


def _dispatch(story: Story, key: str) -> None:
    task = story.task(key)
    assert task.created_by is not None
    assert story.agenda.now is not None
    dispatch.dispatch(
        task=task, actor=story.user(task.created_by.username), today=story.agenda.now.date()
    )
    outbox.deliver_waiting()
