"""派发: drawn picks become visits, once, merged by the rule, counted once."""

from datetime import date

import pytest

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent, Notification, OutboxMessage
from inspections.models import Visit, VisitMatter
from inspections.selectors import dispatch as reading
from inspections.services import dispatch
from planning.models import Pick, Task, TaskParticipant
from registry.models import Checklist, LedgerEntry
from registry.selectors import ledger
from tests.inspections.dispatch_cast import (
    TODAY,
    assigned,
    dispatched,
    make_drawn_task,
    make_full_matter,
    make_officers,
    task_of,
)
from tests.planning.build import make_listing, make_pool

pytestmark = pytest.mark.django_db


def state_of(task):
    return Task.objects.get(pk=task.pk).state


@pytest.mark.rule("A47")
def test_it_makes_a_visit_with_checklist_for_each_pick(bureau, station, organiser, coordinator):
    first, second = make_listing(bureau, 1, unit=station), make_listing(bureau, 2, unit=bureau)
    task = make_drawn_task(bureau, [first, second], by=organiser)

    done = dispatch.dispatch(task=task, actor=organiser, today=TODAY)

    assert {(v.entity_id, v.unit_id, v.state) for v in done.visits} == {
        (first.entity_id, station.pk, "dispatched"),
        (second.entity_id, bureau.pk, "dispatched"),
    }
    item = VisitMatter.objects.get(visit__entity=first.entity)
    assert (item.checklist.version, item.matter_revision.version) == (1, 1)
    assert state_of(task) == "dispatched"
    assert set(task.picks.values_list("state", flat=True)) == {Pick.State.DISPATCHED}
    assert OutboxMessage.objects.get(kind="public.task_notice").payload == {"task": str(task.pk)}
    assert Notification.objects.filter(user=coordinator).count() == 2
    assert [v.number for v in sorted(done.visits, key=lambda v: v.number)] == [
        "SFX-2026-J0001",
        "SFX-2026-J0002",
    ]


@pytest.mark.rule("A49")
def test_the_same_entity_of_a_second_task_joins_the_visit(bureau, organiser):
    listing = make_listing(bureau, 1)
    matter, other = make_full_matter(bureau, "KC-01"), make_full_matter(bureau, "ST-02")
    first = make_drawn_task(bureau, [listing], by=organiser, matters=[matter])
    second = make_drawn_task(
        bureau,
        [listing],
        by=organiser,
        matters=[matter, other],
        window_from=date(2026, 4, 1),
        window_to=date(2026, 6, 30),
    )
    dispatch.dispatch(task=first, actor=organiser, today=TODAY)

    done = dispatch.dispatch(task=second, actor=organiser, today=TODAY)

    visit = Visit.objects.get()
    assert (done.visits, done.joined) == ([], [visit])
    assert (visit.window_from, visit.window_to) == (date(2026, 4, 1), date(2026, 4, 30))
    assert visit.matters.count() == 3


@pytest.mark.rule("A99")
@pytest.mark.rule("A48")
def test_a_joint_visit_counts_once(bureau, organiser):
    listing = make_listing(bureau, 1)
    matters = [make_full_matter(bureau, "KC-01"), make_full_matter(bureau, "ST-02")]
    for matter in matters:
        task = make_drawn_task(bureau, [listing], by=organiser, matters=[matter])
        dispatch.dispatch(task=task, actor=organiser, today=TODAY)

    entry = LedgerEntry.objects.get()
    assert set(entry.matters.all()) == set(matters)
    assert ledger.hits(bureau, [listing.entity_id], date(2020, 1, 1), date(2030, 1, 1)) == {
        listing.entity_id: 1
    }


@pytest.mark.rule("A49")
def test_nobody_joins_once_the_team_is_there(bureau, organiser, everyone):
    (visit,) = dispatched(bureau, organiser)
    assigned(visit, everyone, make_officers(bureau, 2))
    task = make_drawn_task(
        bureau,
        [visit.entity.listings.get()],
        by=organiser,
        matters=[make_full_matter(bureau, "ST-02")],
    )

    preview = reading.preview(task, TODAY)
    done = dispatch.dispatch(task=task, actor=organiser, today=TODAY)

    assert [why for _, why in preview.groups[0].apart] == ["那次检查的人员已匹配或正在匹配"]
    assert len(done.visits) == 1
    assert Visit.objects.count() == 2


@pytest.mark.rule("A49")
def test_a_merged_visit_can_be_split_again_with_a_reason(bureau, organiser):
    listing = make_listing(bureau, 1)
    first = make_drawn_task(
        bureau, [listing], by=organiser, matters=[make_full_matter(bureau, "KC-01")]
    )
    second = make_drawn_task(
        bureau,
        [listing],
        by=organiser,
        matters=[make_full_matter(bureau, "ST-02")],
        window_from=date(2026, 4, 1),
        window_to=date(2026, 6, 30),
    )
    for task in (first, second):
        dispatch.dispatch(task=task, actor=organiser, today=TODAY)
    merged = Visit.objects.get()

    own, rest = dispatch.split(
        visit=merged, task=second, reason="专家只能六月到场", actor=organiser, today=TODAY
    )

    merged.refresh_from_db()
    assert (merged.state, set(merged.parts.all())) == ("split", {own, rest})
    assert (rest.window_from, rest.window_to) == (first.window_from, first.window_to)
    assert (own.window_from, own.window_to) == (second.window_from, second.window_to)
    assert [task_of(rest), task_of(own)] == [first, second]
    assert LedgerEntry.objects.filter(is_open=True, counts=True).count() == 2
    assert LedgerEntry.objects.count() == 3
    event = AuditEvent.objects.get(action="visit.split")
    assert event.detail["reason"] == "专家只能六月到场"
    assert {f"inspections.visit:{part.pk}" for part in (own, rest)} <= set(event.about)


def test_a_visit_of_one_task_cannot_be_split(bureau, organiser):
    (visit,) = dispatched(bureau, organiser)

    with pytest.raises(RuleError, match="没有与其他任务合并"):
        dispatch.split(
            visit=visit, task=task_of(visit), reason="试拆", actor=organiser, today=TODAY
        )


@pytest.mark.rule("A61")
def test_a_matter_without_checklist_is_refused_by_name(bureau, organiser):
    matter = make_full_matter(bureau, "KC-09")
    Checklist.objects.filter(matter=matter).update(is_current=False)
    task = make_drawn_task(bureau, make_pool(bureau, 1), by=organiser, matters=[matter])

    with pytest.raises(RuleError, match="事项“事项KC-09”（KC-09）没有现行检查表"):
        dispatch.dispatch(task=task, actor=organiser, today=TODAY)

    assert state_of(task) == "drawn"
    assert not Visit.objects.exists()


def test_who_goes_must_be_named_where_the_responsible_unit_does_not_take_part(
    bureau, station, division, organiser
):
    task = make_drawn_task(bureau, [make_listing(bureau, 1, unit=bureau)], by=organiser)
    for unit in (station, division):
        TaskParticipant.objects.create(task=task, agency=unit, part="executing")

    with pytest.raises(RuleError, match="请选择由哪个执行单位检查"):
        dispatch.dispatch(task=task, actor=organiser, today=TODAY)
    done = dispatch.dispatch(task=task, actor=organiser, today=TODAY, fallback_unit=station)

    assert done.visits[0].unit == station


def test_only_the_organiser_dispatches(bureau, organiser, coordinator):
    task = make_drawn_task(bureau, make_pool(bureau, 1), by=organiser)

    with pytest.raises(Forbidden):
        dispatch.dispatch(task=task, actor=coordinator, today=TODAY)


def test_the_second_dispatch_is_refused_with_what_happened(bureau, organiser):
    task = make_drawn_task(bureau, make_pool(bureau, 1), by=organiser)
    dispatch.dispatch(task=task, actor=organiser, today=TODAY)

    with pytest.raises(Conflict, match="现在是“检查中”"):
        dispatch.dispatch(task=task, actor=organiser, today=TODAY)


def test_queries_do_not_grow_with_merges(bureau, organiser, django_assert_max_num_queries):
    listings = make_pool(bureau, 30)
    first = make_drawn_task(bureau, listings, by=organiser)
    dispatch.dispatch(task=first, actor=organiser, today=TODAY)
    second = make_drawn_task(
        bureau, listings, by=organiser, matters=[make_full_matter(bureau, "ST-02")]
    )

    with django_assert_max_num_queries(12):
        preview = reading.preview(second, TODAY)

    assert len(preview.joining) == 30
