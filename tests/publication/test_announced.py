"""What planning and inspections announce: plan, adjustment and task notice arrive through the outbox, once (A31, A47)."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from bureau.models import OutboxMessage
from bureau.services import outbox
from planning.models import Plan, PlanAdjustment, PlanItem
from publication.models import PublicEntry, PublicRecord
from publication.rules import frozen
from publication.selectors.content import plan_subject
from publication.services import records
from tests.inspections.dispatch_cast import TODAY, make_drawn_task, make_full_matter
from tests.planning.build import make_listing

pytestmark = pytest.mark.django_db


def shown(name, entry) -> str:
    return Client().get(reverse(f"public:{name}", kwargs={"pk": entry.pk})).content.decode()


def announced(task, actor):
    from inspections.services import dispatch

    dispatch.dispatch(task=task, actor=actor, today=TODAY)
    outbox.deliver_waiting()
    return PublicEntry.objects.get(kind="task_notice")


@pytest.mark.rule("A47")
def test_a_task_notice_is_published_at_dispatch_without_names(bureau, organiser):
    task = make_drawn_task(bureau, [make_listing(bureau, 1)], by=organiser)

    entry = announced(task, organiser)

    page = shown("task-notice", entry)
    assert "1 家" in page
    assert "示范企业1号" not in page
    assert "示范企业1号" not in bytes(entry.record.content).decode()


def test_names_stand_in_the_notice_only_where_the_task_says_so_and_persons_never(bureau, organiser):
    listings = [make_listing(bureau, 1), make_listing(bureau, 2, kind="person")]
    listings[1].entity.name = "纪砚青"
    listings[1].entity.save(update_fields=["name"])
    task = make_drawn_task(bureau, listings, by=organiser, names_in_notice=True)

    page = shown("task-notice", announced(task, organiser))

    assert "示范企业1号" in page
    assert "纪**" in page
    assert "纪砚青" not in page
    assert listings[1].entity.public_code not in page


def test_a_message_delivered_twice_is_one_record(bureau, organiser):
    task = make_drawn_task(bureau, [make_listing(bureau, 1)], by=organiser)
    announced(task, organiser)

    OutboxMessage.objects.filter(kind="public.task_notice").update(state="waiting")
    outbox.deliver_waiting()

    assert PublicRecord.objects.filter(kind="task_notice").count() == 1
    assert OutboxMessage.objects.get(kind="public.task_notice").receipt["version"] == 1


def make_plan(bureau, organiser) -> Plan:
    plan = Plan.objects.create(
        authority=bureau,
        year=2026,
        title="2026年度抽查计划",
        state="published",
        created_by=organiser,
    )
    item = PlanItem.objects.create(
        plan=plan,
        number=1,
        name="采矿权人抽查",
        ratio_mode="percent",
        ratio_value=5,
        ratio_text="5%",
        estimate=12,
        scope_text="全部",
        methods=["on_site"],
        period_from=date(2026, 3, 1),
        period_to=date(2026, 11, 30),
        lead=bureau,
    )
    item.matters.set([make_full_matter(bureau)])
    return plan


@pytest.mark.rule("A31")
def test_an_adjustment_shows_before_and_after_and_the_plan_gets_a_new_version(
    bureau, organiser, head
):
    from planning.selectors import plans

    plan = make_plan(bureau, organiser)
    first = records.publish_plan(plan=plan)
    item = plan.items.get()
    before = plans.values_of(item).as_json()
    after = before | {"estimate": 20}
    PlanItem.objects.filter(pk=item.pk).update(estimate=20)
    adjustment = PlanAdjustment.objects.create(
        plan=plan,
        number=1,
        reason="上级新增任务",
        changes=[{"op": "change", "item": item.pk, "before": before, "after": after}],
        state="approved",
        requested_by=organiser,
        decided_by=head,
    )
    outbox.put(
        kind="public.adjustment",
        key="k",
        label="调整",
        authority=bureau,
        payload={"plan": plan.pk, "adjustment": adjustment.pk, "version": 2},
    )

    outbox.deliver_waiting()

    entry = PublicEntry.objects.get(subject=plan_subject(plan))
    page = shown("plan-detail", entry)
    assert (entry.record.version, entry.record.previous_sha256) == (2, first.sha256)
    assert frozen.thaw(bytes(entry.record.content))["items"][0]["estimate"] == 20
    assert "上级新增任务" in page
    assert ">12<" in page
    assert ">20<" in page
    assert OutboxMessage.objects.get().error == ""
