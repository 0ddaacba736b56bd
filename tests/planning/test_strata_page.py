"""The strata builder in the browser: pool, bounds, filters of the register, the class table, overlaps, groups."""

import pytest
import time_machine
from django.urls import reverse

from bureau.models import RuleSetting
from planning.selectors import pool_parts, pool_preview
from registry.models import SavedFilter
from tests.planning.build import DAY, make_inspector, make_matter, make_pool, make_task

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def spring():
    with time_machine.travel("2026-03-02 04:00:00Z"):
        yield


@pytest.fixture
def task(bureau, organiser, station):
    make_pool(bureau, 20, credit_class="A", tags=["砂石"])
    make_pool(bureau, 10, start=100, credit_class="D")
    make_pool(bureau, 4, start=200, credit_class="-", kind="mine")
    make_inspector(bureau, 1, unit=station)
    return make_task(
        bureau,
        by=organiser,
        matters=[make_matter(bureau)],
        units=[station],
        strata=(("全部对象", {}, "ratio", "10"),),
    )


def address(task, name="task-strata", query=""):
    return reverse(f"planning:{name}", args=[task.pk]) + query


def layer(number, label, mode="ratio", value="10", **more):
    fields = {"label": label, "mode": mode, "value": value} | more
    return {f"s{number}-{name}": typed for name, typed in fields.items()}


def typed(*layers, action="save", **pool):
    found = {"layers": str(len(layers)), "action": action, "t-targeted": "0"}
    for one in layers:
        found |= one
    return found | {f"t-{name}": value for name, value in pool.items()}


@pytest.mark.rule("A45")
@pytest.mark.rule("A46")
def test_pool_bounds_reserve_and_batches_are_saved_together(client, organiser, task):
    client.force_login(organiser)

    client.post(
        address(task),
        typed(
            layer(0, "A类", scope_classes=["A"], minimum="3", maximum="5", reserve="2"),
            layer(1, "D类", mode="all", value="", scope_classes=["D"], batches="3"),
            targeted="1",
            scope_kinds=["enterprise"],
        ),
    )

    task.refresh_from_db()
    first, second = pool_preview.preview(task, DAY).strata
    assert (task.scope, task.is_targeted) == ({"kinds": ["enterprise"]}, True)
    assert (first.k, first.stratum.reserve, first.how) == (3, 2, "10%，至少 3 户，至多 5 户")
    assert (second.k, second.how) == (10, "全部，分 3 批")


@pytest.mark.rule("A46")
def test_bounds_that_contradict_each_other_are_named(client, organiser, task):
    client.force_login(organiser)

    page = client.post(
        address(task),
        typed(
            layer(0, "A类", minimum="9", maximum="5"), layer(1, "D类", mode="count", batches="2")
        ),
    ).content.decode()

    assert "第 1 层“A类”的至少 9 户大于至多 5 户" in page
    assert "第 2 层“D类”不是全部检查，不排检查批次" in page
    assert [s.label for s in pool_parts.strata_of(task)] == ["全部对象"]


@pytest.mark.rule("A46")
def test_overlap_and_who_is_left_over_are_said(client, organiser, task):
    client.force_login(organiser)

    page = client.post(
        address(task),
        typed(
            layer(0, "砂石", scope_tags="砂石"),
            layer(1, "A类", scope_classes=["A"]),
            action="preview",
        ),
        headers={"HX-Request": "true"},
    ).content.decode()

    assert "20 户同时符合“砂石”和“A类”，归入前一层" in page
    assert "不属于任何一层" in page
    assert "示范企业100号" in page


def test_a_saved_filter_of_the_register_becomes_conditions(client, organiser, task):
    mine = SavedFilter.objects.create(
        user=organiser,
        authority=task.authority,
        name="D类企业",
        query="credit=D&kind=enterprise&q=砂",
    )
    client.force_login(organiser)

    page = client.post(
        address(task), typed(layer(0, "甲", saved=str(mine.pk)), action="filter")
    ).content.decode()

    assert "已套用常用筛选“D类企业”。其中名称或代码不能作为抽查条件，没有带入。" in page
    assert "信用风险分类：D 类" in page


def test_a_filter_of_somebody_else_is_not_applied(client, organiser, head, task):
    other = SavedFilter.objects.create(
        user=head, authority=task.authority, name="别人的", query="credit=D"
    )
    client.force_login(organiser)

    page = client.post(
        address(task), typed(layer(0, "甲", saved=str(other.pk)), action="filter")
    ).content.decode()

    assert "已经删除，请重新选择" in page


@pytest.mark.rule("A104")
@pytest.mark.rule("A36")
def test_one_press_takes_the_ratios_of_the_bureaus_table_with_its_citation(client, organiser, task):
    RuleSetting.objects.create(
        authority=task.authority,
        key="class_ratios",
        value="A 0-5；D 61-100",
        citation="示自然资〔2026〕3号",
    )
    client.force_login(organiser)

    page = client.post(address(task), typed(layer(0, "全部"), action="classes")).content.decode()

    assert "示自然资〔2026〕3号" in page
    assert "不超过 5%" in page
    assert '<td class="num"><strong>7</strong></td>' in page  # 61 % of ten D firms


@pytest.mark.rule("A104")
def test_a_ratio_outside_the_table_is_warned_of_and_saved(client, organiser, task):
    client.force_login(organiser)
    answer = client.post(address(task), typed(layer(0, "D类", value="10", scope_classes=["D"])))

    page = client.get(answer.url).content.decode()

    assert "D类 10 户抽 1 户，为 10%；本单位比例表为不低于 61%" in page
    assert [s.label for s in pool_parts.strata_of(task)] == ["D类"]


def test_a_directed_draw_without_a_condition_is_refused(client, organiser, task):
    client.force_login(organiser)

    page = client.post(address(task), typed(layer(0, "甲"), targeted="1")).content.decode()

    assert "定向抽查至少要有一个条件" in page


@pytest.mark.rule("A46")
def test_different_pools_are_split_by_a_button_and_built_one_by_one(client, organiser, task):
    mines = make_matter(task.authority, "KS-01", object_kinds=["mine"])
    task.matters.first().__class__.objects.filter(code="KC-01").update(object_kinds=["enterprise"])
    task.matters.add(mines)
    client.force_login(organiser)
    before = client.get(address(task, "task-detail")).content.decode()

    client.post(address(task, "task-groups"), {"action": "split"})
    client.post(
        address(task, query="?group=2"),
        typed(layer(0, "矿山全查", mode="all", value=""), targeted="1", scope_kinds=["mine"]),
    )

    first, second = pool_parts.parts_of(type(task).objects.get(pk=task.pk))
    page = client.get(address(task, "task-detail")).content.decode()
    assert "按检查对象分为 2 组" in before
    assert [s.label for s in first.strata] == ["企业"]
    assert [s.label for s in second.strata] == ["矿山全查"]
    assert "企业：各层抽取数" in page
    assert "4 户候选全部检查，没有一户是随机选出的" in page
