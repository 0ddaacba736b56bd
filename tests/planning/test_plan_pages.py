"""The annual plan in the browser: from an empty list to the published plan and its adjustment."""

import io

import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document

from bureau.models import Notification, OutboxMessage
from planning.models import Filing, Plan, PlanAdjustment
from tests.planning.build import make_matter, make_pool

pytestmark = pytest.mark.django_db


@pytest.fixture
def matter(bureau):
    return make_matter(bureau)


@pytest.fixture
def plan(bureau, organiser):
    return Plan.objects.create(
        authority=bureau, year=2026, title="2026年度抽查计划", created_by=organiser
    )


def typed(matter, lead, **changes):
    return {
        "name": "采矿权人抽查",
        "matters": [matter.pk],
        "is_targeted": "True",
        "ratio_mode": "percent",
        "ratio_value": "5",
        "frequency": "1次/年",
        "methods": ["on_site"],
        "period_from": "2026-03-01",
        "period_to": "2026-11-10",
        "lead": lead.pk,
    } | changes


def url(name, *args):
    return reverse(f"planning:{name}", args=args)


def test_an_organiser_makes_a_plan(client, organiser):
    client.force_login(organiser)

    answer = client.post(
        url("plan-create"), {"year": timezone.localdate().year, "title": "本年度计划"}, follow=True
    )

    assert "计划还没有条目" in answer.content.decode()


def test_the_second_plan_of_a_year_is_refused(client, organiser, bureau):
    year = timezone.localdate().year
    Plan.objects.create(authority=bureau, year=year, title="已有")
    client.force_login(organiser)

    answer = client.post(url("plan-create"), {"year": year, "title": "又一份"})

    assert f"{year} 年度的计划已经建立" in answer.content.decode()


@pytest.mark.rule("A27")
def test_base_and_estimate_are_counted_from_the_pool(client, organiser, plan, matter, division):
    make_pool(plan.authority, 30, kind="mine")
    make_pool(plan.authority, 7, start=41)
    client.force_login(organiser)

    answer = client.post(
        url("plan-item-add", plan.pk),
        typed(matter, division, scope_kinds=["mine"], ratio_value="5"),
    )

    item = plan.items.get()
    assert answer.status_code == 302
    assert (item.base_count, item.estimate, item.ratio_text) == (30, 2, "5%")
    assert item.scope_text == "矿山（矿业权）"


def test_the_live_count_answers_before_the_rest_is_typed(client, organiser, plan):
    make_pool(plan.authority, 40)
    client.force_login(organiser)

    answer = client.post(url("plan-item-count", plan.pk), {"ratio_mode": "max", "ratio_value": "5"})

    assert "<strong>40</strong>" in answer.content.decode()
    assert "<strong>2</strong>" in answer.content.decode()


@pytest.mark.rule("A01")
def test_a_matter_that_has_ended_is_refused(client, organiser, plan, bureau, division):
    ended = make_matter(bureau, "KC-09", state="ended")
    client.force_login(organiser)

    answer = client.post(url("plan-item-add", plan.pk), typed(ended, division))

    assert answer.status_code == 200
    assert not plan.items.exists()


@pytest.mark.rule("A26")
def test_a_matter_without_item_is_named_and_submitting_asks_for_the_reason(
    client, organiser, plan, matter, division, bureau
):
    make_matter(bureau, "LY-01", name="林木采伐许可抽查")
    client.force_login(organiser)
    client.post(url("plan-item-add", plan.pk), typed(matter, division))

    page = client.get(url("plan-detail", plan.pk)).content.decode()
    refused = client.post(url("plan-submit", plan.pk), {"note": ""}).content.decode()
    client.post(url("plan-submit", plan.pk), {"note": "上级统一抽查，不列入县级计划"})

    assert "林木采伐许可抽查（LY-01" in page
    assert "未列入的执行中事项：林木采伐许可抽查" in refused
    plan.refresh_from_db()
    assert plan.state == "submitted"


def submitted(client, organiser, plan, matter, division):
    client.force_login(organiser)
    client.post(url("plan-item-add", plan.pk), typed(matter, division))
    client.post(url("plan-submit", plan.pk), {"note": ""})


def published(client, organiser, head, publisher, plan, matter, division):
    submitted(client, organiser, plan, matter, division)
    client.force_login(head)
    client.post(url("plan-approve", plan.pk))
    client.force_login(publisher)
    client.post(url("plan-publish", plan.pk))
    plan.refresh_from_db()


@pytest.mark.rule("A30")
@pytest.mark.rule("A41")
def test_publishing_puts_it_outside_and_files_it_above(
    client, organiser, head, publisher, plan, matter, division, superior
):
    published(client, organiser, head, publisher, plan, matter, division)

    assert plan.state == "published"
    assert OutboxMessage.objects.filter(kind="public.plan", key__endswith=f"{plan.pk}:1").exists()
    assert Notification.objects.filter(user=superior, text__contains="备案").exists()

    client.force_login(superior)
    filing = Filing.objects.get(plan=plan)
    client.post(url("filing-receive", plan.pk, filing.pk))
    filing.refresh_from_db()
    assert filing.received_by == superior


def test_who_drafted_does_not_approve(client, everyone, bureau, matter, division):
    own = Plan.objects.create(authority=bureau, year=2026, title="自己编制", created_by=everyone)
    submitted(client, everyone, own, matter, division)

    answer = client.post(url("plan-approve", own.pk))

    own.refresh_from_db()
    assert answer.status_code == 403
    assert "审批须由另一位负责人办理" in answer.content.decode()
    assert own.state == "submitted"


def test_approving_twice_says_what_happened(client, organiser, head, plan, matter, division):
    submitted(client, organiser, plan, matter, division)
    client.force_login(head)
    client.post(url("plan-approve", plan.pk))

    answer = client.post(url("plan-approve", plan.pk))

    assert answer.status_code == 409
    assert "批准年度计划" in answer.content.decode()


def test_a_returned_plan_shows_the_reason(client, organiser, deputy, plan, matter, division):
    submitted(client, organiser, plan, matter, division)
    client.force_login(deputy)
    client.post(url("plan-return", plan.pk), {"note": "比例偏低，请核对"})

    client.force_login(organiser)
    page = client.get(url("plan-detail", plan.pk)).content.decode()

    assert "比例偏低，请核对" in page
    assert "增加条目" in page


@pytest.mark.rule("A31")
def test_an_adjustment_shows_before_and_after_and_raises_the_version(
    client, organiser, head, publisher, plan, matter, division, superior
):
    published(client, organiser, head, publisher, plan, matter, division)
    item = plan.items.get()
    client.force_login(organiser)
    asked = client.post(
        url("adjustment-change", plan.pk, item.pk),
        typed(matter, division, ratio_value="8", reason="上级要求提高比例"),
    )
    adjustment = PlanAdjustment.objects.get()

    page = client.get(asked.url).content.decode()
    item.refresh_from_db()
    untouched = item.ratio_text
    client.force_login(head)
    client.post(url("adjustment-decide", adjustment.pk), {"decision": "approve", "note": ""})

    item.refresh_from_db()
    plan.refresh_from_db()
    assert "比例（%）或户数" in page
    assert (untouched, item.ratio_text, plan.version) == ("5%", "8%", 2)
    assert OutboxMessage.objects.filter(kind="public.adjustment").count() == 1
    assert Filing.objects.filter(plan=plan, version=2, adjustment=adjustment).exists()


@pytest.mark.rule("A31")
def test_a_refused_adjustment_changes_nothing_and_needs_its_reason(
    client, organiser, head, publisher, plan, matter, division
):
    published(client, organiser, head, publisher, plan, matter, division)
    item = plan.items.get()
    client.force_login(organiser)
    client.post(url("adjustment-remove", plan.pk, item.pk), {"note": "对象已注销"})
    adjustment = PlanAdjustment.objects.get()

    client.force_login(head)
    without = client.post(url("adjustment-decide", adjustment.pk), {"decision": "refuse"})
    client.post(url("adjustment-decide", adjustment.pk), {"decision": "refuse", "note": "仍有对象"})

    item.refresh_from_db()
    adjustment.refresh_from_db()
    assert without.status_code == 200
    assert (item.state, adjustment.state) == ("active", "refused")


def test_the_plan_comes_as_word_and_as_print(client, organiser, plan, matter, division):
    client.force_login(organiser)
    client.post(url("plan-item-add", plan.pk), typed(matter, division, name="=采矿权人抽查"))

    word = client.get(url("plan-docx", plan.pk))
    printed = client.get(url("plan-print", plan.pk)).content.decode()

    table = Document(io.BytesIO(word.content)).tables[0]
    assert [cell.text for cell in table.rows[1].cells][:3] == ["1", "=采矿权人抽查", matter.name]
    assert "=采矿权人抽查" in printed


def test_another_bureau_does_not_see_the_plan(client, outsider, plan):
    client.force_login(outsider)

    assert client.get(url("plan-detail", plan.pk)).status_code == 404


def test_the_page_takes_as_many_queries_for_twelve_items_as_for_two(
    client, organiser, plan, matter, division, django_assert_max_num_queries
):
    client.force_login(organiser)
    for n in range(12):
        client.post(url("plan-item-add", plan.pk), typed(matter, division, name=f"条目{n}"))

    client.get(url("plan-detail", plan.pk))  # the masthead counts once
    with django_assert_max_num_queries(32):
        client.get(url("plan-detail", plan.pk))
