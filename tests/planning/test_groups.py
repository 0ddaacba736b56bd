"""Matters with different pools: several draws of one task in one sitting, each counted and announced for itself."""

from datetime import date

import pytest

import lottery
from bureau.errors import Conflict, RuleError
from planning.models import Draw, Pick, Task, VoidRequest
from planning.rules.groups import announced_task, kinds_within, proposals
from planning.selectors import draws as reads
from planning.selectors import pool_parts, pool_preview
from planning.selectors import tasks as selectors
from planning.services import groups, sittings, tasks, voids
from planning.services.groups import GroupValues
from tests.people import make_user
from tests.planning import sitting_cast as cast
from tests.planning.build import DAY, make_inspector, make_matter, make_pool, make_task

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(bureau):
    return cast.operator_of(bureau)


@pytest.fixture
def task(bureau, organiser, station):
    """Mines for one matter, firms for the other; three firms in each."""
    make_pool(bureau, 6, kind="mine")
    make_pool(bureau, 10, start=100)
    make_inspector(bureau, 1, unit=station)
    mines = make_matter(bureau, "KC-01", object_kinds=["mine"])
    firms = make_matter(bureau, "YD-01", object_kinds=["enterprise"])
    return make_task(
        bureau,
        by=organiser,
        matters=[mines, firms],
        units=[station],
        strata=(("全部对象", {}, "ratio", "20"),),
    )


def ready(task, by):
    task.state = "ready"
    task.save(update_fields=["state"])
    cast.confirm(task, by)
    return task


def test_kinds_of_objects_suggest_the_groups():
    found = proposals(
        [(1, ["mine"]), (2, []), (3, ["enterprise"]), (4, ["mine", "mine"])],
        {"mine": "矿山", "enterprise": "企业"},
    )

    assert [(p.name, p.matters) for p in found] == [("矿山", (1, 4, 2)), ("企业", (3,))]
    assert proposals([(1, ["mine"]), (2, [])], {}) == []


@pytest.mark.parametrize(
    ("scope", "left"),
    [([], ["mine", "plot"]), (["plot"], ["plot"]), (["trader"], ["mine", "plot"])],
)
def test_only_kinds_that_the_scope_leaves_make_pools_differ(scope, left):
    assert kinds_within(["mine", "plot"], scope) == left


def test_splitting_gives_each_group_its_pool_and_the_old_ratio(task, organiser):
    groups.split_by_kind(task=task, actor=organiser)

    found = pool_preview.previews(task, DAY)

    assert [(part.name, part.codes, p.total, p.k) for part, p in found] == [
        ("矿山（矿业权）", ["KC-01"], 6, 2),
        ("企业", ["YD-01"], 10, 2),
    ]
    assert pool_preview.preview(task, DAY).k == 4


def test_a_matter_stands_in_one_group_and_none_is_left_out(task, organiser):
    mines, firms = task.matters.order_by("code")

    with pytest.raises(RuleError, match="出现在几组中"):
        groups.split(
            task=task,
            groups=[GroupValues("甲", [mines.pk]), GroupValues("乙", [mines.pk, firms.pk])],
            actor=organiser,
        )
    third = make_matter(task.authority, "YD-02")
    task.matters.add(third)
    with pytest.raises(RuleError, match="事项YD-02”没有归入任何一组"):
        groups.split(
            task=task,
            groups=[GroupValues("甲", [mines.pk]), GroupValues("乙", [firms.pk])],
            actor=organiser,
        )


def test_uniting_goes_back_to_one_draw(task, organiser):
    groups.split_by_kind(task=task, actor=organiser)
    groups.unite(task=task, actor=organiser)

    assert [s.label for s in pool_parts.strata_of(task)] == ["全部对象"]
    assert pool_preview.preview(task, DAY).total == 16


@pytest.fixture
def drawn(task, bureau, organiser, operator, witness):
    groups.split_by_kind(task=task, actor=organiser)
    sitting = cast.computed(bureau, operator, witness, tasks=[ready(task, operator)])
    return sitting


@pytest.mark.rule("A46")
def test_each_group_is_a_draw_of_its_own_in_one_sitting(drawn, task):
    first, second = drawn.draws.order_by("chain_number")

    assert [(d.n, d.reason, d.matters, d.group_name) for d in (first, second)] == [
        (1, "-", ["KC-01"], "矿山（矿业权）"),
        (1, "-", ["YD-01"], "企业"),
    ]
    assert [d.number[-4:] for d in (first, second)] == ["G1E1", "G2E1"]
    assert [d.picks.count() for d in (first, second)] == [2, 2]
    assert Task.objects.get(pk=task.pk).state == "drawn"
    announced = reads.files(second)["announcement.txt"].decode()
    assert f"task\t{announced_task(task.number, 2)}\n" in announced
    assert "scope\tkinds=enterprise\n" in announced


def test_the_lone_verifier_and_the_chain_accept_both(drawn, bureau):
    for draw in drawn.draws.all():
        assert reads.verdict(draw) == (0, "VERIFIED")

    links = reads.chain(bureau)
    assert len({(link.task, link.draw) for link in links}) == len(links) == 2
    assert lottery.chain_faults(links) == []


def test_a_void_group_is_drawn_again_alone_as_draw_2(drawn, task, bureau, operator, witness):
    first, second = drawn.draws.order_by("chain_number")
    kept = set(first.picks.values_list("pk", flat=True))
    asked = voids.request(sitting=drawn, draw=second, reason="名录有误", actor=operator)
    head = make_user("other-head", "负责人乙", bureau, "head")
    voids.decide(asked=asked, approve=True, actor=head)
    assert Task.objects.get(pk=task.pk).state == "ready"

    again = cast.prepared(bureau, operator, witnesses=[witness], tasks=[task])
    with pytest.raises(RuleError, match="已经抽取过 1 次"):
        sittings.lock(sitting=again, actor=operator)
    sittings.lock(sitting=again, actor=operator, reason="前次名录有误")

    (draw,) = again.draws.all()
    assert (draw.group_number, draw.n, draw.reason) == (2, 2, "前次名录有误")
    assert set(Pick.objects.filter(task=task, state="drawn").values_list("pk", flat=True)) == kept


def test_voiding_the_whole_sitting_takes_every_group_back(drawn, task, bureau, operator):
    asked = voids.request(sitting=drawn, reason="监督人离场", actor=operator)
    head = make_user("other-head", "负责人乙", bureau, "head")
    voids.decide(asked=asked, approve=True, actor=head)

    assert Task.objects.get(pk=task.pk).state == "ready"
    assert not Pick.objects.filter(task=task).exclude(state="voided").exists()
    assert VoidRequest.objects.get().state == "approved"


def test_groups_cannot_be_changed_to_make_a_redraw_look_like_a_first_draw(
    drawn, task, bureau, operator, organiser
):
    asked = voids.request(sitting=drawn, reason="监督人离场", actor=operator)
    head = make_user("other-head", "负责人乙", bureau, "head")
    voids.decide(asked=asked, approve=True, actor=head)
    tasks.reopen(task=task, actor=organiser)

    with pytest.raises(Conflict, match="作废的也算"):
        groups.unite(task=task, actor=organiser)
    assert Draw.objects.count() == 2


def test_a_group_excludes_only_who_is_open_for_its_own_matters(drawn, task, organiser):
    """Picked for the mines' matter: excluded from it in the next task, and free for the other matter."""
    mines, firms = task.matters.order_by("code")
    for_mines = make_task(
        task.authority, by=organiser, matters=[mines], strata=(("全部", {}, "ratio", "5"),)
    )
    for_firms = make_task(
        task.authority, by=organiser, matters=[firms], strata=(("全部", {}, "ratio", "5"),)
    )

    assert {r.code: r.count for r in pool_preview.preview(for_mines, DAY).excluded} == {
        "in_open_task": 2
    }
    assert {r.code: r.count for r in pool_preview.preview(for_firms, DAY).excluded} == {
        "in_open_task": 2
    }


def test_a_label_is_used_once_in_all_groups(task, organiser):
    first, second = groups.split_by_kind(task=task, actor=organiser)
    strata = pool_parts.parts_of(task)[0].strata

    with pytest.raises(RuleError, match="组中已有层名"):
        tasks.set_strata(task=task, strata=strata, actor=organiser, group=second)

    tasks.set_strata(task=task, strata=strata, actor=organiser, group=first)
    assert len(pool_parts.strata_of(task)) == 2


def test_what_is_not_announced_of_a_sealed_draw_is_not_said_to_the_public(
    bureau, organiser, operator, witness
):
    """A stratum's size comes with the reveal: until then only a draw of everybody says so, as its totals do."""
    cast.fill_pool(bureau)
    strata = (
        ("A类", {"classes": ["A"]}, "all", None),
        ("B类", {"classes": ["B"]}, "count", "1"),
    )
    task = make_task(bureau, by=organiser, matters=[make_matter(bureau, "KC-09")], strata=strata)
    cast.computed(
        bureau,
        operator,
        witness,
        tasks=[ready(task, operator)],
        reveal="deferred",
        reveal_by=date(2099, 12, 31),
    )

    assert "“A类”层 15 户全部检查" in selectors.chance_note(task)
    assert selectors.chance_note(task, is_public=True) == ""
