"""检查审批 against the yearly limits, in an emergency, and as a printed form (A95, A96, A97, A101)."""

from datetime import date

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from bureau.errors import RuleError
from bureau.models import AuditEvent, RuleSetting
from bureau.rules import caps
from inspections.models import InspectionOrder, Visit
from inspections.selectors import order_form
from inspections.selectors import orders as reading
from inspections.services import orders, reminders_before
from registry.models import LedgerEntry, Listing
from tests.inspections.dispatch_cast import (
    TODAY,
    assigned,
    dispatched,
    give,
    make_officers,
    task_of,
)
from tests.planning.build import hit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2026-03-12T10:00:00+08:00", tick=False):
        yield


@pytest.fixture
def both(organiser, bureau):
    return give(organiser, bureau, "coordinator")


@pytest.fixture
def visits(bureau, both):
    officers = make_officers(bureau, 2)
    return [assigned(visit, both, officers) for visit in dispatched(bureau, both, 2)]


@pytest.fixture
def over(bureau, visits):
    """The first visit is the third of a cap of two."""
    RuleSetting.objects.create(
        authority=bureau, key="enterprise_cap", value="A 1；其他 2", citation="公告"
    )
    for n in range(2):
        hit(visits[0].entity.listings.get(), day=TODAY, source=f"earlier:{n}")
    RuleSetting.objects.create(authority=bureau, key="yearly_limit", value=9, citation="公告")
    return visits


def ask(visits, actor, **options):
    return orders.request(task=task_of(visits[0]), visits=visits, actor=actor, **options)


def test_a_table_of_caps_is_one_line_of_text():
    table = caps.read("A 2次, B4；其他：6")

    assert caps.written(table) == "A 2；B 4；其他 6"
    assert [caps.most_for(table, c) for c in "AB-"] == [2, 4, 6]
    with pytest.raises(ValueError, match="请写明“其他”"):
        caps.read("A 2")
    with pytest.raises(ValueError, match="看不懂"):
        caps.read("A 两次")


@pytest.mark.rule("A95")
def test_above_the_published_cap_the_head_must_write_why(over, both, head):
    order = ask(over, both)
    assert order.is_over_limit

    with pytest.raises(
        RuleError, match=r"计入年度频次 3 次，超过公布的上限 2 次。批准这些检查须写明理由"
    ):
        orders.decide(order=order, approve=True, actor=head)
    orders.decide(order=order, approve=True, actor=head, over_reason="群众集中反映")

    order.refresh_from_db()
    assert (order.state, order.over_reason) == ("approved", "群众集中反映")
    assert over[0].number in AuditEvent.objects.get(action="order.approved").detail["over"]


@pytest.mark.rule("A95")
def test_the_database_approves_nothing_above_the_cap_without_a_reason(over, both):
    order = ask(over, both)

    with pytest.raises(IntegrityError, match="order_over_limit_reason"), transaction.atomic():
        InspectionOrder.objects.filter(pk=order.pk).update(state="approved")


@pytest.mark.rule("A96")
def test_complaints_and_rechecks_do_not_count_towards_the_cap(bureau, over):
    LedgerEntry.objects.filter(source="earlier:0").update(kind="complaint")

    found = reading.usage(bureau, over, TODAY)[over[0].entity_id]

    assert (found.counted, found.problems) == (2, [])


@pytest.mark.rule("A96")
def test_a_firm_with_repeated_complaints_is_exempt_and_says_so(bureau, over):
    Listing.objects.filter(entity=over[0].entity).update(risk_flags=["complaints"])

    found = reading.usage(bureau, over, TODAY)[over[0].entity_id]

    assert found.problems == []
    assert found.lifted == ["不计入年度频次上限：多次被投诉举报"]


@pytest.mark.rule("A48")
def test_a_mark_on_the_listing_lifts_the_limit_of_draws(bureau, visits):
    for n in range(2):
        hit(visits[0].entity.listings.get(), day=TODAY, source=f"earlier:{n}")
    before = reading.usage(bureau, visits, TODAY)[visits[0].entity_id].problems
    Listing.objects.filter(entity=visits[0].entity).update(risk_flags=["dishonest"])

    found = reading.usage(bureau, visits, TODAY)[visits[0].entity_id]

    assert before == ["本年第 3 次，超过抽中上限 2 次"]
    assert (found.problems, found.lifted) == ([], ["不受抽中次数限制：失信行为"])


@pytest.mark.rule("A97")
def test_one_visit_alone_is_asked_for_from_its_page(client, visits, both):
    client.force_login(both)
    url = reverse("inspections:order-request-one", args=[visits[1].pk])
    assert url in client.get(reverse("inspections:visit-detail", args=[visits[1].pk])).text
    page = client.get(url)
    assert visits[1].number in page.text
    assert visits[0].number not in page.text

    client.post(url, {"visits": [visits[1].pk], "reason": ""})

    assert list(InspectionOrder.objects.get().visits.all()) == [visits[1]]
    refused = client.post(url, {"visits": [visits[0].pk], "reason": ""})
    assert refused.status_code == 422


@pytest.mark.rule("A97")
def test_an_emergency_is_made_up_within_its_working_days(visits, both):
    order = ask(visits, both, is_emergency=True, reason="举报越界", emergency_on=date(2026, 3, 11))
    assert (order.due_on, order.is_asked_late) == (date(2026, 3, 13), False)

    with pytest.raises(RuleError, match="不能晚于今天"):
        ask(visits, both, is_emergency=True, reason="举报", emergency_on=date(2026, 3, 13))


@pytest.mark.rule("A97")
def test_an_emergency_asked_for_too_late_says_so_everywhere(client, visits, both, head):
    order = ask(visits, both, is_emergency=True, reason="举报越界", emergency_on=date(2026, 3, 6))

    client.force_login(head)
    page = client.get(reverse("inspections:order-detail", args=[order.pk])).text

    assert order.is_asked_late
    assert "提请时已超过补办期限" in page
    assert AuditEvent.objects.get(action="order.requested").is_bad
    assert "逾期" in client.get(reverse("inspections:order-list")).text


@pytest.mark.rule("A97")
def test_the_head_is_reminded_and_once_overdue_also_who_asked(visits, both, head):
    order = ask(visits, both, is_emergency=True, reason="举报越界")
    assert reminders_before.orders(today=date(2026, 3, 12)) == 0
    assert reminders_before.orders(today=date(2026, 3, 13)) == 1
    assert reminders_before.orders(today=date(2026, 3, 13)) == 0

    assert reminders_before.orders(today=date(2026, 3, 17)) == 2

    assert both.notifications.filter(text__contains="逾期").count() == 1
    orders.decide(order=order, approve=True, actor=head)
    assert reminders_before.orders(today=date(2026, 3, 19)) == 0


@pytest.mark.rule("A101")
@pytest.mark.rule("A97")
def test_the_form_names_matter_basis_people_and_frequency(over, both, head):
    order = ask(over, both)
    orders.decide(order=order, approve=True, actor=head, over_reason="群众集中反映")
    order = InspectionOrder.objects.select_related("task", "authority").get()

    form = order_form.of(order, list(reading.visits_of(order)))

    first, second = form["rows"]
    assert form["matters"][0]["basis"] == "《中华人民共和国矿产资源法》"
    assert first["officers"] == "检查员1（组长，990100001）、检查员2（990100002）"
    assert first["frequency"] == [
        "本年第 3 次（上限 9 次）",
        "计入年度频次 3 次（公布的上限 2 次）",
    ]
    assert [row["name"] for row in form["over"]] == [over[0].entity.name]
    assert second["problems"] == []
    assert order_form.as_docx(form)[:2] == b"PK"


def test_the_form_is_printed_and_offered_as_a_word_document(client, visits, both):
    order = ask(visits, both)
    client.force_login(both)

    found = {
        kind: client.get(reverse("inspections:order-file", args=[order.pk, kind]))
        for kind in ("pdf", "docx", "xlsx")
    }

    assert [found[k].status_code for k in found] == [200, 200, 404]
    assert found["pdf"].content.startswith(b"%PDF")
    assert Visit.objects.filter(order=order).count() == 2
