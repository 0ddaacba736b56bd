"""Beside the ordinary course: an unreachable firm reported to the superior, a transfer, a split, a skip with its 补抽, a list to check."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from django.utils import timezone

from bureau.services import outbox
from config.seed.sittings import PLACE, add_witnesses, superior_reads, witness
from config.seed.story import (
    COORDINATOR,
    FOREST,
    HEAD,
    KEEPER,
    LAND,
    MINING,
    SUPERIOR,
    WITNESS,
    Story,
)
from config.seed.teams import put_matches, put_order
from config.seed.visits import Course, Walk
from inspections.models import DeemedDone, DeemedReport, ListCheck, Visit
from inspections.selectors.list_checks import may_confirm
from inspections.services import deemed, dispatch, list_checks, merges, skips, transfers
from planning.models import PoolConfirmation, Sitting, Skip
from planning.services import sittings, supplements, tasks
from registry.demo import office

MOVED = "2026 年住所变更登记已办结，新址属临湖镇，变更通知书存档。"
ATTEMPTS = (
    (22, "door", "登记住所大门紧锁，无人办公，邻居称已搬离数月。"),
    (20, "phone", "登记电话停机，联络员电话无人接听。"),
    (18, "door", "再次上门，厂房已转租他人，村委会出具说明。"),
)


def put_unreachable(story: Story, visit: Visit) -> None:
    """Tried on three days, asked for by the coordinator, approved by the head, reported and received (A70)."""
    days, add = story.days, story.agenda.add
    for ago, way, result in ATTEMPTS:
        add(days.ago(ago), "15:10", partial(_attempt, story, visit, days.ago(ago), way, result))
    add(days.ago(16), "16:30", partial(_ask, story, visit))
    add(days.ago(15), "10:20", partial(_approve, story))
    add(days.ago(12), "9:30", partial(_report, story))
    add(days.ago(10), "14:40", partial(_receive, story))


def _attempt(story: Story, visit: Visit, on: date, way: str, result: str) -> None:
    deemed.add_attempt(visit=visit, on=on, way=way, result=result, actor=_desk(story), today=on)


def _ask(story: Story, visit: Visit) -> None:
    deemed.request(
        visit=visit,
        cause="unreachable",
        note="两次按登记住所上门均无人办公，电话停机；村委会出具说明，现场照片存档。",
        actor=_desk(story),
    )


def _approve(story: Story) -> None:
    row = DeemedDone.objects.get(state="requested")
    deemed.decide(deemed=row, approve=True, actor=story.user(HEAD), note="情况属实。")


def _report(story: Story) -> None:
    deemed.report(
        authority=story.authority,
        period_from=story.days.first,
        period_to=timezone.localdate(),
        actor=story.user(LAND),
        today=timezone.localdate(),
    )
    outbox.deliver_waiting()


def _receive(story: Story) -> None:
    deemed.receive(report=DeemedReport.objects.get(), actor=story.user(SUPERIOR))


def _desk(story: Story):  # type: ignore[no-untyped-def]
    return story.user(COORDINATOR[office.ENFORCEMENT])


def put_transfer(story: Story, visit: Visit) -> None:
    """A shop moved to another town: its transfer waits for the head (A71)."""
    story.agenda.add(story.days.ago(2), "10:10", partial(_transfer, story, visit))


def _transfer(story: Story, visit: Visit) -> None:
    now = Visit.objects.select_related("unit").get(pk=visit.pk)
    codes = (office.LAKESIDE, office.NORTH_HILL)
    to = next(story.unit(code) for code in codes if story.unit(code).pk != now.unit_id)
    transfers.request(
        visit=now,
        to=to,
        moved_on=story.days.ago(12),
        new_address=f"{to.address}附近（变更后住所）",
        reason=MOVED.replace("2026", str(story.days.year)).replace(
            "临湖镇", to.short_name.removesuffix("所") + "镇"
        ),
        actor=story.user(FOREST),
        today=timezone.localdate(),
    )


def put_split(story: Story, on: date, key: str, other: str) -> None:
    """The other task's organiser agrees to the merged visits but one, which is split again with a reason (A49)."""
    story.agenda.add(on, "16:20", partial(_split, story, key, other))


def _split(story: Story, key: str, other: str) -> None:
    task, second = story.task(key), story.task(other)
    merged = list(
        Visit.objects.filter(matters__task=task, state="dispatched")
        .filter(matters__task=second)
        .distinct()
        .order_by("number")
    )
    organiser = story.user(MINING)
    for visit in merged[:-1]:
        merges.agree(visit=visit, task=task, actor=organiser)
    dispatch.split(
        visit=merged[-1],
        task=second,
        reason="林地图斑须待无人机影像到位后核查，矿产检查不能等，经两科商定分开进行。",
        actor=organiser,
        today=timezone.localdate(),
    )


def put_skip(story: Story, key: str, visit: Visit) -> None:
    """Inspected by the city bureau the week before: not inspected again, and made up for by a 补抽 (DRAW §5)."""
    days, add = story.days, story.agenda.add
    add(days.ago(28), "9:20", partial(_ask_skip, story, visit))
    add(days.ago(28), "15:30", partial(_approve_skip, story))
    add(days.ago(27), "9:00", partial(_supplement, story, key))
    add(days.ago(27), "10:30", partial(_confirm, story, key))
    add(days.ago(26), "9:00", partial(_lock, story, key))
    add(days.ago(26), "9:05", partial(_received, story, key))
    add(days.ago(26), "9:10", partial(_witness, story, key))
    add(days.ago(26), "9:20", partial(_compute, story, key))
    add(days.ago(26), "14:30", partial(_dispatch_more, story, key))


def _ask_skip(story: Story, visit: Visit) -> None:
    skips.request(
        visit=visit,
        pick=visit.matters.select_related("pick__task").get().pick,
        note="市局上周已就同一事项对该企业开展专项检查，同一事项不重复检查。",
        actor=story.user(FOREST),
    )


def _approve_skip(story: Story) -> None:
    skips.decide(
        skip=Skip.objects.get(state="requested"),
        approve=True,
        actor=story.user(HEAD),
        note="同意不再检查，名额以补抽补足。",
    )


def _supplement(story: Story, key: str) -> None:
    skip = Skip.objects.select_related("pick").get(code="discretionary")
    sitting = supplements.prepare(
        task=story.task(key),
        counts={skip.pick.stratum: 1},
        reason="一户已由市局专项检查，经批准不再检查，补足户数",
        title="木材经营加工企业补抽摇号会",
        planned_at=timezone.now(),
        place=PLACE,
        actor=story.user(FOREST),
    )
    add_witnesses(story, sitting, (WITNESS,), FOREST)


def _confirm(story: Story, key: str) -> None:
    for pool in PoolConfirmation.Pool.values:
        tasks.confirm_pool(
            task=story.task(key),
            pool=pool,
            actor=story.user(KEEPER[FOREST]),
            today=timezone.localdate(),
        )


def _sitting(story: Story, key: str) -> Sitting:
    found: Sitting = story.task(key).supplements.get().sitting
    return found


def _lock(story: Story, key: str) -> None:
    sitting = _sitting(story, key)
    sittings.lock(sitting=sitting, actor=story.user(FOREST))
    sittings.mark_printed(sitting=sitting, actor=story.user(FOREST))


def _received(story: Story, key: str) -> None:
    superior_reads(story, _sitting(story, key))


def _witness(story: Story, key: str) -> None:
    witness(story, _sitting(story, key), (WITNESS,))


def _compute(story: Story, key: str) -> None:
    sittings.compute(sitting=_sitting(story, key), actor=story.user(FOREST))


def _dispatch_more(story: Story, key: str) -> None:
    days = story.days
    made = dispatch.dispatch(
        task=story.task(key), actor=story.user(FOREST), today=timezone.localdate()
    ).visits
    put_checked(story, (key,), days.ago(25))
    put_matches(story, key, made, days.ago(25))
    put_order(story, key, made, days.ago(24), decided=days.ago(23))
    for visit in made:
        Walk(story, visit, Course("published", days.ago(19), was_returned=True)).put()


def put_checked(story: Story, keys: Sequence[str], on: date) -> None:
    """Every unit checks its list on the day after the dispatch, all but the last one that was given out (A105)."""
    story.agenda.add(on, "11:10", partial(_check, story, keys))


def _check(story: Story, keys: Sequence[str]) -> None:
    for key in keys:
        rows = ListCheck.objects.filter(task=story.tasks[key], confirmed_by=None)
        for row in rows.select_related("task", "unit"):
            names = [COORDINATOR.get(row.unit.code, ""), FOREST, LAND, MINING]
            people = [story.user(name) for name in names if name]
            actor = next(user for user in people if may_confirm(user, row))
            list_checks.confirm(check=row, note="", actor=actor)
