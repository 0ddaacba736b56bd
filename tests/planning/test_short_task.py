"""Five firms to draw: one page from the plan item, one press for the keeper, and the task is ready."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from bureau.models import RuleSetting
from planning.models import Plan, PlanItem, Task
from planning.selectors import pool_parts, pool_preview, pools
from publication.selectors import content
from tests.people import make_user
from tests.planning.build import DAY, make_inspector, make_matter, make_pool

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def spring():
    with time_machine.travel("2026-03-02 04:00:00Z"):
        yield


@pytest.fixture
def item(bureau, division, station):
    make_pool(bureau, 5, kind="mine")
    make_pool(bureau, 9, start=100)
    make_inspector(bureau, 1, unit=station)
    plan = Plan.objects.create(authority=bureau, year=2026, title="2026年度计划", state="published")
    item = PlanItem.objects.create(
        plan=plan,
        number=1,
        name="矿山抽查",
        scope={"kinds": ["mine"]},
        scope_text="矿山",
        ratio_mode="percent",
        ratio_value="40",
        estimate=2,
        period_from=date(2026, 3, 1),
        period_to=date(2026, 11, 10),
        lead=division,
    )
    item.matters.add(make_matter(bureau, "KC-01", object_kinds=["mine"]))
    return item


def url(name, *args):
    return reverse(f"planning:{name}", args=args)


def typed(station, **changes):
    return {
        "name": "矿山抽查",
        "window_from": "2026-03-10",
        "window_to": "2026-04-30",
        "executing": [station.pk],
        "count": "2",
    } | changes


@pytest.mark.rule("A43")
def test_the_page_is_filled_in_and_says_the_strata_in_one_line(client, organiser, item, station):
    client.force_login(organiser)

    page = client.get(url("task-short", item.pk)).content.decode()

    assert '<strong class="num">5</strong> 户中抽' in page
    assert 'value="2"' in page
    assert page.count(" checked") == 1  # the only unit with officers


@pytest.mark.rule("A43")
@pytest.mark.rule("A18")
def test_two_forms_and_three_presses_make_a_task_ready(client, bureau, organiser, item, station):
    keeper = make_user("keeper", "管库员", bureau, "division_admin")
    client.force_login(organiser)
    client.post(url("task-short", item.pk), typed(station))
    task = Task.objects.get()
    client.force_login(keeper)
    client.post(url("task-confirm", task.pk), {"pool": "both"})
    client.force_login(organiser)
    client.post(url("task-ready", task.pk))

    task.refresh_from_db()
    [stratum] = pool_parts.strata_of(task)
    assert task.state == "ready"
    assert (stratum.label, stratum.mode, stratum.value) == ("全部对象", "count", 2)
    assert task.scope == {"kinds": ["mine"]}
    assert "抽查范围" in task.scheme


def test_as_many_as_there_are_is_everybody_and_said_so(client, organiser, item, station):
    client.force_login(organiser)

    answer = client.post(url("task-short", item.pk), typed(station, count="5"))

    page = client.get(answer.url).content.decode()
    assert pool_parts.strata_of(Task.objects.get())[0].mode == "all"
    assert "5 户候选全部检查，没有一户是随机选出的" in page


def test_more_than_there_are_is_refused_and_nothing_is_made(client, organiser, item, station):
    client.force_login(organiser)

    answer = client.post(url("task-short", item.pk), typed(station, count="6"))

    assert answer.status_code == 422
    assert "候选有 5 户，抽取数须在 1 与 5 之间" in answer.content.decode()
    assert not Task.objects.exists()


@pytest.fixture
def task(client, bureau, organiser, item, station):
    client.force_login(organiser)
    client.post(url("task-short", item.pk), typed(station))
    return Task.objects.get()


def test_a_tiny_pool_may_be_named_directly_on_record(client, bureau, organiser, task):
    keeper = make_user("keeper", "管库员", bureau, "division_admin")
    client.force_login(keeper)
    client.post(url("task-confirm", task.pk), {"pool": "both"})
    client.force_login(organiser)
    first, second, *_ = (
        r.entity_id for r in pools.classified(task, DAY).order_by("entity__public_code")
    )

    without = client.post(url("task-direct", task.pk), {"entities": [first]})
    client.post(
        url("task-direct", task.pk),
        {"entities": [first, second], "reason": "其余三座矿山停产，上级已实地核实"},
    )

    task.refresh_from_db()
    page = client.get(url("task-detail", task.pk)).content.decode()
    assert without.status_code == 422
    assert (task.state, task.draw_source) == ("drawn", "direct")
    assert set(task.picks.values_list("entity_id", "draw")) == {(first, None), (second, None)}
    assert "没有一户是随机选出的" in page
    assert "其余三座矿山停产" in page
    notice = content.task_notice(task)
    assert notice["draw_source"] == "直接指定（未摇号）"
    assert "没有一户是随机选出的" in notice["chance"]


@pytest.mark.rule("A18")
def test_naming_directly_needs_both_pools_confirmed_and_says_by_whom(
    client, bureau, organiser, task
):
    make_user("keeper", "管库员", bureau, "division_admin")
    first = pools.classified(task, DAY).first().entity_id

    answer = client.post(url("task-direct", task.pk), {"entities": [first], "reason": "只此一座"})

    assert answer.status_code == 422
    assert "请由内设机构管理员管库员在任务页确认" in answer.content.decode()


def test_a_pool_above_the_set_number_must_be_drawn(client, bureau, task):
    RuleSetting.objects.create(authority=bureau, key="tiny_pool", value=4, citation="局务会")

    answer = client.get(url("task-direct", task.pk))

    assert answer.status_code == 422
    assert "候选有 5 户；只有候选不多于 4 户的任务才能直接指定" in answer.content.decode()


def test_matters_with_different_pools_are_announced_as_groups_instead(
    client, organiser, item, station
):
    item.scope = {}
    item.save(update_fields=["scope"])
    item.matters.add(make_matter(item.plan.authority, "YD-01", object_kinds=["enterprise"]))
    client.force_login(organiser)

    page = client.get(url("task-short", item.pk)).content.decode()
    client.post(url("task-short", item.pk), typed(station, count=""))

    found = pool_preview.previews(Task.objects.get(), DAY)
    assert "分 2 组分别抽取" in page
    assert "户中抽" not in page
    assert [(part.codes, preview.k) for part, preview in found] == [(["KC-01"], 2), (["YD-01"], 4)]
