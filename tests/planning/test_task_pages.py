"""A task in the browser: from the plan item to 待摇号, or with a superior's list straight to drawn."""

import io
from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document
from openpyxl import Workbook

from bureau.models import AuditEvent
from planning.models import Pick, Plan, PlanItem, PoolConfirmation, Task
from planning.selectors import pool_preview, waiting
from planning.services import picks
from planning.services import pools as confirming
from tests.planning import sitting_cast
from tests.planning.build import (
    DAY,
    make_inspector,
    make_listing,
    make_matter,
    make_pool,
    make_task,
)

pytestmark = pytest.mark.django_db
NOON = time_machine.travel("2026-03-02 04:00:00Z")


@pytest.fixture(autouse=True)
def spring():
    with NOON:
        yield


@pytest.fixture
def matter(bureau):
    return make_matter(bureau)


@pytest.fixture
def item(bureau, division, matter, organiser):
    plan = Plan.objects.create(
        authority=bureau, year=2026, title="2026年度抽查计划", state="published"
    )
    item = PlanItem.objects.create(
        plan=plan,
        number=3,
        name="采矿权人抽查",
        scope={"kinds": ["mine"]},
        scope_text="矿山（矿业权）",
        ratio_mode="percent",
        ratio_value="10",
        estimate=2,
        period_from=date(2026, 3, 1),
        period_to=date(2026, 11, 10),
        lead=division,
    )
    item.matters.add(matter)
    return item


def url(name, *args):
    return reverse(f"planning:{name}", args=args)


def typed(matter, unit, station, **changes):
    return {
        "name": "采矿权人抽查",
        "unit": unit.pk,
        "matters": [matter.pk],
        "window_from": "2026-03-10",
        "window_to": "2026-04-30",
        "executing": [station.pk],
        "team_size": "2",
        "reserve": "0",
        "draw_source": "own",
    } | changes


@pytest.fixture
def task(bureau, organiser, matter, station):
    """Everything set but the confirmations."""
    make_pool(bureau, 20)
    make_inspector(bureau, 1, unit=station)
    return make_task(
        bureau,
        by=organiser,
        matters=[matter],
        units=[station],
        strata=(("全部对象", {}, "ratio", "10"),),
    )


@pytest.mark.rule("A43")
def test_a_task_of_an_item_takes_its_scope_ratio_and_number(
    client, organiser, item, matter, division, station
):
    make_pool(item.plan.authority, 15, kind="mine")
    client.force_login(organiser)

    answer = client.post(
        f"{url('task-create')}?item={item.pk}",
        typed(matter, division, station, scope_kinds=["mine"]),
    )

    task = Task.objects.get()
    page = client.get(answer.url).content.decode()
    assert task.number == "示自然资双随机〔2026〕1号"
    assert task.scope == {"kinds": ["mine"]}
    assert pool_preview.preview(task, DAY).k == 2
    assert "2026年度抽查计划第 3 项" in page


@pytest.mark.rule("A34")
def test_an_ad_hoc_task_needs_its_reason(client, organiser, matter, division, station):
    client.force_login(organiser)

    without = client.post(url("task-create"), typed(matter, division, station))
    client.post(
        url("task-create"), typed(matter, division, station, ad_hoc_reason="上级部署专项行动")
    )

    assert without.status_code == 200
    assert Task.objects.get().ad_hoc_reason == "上级部署专项行动"


@pytest.mark.rule("A48")
def test_a_special_draw_needs_its_basis(client, organiser, matter, division, station):
    client.force_login(organiser)

    answer = client.post(
        url("task-create"),
        typed(matter, division, station, ad_hoc_reason="专项", is_special="on"),
    )

    assert "须写明专项依据" in answer.content.decode()
    assert not Task.objects.exists()


def layers(*rows):
    fields = {"layers": str(len(rows))}
    for n, (label, mode, value, scope) in enumerate(rows):
        fields |= {f"s{n}-label": label, f"s{n}-mode": mode, f"s{n}-value": value}
        fields |= {f"s{n}-scope_{name}": values for name, values in scope.items()}
    return fields


@pytest.mark.rule("A46")
def test_strata_are_counted_before_they_are_saved(client, organiser, task):
    make_listing(task.authority, 31, credit_class="D")
    client.force_login(organiser)
    form = layers(("信用D类", "all", "", {"classes": ["D"]}), ("其余", "at_most", "20", {}))

    counted = client.post(
        url("task-strata", task.pk), form | {"action": "preview"}, headers={"HX-Request": "true"}
    ).content.decode()
    unsaved = list(task.strata.values_list("label", flat=True))
    client.post(url("task-strata", task.pk), form | {"action": "save"})

    assert counted.lstrip().startswith('<div id="counts"')
    assert "<strong>4</strong>" in counted
    assert unsaved == ["全部对象"]
    assert [(s.label, s.mode) for s in task.strata.all()] == [
        ("信用D类", "all"),
        ("其余", "at_most"),
    ]


def test_a_label_that_cannot_stand_in_the_draw_files_is_refused(client, organiser, task):
    client.force_login(organiser)

    answer = client.post(
        url("task-strata", task.pk),
        layers(("甲|乙", "ratio", "5", {})) | {"action": "save"},
    )

    assert "不能使用的字符“|”" in answer.content.decode()


def test_one_more_layer_keeps_what_was_typed(client, organiser, task):
    client.force_login(organiser)

    answer = client.post(
        url("task-strata", task.pk), layers(("甲层", "ratio", "5", {})) | {"action": "add"}
    ).content.decode()

    assert 'value="甲层"' in answer
    assert 'name="s1-label"' in answer


@pytest.mark.rule("A32")
def test_the_scheme_is_drafted_from_the_task_and_comes_as_word(client, organiser, task):
    Task.objects.filter(pk=task.pk).update(scheme="")
    client.force_login(organiser)

    page = client.get(url("task-scheme", task.pk)).content.decode()
    client.post(url("task-scheme", task.pk), {"scheme": "一、抽查时间\n三月。"})
    word = client.get(url("task-scheme-docx", task.pk))

    assert "20 户候选中抽取 2 户" in page
    lines = [paragraph.text for paragraph in Document(io.BytesIO(word.content)).paragraphs]
    assert "三月。" in lines


def confirm_both(client, person, task):
    client.force_login(person)
    for pool in PoolConfirmation.Pool.values:
        client.post(url("task-confirm", task.pk), {"pool": pool})


@pytest.mark.rule("A18")
def test_a_task_is_ready_once_the_keepers_have_confirmed(client, organiser, division_admin, task):
    client.force_login(organiser)
    early = client.post(url("task-ready", task.pk))
    confirm_both(client, division_admin, task)
    client.force_login(organiser)
    client.post(url("task-ready", task.pk))

    task.refresh_from_db()
    assert early.status_code == 422
    assert "请由内设机构管理员测内设机在任务页确认" in early.content.decode()
    assert task.state == "ready"
    assert PoolConfirmation.objects.get(task=task, pool="entities").count == 20


@pytest.mark.rule("A18")
def test_the_organiser_of_the_task_may_not_confirm(client, everyone, bureau, matter, station):
    make_pool(bureau, 3)
    own = make_task(bureau, by=everyone, matters=[matter], units=[station])
    client.force_login(everyone)

    answer = client.post(url("task-confirm", own.pk), {"pool": "entities"})

    assert answer.status_code == 403
    assert "两库须由名录库管理人员确认" in answer.content.decode()


@pytest.mark.rule("A18")
def test_a_pool_that_changes_afterwards_must_be_confirmed_again(client, division_admin, task):
    confirm_both(client, division_admin, task)
    make_listing(task.authority, 40)

    with pytest.raises(confirming.RuleError) as refusal:
        confirming.require_confirmed(task=task, today=DAY)
    page = client.get(url("task-detail", task.pk)).content.decode()

    assert "检查对象名录库在测内设机确认之后有变动（确认时 20，现为 21）" in refusal.value.message
    assert "执法检查人员名录库" not in refusal.value.message
    assert "确认后有变动，须重新确认" in page


def test_gaps_are_all_named_at_once(client, organiser, bureau, matter):
    empty = make_task(bureau, by=organiser, matters=[matter], scheme="")
    client.force_login(organiser)

    said = client.post(url("task-ready", empty.pk)).content.decode()

    for gap in ("没有选择执行单位", "没有实施方案", "没有设置抽取分层"):
        assert gap in said


def test_a_cancelled_task_keeps_its_number_and_reason(client, organiser, task):
    client.force_login(organiser)
    client.post(url("task-cancel", task.pk), {"note": "与专项检查重复"})

    task.refresh_from_db()
    assert task.state == "cancelled"
    assert AuditEvent.objects.filter(label="撤销任务：与专项检查重复").exists()


@pytest.fixture
def platform_task(bureau, organiser, matter, station):
    return make_task(
        bureau,
        by=organiser,
        matters=[matter],
        units=[station],
        draw_source="platform",
        platform_name="河北省双随机执法监管平台",
        platform_number="HB-2026-0117",
    )


@pytest.mark.rule("A108")
def test_a_platform_list_becomes_picks_without_a_draw(client, organiser, platform_task, station):
    first, second = make_pool(platform_task.authority, 2)
    client.force_login(organiser)

    client.post(
        url("task-platform", platform_task.pk),
        {"receipt": "回执8812", "codes": f"{second.entity.code}\n {first.entity.code.lower()} "},
    )

    platform_task.refresh_from_db()
    page = client.get(url("task-picks", platform_task.pk)).content.decode()
    assert platform_task.state == "drawn"
    assert [(p.entity_id, p.rank, p.unit_id, p.draw_id) for p in Pick.objects.order_by("rank")] == [
        (second.entity_id, 1, station.pk, None),
        (first.entity_id, 2, station.pk, None),
    ]
    assert "不可复算" in page


@pytest.mark.rule("A108")
def test_unknown_codes_are_named_by_row_and_nothing_is_taken_over(client, organiser, platform_task):
    [known] = make_pool(platform_task.authority, 1)
    book, out = Workbook(), io.BytesIO()
    for row in (["2026年抽取名单"], ["序号", "企业名称", "统一社会信用代码"]):
        book.active.append(row)
    book.active.append([1, "甲", known.entity.code])
    book.active.append([2, "乙", "91990122MA0000999X"])
    book.save(out)
    client.force_login(organiser)

    answer = client.post(
        url("task-platform", platform_task.pk),
        {"receipt": "回执8812", "upload": SimpleUploadedFile("名单.xlsx", out.getvalue())},
    )

    assert "第 4 行“91990122MA0000999X”" in answer.content.decode()
    assert not Pick.objects.exists()


def test_the_last_pick_closes_the_task(bureau, organiser, task):
    first, second = task.authority.listings.order_by("id")[:2]
    Task.objects.filter(pk=task.pk).update(state="dispatched")
    one, two = (
        Pick.objects.create(
            authority=bureau, task=task, entity=row.entity, rank=n, state="dispatched"
        )
        for n, row in enumerate((first, second), 1)
    )

    picks.mark(one, state="done", actor=organiser)
    task.refresh_from_db()
    half = task.state
    picks.mark(two, state="deemed_done", actor=organiser)
    task.refresh_from_db()

    assert (half, task.state) == ("dispatched", "closed")


def test_the_keepers_desk_asks_for_the_confirmation(division_admin, organiser, task):
    assert [i.verb for i in waiting.for_user(division_admin, DAY)] == ["确认两库"]
    assert "设置抽查任务" in [i.verb for i in waiting.for_user(organiser, DAY)]


def test_another_bureau_does_not_see_the_task(client, outsider, task):
    client.force_login(outsider)

    assert client.get(url("task-detail", task.pk)).status_code == 404


def test_the_page_takes_as_many_queries_for_five_strata_as_for_one(
    client, organiser, bureau, matter, station, django_assert_max_num_queries
):
    make_pool(bureau, 10, credit_class="A")
    strata = tuple(
        (f"层{n}", {"classes": ["A"], "tags": [f"t{n}"]}, "ratio", "5") for n in range(5)
    )
    five = make_task(bureau, by=organiser, matters=[matter], units=[station], strata=strata)
    client.force_login(organiser)

    client.get(url("task-detail", five.pk))  # the masthead counts once
    with django_assert_max_num_queries(41):
        client.get(url("task-detail", five.pk))


def test_the_list_takes_as_many_queries_for_many_tasks(
    client, organiser, bureau, matter, django_assert_max_num_queries
):
    for _ in range(8):
        make_task(bureau, by=organiser, matters=[matter])
    client.force_login(organiser)

    client.get(url("task-list"))  # the masthead counts once
    with django_assert_max_num_queries(12):
        answer = client.get(url("task-list"))
    assert answer.content.decode().count('<span class="sub">示自然资双随机') == 8


@pytest.mark.rule("A58")
def test_a_look_at_a_sealed_list_is_recorded_and_closed_to_others(
    client, bureau, organiser, reviewer, witness
):
    sitting_cast.fill_pool(bureau)
    sitting = sitting_cast.computed(
        bureau, organiser, witness, reveal="deferred", reveal_by=date(2026, 12, 31)
    )
    task = sitting.tasks.get()
    client.force_login(organiser)
    page = client.get(url("task-picks", task.pk)).content.decode()
    client.force_login(reviewer)
    refused = client.get(url("task-picks", task.pk))

    assert "名单尚未公开" in page
    assert refused.status_code == 403
    assert AuditEvent.objects.filter(action="task.sealed_list_seen").count() == 1


def test_a_change_that_comes_too_late_is_a_conflict_and_no_form_error(
    client, organiser, task, matter, bureau, station
):
    task.state = "ready"
    task.save(update_fields=["state"])
    client.force_login(organiser)

    answer = client.post(url("task-change", task.pk), typed(matter, bureau, station))

    assert answer.status_code == 409
    assert "请先退回草稿" in answer.content.decode()
