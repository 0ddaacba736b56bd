"""补抽, reserves and skips: what becomes of a pick that is not inspected (DRAW §5; A70, A71)."""

import pytest
from django.utils import timezone

import lottery
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent, RuleSetting
from planning.models import Pick, Sitting, Skip, Task
from planning.selectors import draws as reads
from planning.selectors import picks as selectors
from planning.services import draws, picks, sittings, supplements
from tests.planning.sitting_cast import computed, confirm, fill_pool, operator_of

pytestmark = pytest.mark.django_db
OTHER = "118273645509"


@pytest.fixture
def operator(bureau):
    return operator_of(bureau)


@pytest.fixture
def running(bureau, operator, witness):
    """Three of A and four of B drawn (five have one reserve), dispatched."""
    fill_pool(bureau)
    return run(bureau, operator, witness)


def run(bureau, operator, witness, **options):
    sitting = computed(bureau, operator, witness, **options)
    task = sitting.tasks.get()
    Task.objects.filter(pk=task.pk).update(state="dispatched")
    task.picks.filter(kind="selected").update(state="dispatched")
    return Task.objects.get(pk=task.pk)


def skip(pick, operator, head, note="与上级专项检查同一批，已由市局查过"):
    asked = picks.request_skip(pick=pick, note=note, actor=operator)
    return picks.decide_skip(skip=asked, approve=True, actor=head)


def arranged(task, operator, witness, counts):
    sitting = supplements.prepare(
        task=task,
        counts=counts,
        reason="原抽中对象经批准不检查，补足户数",
        title="补抽摇号会",
        planned_at=timezone.now(),
        actor=operator,
    )
    sittings.add_witness(sitting=sitting, user=witness, actor=operator)
    return sitting


def drawn_again(task, operator, witness, counts):
    sitting = arranged(task, operator, witness, counts)
    confirm(task, operator)
    sittings.lock(sitting=sitting, actor=operator)
    sittings.mark_printed(sitting=sitting, actor=operator)
    sittings.open_digits(sitting=sitting, digits=OTHER, actor=witness)
    sittings.compute(sitting=sitting, actor=operator)
    return sitting.draws.get()


def of_stratum(task, label, **fields):
    return task.picks.filter(stratum=label, kind="selected", **fields).order_by("rank").first()


def test_a_second_draw_takes_from_those_not_drawn(running, operator, witness, head):
    out = of_stratum(running, "A类")
    skip(out, operator, head)
    before = set(running.picks.filter(kind="selected").values_list("entity_id", flat=True))

    draw = drawn_again(running, operator, witness, {"A类": 1})

    (pick,) = draw.picks.all()
    assert (draw.n, draw.reason) == (2, "原抽中对象经批准不检查，补足户数")
    assert pick.entity_id not in before
    assert (pick.stratum, pick.state) == ("A类", "drawn")
    assert lottery.check_folder(reads.files(draw)).line == "VERIFIED"
    assert Task.objects.get(pk=running.pk).state == "dispatched"
    excluded = reads.content(draw, "excluded.tsv").decode()
    assert excluded.count("in_open_task") == len(before)
    assert [row.open for row in selectors.shortfalls(running)] == [0]


def test_nobody_draws_more_than_fell_out(running, operator, witness, head):
    skip(of_stratum(running, "A类"), operator, head)

    with pytest.raises(RuleError, match="最多补抽 1 户，现填 2 户"):
        arranged(running, operator, witness, {"A类": 2})
    with pytest.raises(RuleError, match="“B类”层有 0 户未检查"):
        arranged(running, operator, witness, {"B类": 1})


@pytest.mark.rule("A18")
def test_both_pools_are_confirmed_again_before_its_lock(
    running, operator, witness, head, division_admin
):
    skip(of_stratum(running, "A类"), operator, head)
    sitting = arranged(running, operator, witness, {"A类": 1})
    running.picks.filter(kind="selected").first().entity.listings.update(tags=["重点"])

    with pytest.raises(RuleError, match="确认之后有变动"):
        sittings.lock(sitting=sitting, actor=operator)
    from planning.services.pools import confirm as confirm_pool

    for pool in ("entities", "inspectors"):
        confirm_pool(task=running, pool=pool, actor=division_admin, today=timezone.localdate())
    sittings.lock(sitting=sitting, actor=operator)

    assert Sitting.objects.get(pk=sitting.pk).state == "locked"


def test_its_list_waits_for_the_sealed_draw_it_would_betray(bureau, operator, witness, head):
    fill_pool(bureau)
    later = timezone.localdate().replace(month=12, day=31)
    task = run(bureau, operator, witness, reveal="deferred", reveal_by=later)
    first = task.draws.get()
    skip(of_stratum(task, "A类"), operator, head)

    second = drawn_again(task, operator, witness, {"A类": 1})

    assert not reads.is_revealed(second)
    assert [d.pk for d in reads.betrayed_by(second)] == [first.pk]
    task.picks.filter(kind="selected").exclude(state="skipped").update(state="done")
    Task.objects.filter(pk=task.pk).update(state="closed")
    draws.reveal_due(today=timezone.localdate())
    draws.reveal_due(today=timezone.localdate())
    assert first.events.filter(kind="revealed").exists()
    assert second.events.filter(kind="revealed").exists()


def test_a_void_supplement_leaves_the_task_running(running, operator, witness, head, superior):
    from planning.services import voids

    skip(of_stratum(running, "A类"), operator, head)
    draw = drawn_again(running, operator, witness, {"A类": 1})

    asked = voids.request(sitting=draw.sitting, reason="监督人报数有误", actor=operator)
    voids.decide(asked=asked, approve=True, actor=head)

    assert Task.objects.get(pk=running.pk).state == "dispatched"
    assert draw.picks.get().state == "voided"
    assert [row.open for row in selectors.shortfalls(running)] == [1]


def test_a_closed_task_runs_again(running, operator, witness, head):
    out = of_stratum(running, "A类")
    running.picks.filter(kind="selected").exclude(pk=out.pk).update(state="done")
    skip(out, operator, head)
    assert Task.objects.get(pk=running.pk).state == "closed"

    drawn_again(Task.objects.get(pk=running.pk), operator, witness, {"A类": 1})

    again = Task.objects.get(pk=running.pk)
    assert (again.state, again.closed_at) == ("dispatched", None)


def test_a_skip_needs_somebody_else(running, operator, head, bureau):
    from tests.inspections.dispatch_cast import give

    both = give(operator, bureau, "head")
    pick = of_stratum(running, "A类")
    asked = picks.request_skip(pick=pick, note="已由市局查过", actor=both)

    with pytest.raises(Forbidden, match="由您提出"):
        picks.decide_skip(skip=asked, approve=True, actor=both)
    with pytest.raises(Conflict, match="已有一项申请在办"):
        picks.request_skip(pick=pick, note="再申请一次", actor=both)
    with pytest.raises(RuleError, match="写明意见"):
        picks.decide_skip(skip=asked, approve=False, actor=head)
    picks.decide_skip(skip=asked, approve=False, actor=head, note="理由不足，照常检查")

    assert Pick.objects.get(pk=pick.pk).state == "dispatched"
    assert picks.request_skip(pick=pick, note="补充材料后再申请", actor=both).state == "requested"


def settled(task, operator, head, code="deregistered"):
    pick = of_stratum(task, "A类")
    called = picks.settle(
        picks=[pick],
        state="deemed_done",
        code=code,
        note="登记机关公示注销",
        requested_by=operator,
        approved_by=head,
    )
    return pick, called


@pytest.mark.rule("A70")
@pytest.mark.rule("A51")
def test_nobody_follows_unless_the_bureau_says_so(bureau, operator, witness, head):
    fill_pool(bureau)
    task = run(bureau, operator, witness)
    Task.objects.filter(pk=task.pk).update(reserve=1)

    pick, called = settled(task, operator, head)

    assert called == []
    assert pick.state == "deemed_done"
    assert Skip.objects.get(pick=pick).approved_by == head


@pytest.mark.rule("A51")
def test_the_next_reserve_in_rank_follows_in_public(bureau, operator, witness, head):
    fill_pool(bureau)
    from tests.planning.sitting_cast import make_ready_task

    ready = make_ready_task(bureau, by=operator, reserve=2)
    task = run(bureau, operator, witness, tasks=[ready])
    RuleSetting.objects.create(
        authority=bureau, key="reserve_deregistered", value=True, citation="本局细则"
    )

    pick, (follower,) = settled(task, operator, head)

    assert (follower.rank, follower.kind, follower.follows) == (4, "selected", pick)
    (change,) = selectors.public_changes(task.draws.get())
    assert (change.reason, change.rank, change.followed_rank) == ("注销", pick.rank, 4)
    assert change.listed_id == pick.entity.public_code
    assert change.followed_id == follower.entity.public_code
    assert AuditEvent.objects.filter(action="pick.called").count() == 1


@pytest.mark.rule("A70")
def test_nobody_follows_somebody_who_cannot_be_reached(bureau, operator, witness, head):
    fill_pool(bureau)
    from tests.planning.sitting_cast import make_ready_task

    ready = make_ready_task(bureau, by=operator, reserve=2)
    task = run(bureau, operator, witness, tasks=[ready])
    for code in ("deregistered", "cancelled", "revoked", "moved_out"):
        RuleSetting.objects.create(
            authority=bureau, key=f"reserve_{code}", value=True, citation="本局细则"
        )

    _, called = settled(task, operator, head, code="unreachable")

    assert called == []


def test_what_is_sealed_is_not_told(bureau, operator, witness, head):
    fill_pool(bureau)
    later = timezone.localdate().replace(month=12, day=31)
    task = run(bureau, operator, witness, reveal="deferred", reveal_by=later)

    settled(task, operator, head)

    (change,) = selectors.public_changes(task.draws.get())
    assert (change.reason, change.listed_id, change.name, change.rank) == ("注销", "", "", None)


def test_two_thousand_picks_are_dispatched_in_two_queries(running, django_assert_max_num_queries):
    rows = list(running.picks.filter(kind="selected"))
    running.picks.filter(kind="selected").update(state="drawn")

    with django_assert_max_num_queries(2):
        picks.mark_dispatched(task=running, picks=rows)
    with pytest.raises(Conflict, match="刚有变动"):
        picks.mark_dispatched(task=running, picks=rows)


def test_one_sitting_holds_no_other_open_supplement(running, operator, witness, head):
    skip(of_stratum(running, "A类"), operator, head)
    arranged(running, operator, witness, {"A类": 1})

    with pytest.raises(RuleError, match="已安排在"):
        arranged(running, operator, witness, {"A类": 1})


def test_the_public_page_shows_who_fell_out_and_the_further_draw(
    client, running, operator, witness, head
):
    from django.urls import reverse

    out = of_stratum(running, "A类")
    skip(out, operator, head)
    further = drawn_again(running, operator, witness, {"A类": 1})
    first = running.draws.get(n=1)

    shown = client.get(reverse("public:draw-detail", args=[first.number])).content.decode()

    assert "抽取后的变动" in shown
    assert out.entity.public_code in shown
    assert reverse("public:draw-detail", args=[further.number]) in shown
