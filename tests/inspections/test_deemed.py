"""视为完成: evidence, another person's approval, the list for the superior and its receipt (A70)."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent, Notification, OutboxMessage, RuleSetting
from bureau.services import outbox
from inspections.models import DeemedDone, DeemedReport, Visit
from inspections.services import deemed, dispatch
from planning.models import Pick, Skip
from registry.models import Entity, LedgerEntry
from registry.selectors import ledger
from tests.inspections.case_cast import asked_deemed, merged, pick_of, settled, task_again
from tests.inspections.dispatch_cast import (
    TODAY,
    dispatched,
    give,
    make_drawn_task,
    task_of,
)
from tests.planning.build import make_listing

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A70")]


def attempt(visit, day, actor):
    return deemed.add_attempt(
        visit=visit, on=day, way="door", result="大门紧锁，无人应答", actor=actor, today=day
    )


def test_an_entity_that_is_gone_is_listed_and_settled(bureau, organiser, coordinator, head):
    listing = make_listing(bureau, 1)
    task = make_drawn_task(bureau, [listing], by=organiser)
    Entity.objects.filter(pk=listing.entity_id).update(standing="deregistered")
    done = dispatch.dispatch(task=task, actor=organiser, today=TODAY)

    settled(done.gone[0], coordinator, head)

    visit = Visit.objects.get()
    assert (visit.state, visit.matters.get().state) == ("deemed_done", "deemed_done")
    assert task.picks.get().state == Pick.State.DEEMED_DONE
    skip = Skip.objects.get()
    assert (skip.code, skip.requested_by, skip.approved_by) == ("deregistered", coordinator, head)
    assert task_again(task).state == "closed"
    assert LedgerEntry.objects.filter(is_open=True).count() == 0
    assert ledger.hits(bureau, None, date(2020, 1, 1), date(2030, 1, 1)) == {}


def test_it_needs_what_shows_it(bureau, organiser):
    (visit,) = dispatched(bureau, organiser)

    with pytest.raises(RuleError, match="请写明情况和证据"):
        deemed.request(visit=visit, cause="deregistered", note=" ", actor=organiser)


def test_unreachable_needs_attempts_on_different_days(bureau, organiser):
    (visit,) = dispatched(bureau, organiser)
    first = date(2030, 3, 18)
    attempt(visit, first, organiser)
    attempt(visit, first, organiser)

    with pytest.raises(RuleError, match="至少 2 次并登记，现有 1 天"):
        asked_deemed(visit, organiser, "unreachable")
    attempt(visit, date(2030, 3, 20), organiser)

    assert asked_deemed(visit, organiser, "unreachable").state == "requested"


def test_an_attempt_cannot_lie_ahead_or_before_the_dispatch(bureau, organiser):
    (visit,) = dispatched(bureau, organiser)

    with pytest.raises(RuleError, match="不能晚于今天"):
        deemed.add_attempt(
            visit=visit,
            on=date(2030, 3, 2),
            way="phone",
            result="停机",
            actor=organiser,
            today=date(2030, 3, 1),
        )
    with pytest.raises(RuleError, match="不能早于派发"):
        attempt(visit, date(2020, 1, 1), organiser)


def test_who_asks_does_not_approve(bureau, organiser):
    both = give(organiser, bureau, "head")
    (visit,) = dispatched(bureau, both)
    asked = asked_deemed(visit, both)

    with pytest.raises(Forbidden, match="由您提出"):
        deemed.decide(deemed=asked, approve=True, actor=both)


def test_a_refused_request_leaves_the_visit_and_may_come_again(bureau, organiser, head):
    (visit,) = dispatched(bureau, organiser)
    asked = asked_deemed(visit, organiser)
    with pytest.raises(Conflict, match="请等待批准"):
        asked_deemed(visit, organiser)

    deemed.decide(deemed=asked, approve=False, actor=head, note="登记状态仍为存续，请核实")

    assert (Visit.objects.get().state, pick_of(visit).state) == ("dispatched", "dispatched")
    assert asked_deemed(visit, organiser).state == "requested"


def test_the_second_decision_is_a_conflict(bureau, organiser, head, deputy):
    (visit,) = dispatched(bureau, organiser)
    asked = asked_deemed(visit, organiser)
    deemed.decide(deemed=asked, approve=True, actor=head)

    with pytest.raises(Conflict, match="视为完成"):
        deemed.decide(deemed=asked, approve=False, actor=deputy, note="再核实")


def test_a_merged_visit_settles_the_picks_of_both_tasks(bureau, organiser, head):
    visit, first, second = merged(bureau, organiser)

    settled(visit, organiser, head)

    assert [task_again(task).state for task in (first, second)] == ["closed", "closed"]
    assert Skip.objects.count() == 2


def test_a_reserve_that_follows_waits_for_dispatch(bureau, organiser, head):
    (visit,) = dispatched(bureau, organiser)
    task = task_of(visit)
    RuleSetting.objects.create(
        authority=bureau, key="reserve_deregistered", value=True, citation="本局细则"
    )
    drawn = pick_of(visit)
    drawn_by(drawn, task, bureau)

    settled(visit, organiser, head)
    done = dispatch.dispatch(task=task_again(task), actor=organiser, today=TODAY)

    follower = Pick.objects.get(follows=drawn)
    assert [v.entity_id for v in done.visits] == [follower.entity_id]
    assert (follower.kind, Pick.objects.get(pk=follower.pk).state) == ("selected", "dispatched")
    assert task_again(task).state == "dispatched"
    assert Notification.objects.filter(key=f"pick.called:{follower.pk}", user=organiser).exists()


def drawn_by(pick, task, bureau):
    """As if a draw had picked it with one reserve."""
    from django.utils import timezone

    from planning.models import Draw, Sitting

    sitting = Sitting.objects.create(
        authority=bureau,
        unit=bureau,
        purpose="entities",
        title="摇号会",
        planned_at=timezone.now(),
        operator=task.created_by,
    )
    draw = Draw.objects.create(
        authority=bureau,
        unit=bureau,
        sitting=sitting,
        task=task,
        kind="entities",
        number="SFX-2026-0001-E1",
        n=1,
        matters=["KC-01"],
        chain_number=1,
        previous="0" * 64,
        a="1" * 64,
        locked_at=timezone.now(),
        nonce=b"n",
        list_salt=b"s",
        reveal="immediate",
    )
    Pick.objects.filter(pk=pick.pk).update(draw=draw)
    Pick.objects.create(
        authority=bureau,
        task=task,
        draw=draw,
        entity=make_listing(bureau, 77).entity,
        stratum=pick.stratum,
        rank=2,
        kind="reserve",
    )


# ---------------------------------------------------------------- the list for the superior


@pytest.fixture
def reported(bureau, organiser, head, superior):
    visit, *_ = merged(bureau, organiser)
    done = settled(visit, organiser, head)
    day = done.decided_at.date()
    return deemed.report(
        authority=bureau, period_from=day, period_to=date(2099, 1, 1), actor=organiser, today=TODAY
    )


def test_the_report_is_aggregated_by_task_and_sent_once(bureau, organiser, reported, superior):
    outbox.deliver_waiting()

    assert [row[2] for row in reported.content["totals"]] == ["1", "1"]
    assert reported.content["count"] == 1
    assert DeemedDone.objects.get().report == reported
    message = OutboxMessage.objects.get(kind="deemed.report")
    assert (message.state, message.receipt) == ("sent", {"readers": ["测上级"]})
    with pytest.raises(RuleError, match="没有尚未上报"):
        deemed.report(
            authority=bureau,
            period_from=date(2020, 1, 1),
            period_to=date(2099, 1, 1),
            actor=organiser,
            today=TODAY,
        )


def test_the_superior_receives_it_and_the_sender_hears(client, reported, superior, organiser):
    client.force_login(superior)
    url = reverse("inspections:deemed-report", args=[reported.pk])

    assert "签收名单" in client.get(url).content.decode()
    client.post(reverse("inspections:deemed-report-receive", args=[reported.pk]))

    row = DeemedReport.objects.get()
    assert row.received_by == superior
    assert Notification.objects.filter(user=organiser, key=f"deemed.received:{row.pk}").exists()
    with pytest.raises(Conflict, match="已经签收"):
        deemed.receive(report=row, actor=superior)


def test_without_a_superior_nothing_is_reported(foreign_bureau, outsider):
    with pytest.raises(RuleError, match="没有登记上级主管部门"):
        deemed.report(
            authority=foreign_bureau,
            period_from=TODAY,
            period_to=TODAY,
            actor=outsider,
            today=TODAY,
        )


def test_a_period_up_to_the_last_day_that_there_is_is_a_period(client, bureau, organiser, head):
    (visit,) = dispatched(bureau, organiser)
    settled(visit, organiser, head)
    client.force_login(organiser)

    page = client.get(reverse("inspections:deemed-list") + "?period_to=9999-12-31")

    assert visit.number in page.content.decode()


@pytest.mark.parametrize("kind", ["xlsx", "docx", "pdf"])
def test_the_files_of_a_report_open(client, reported, superior, kind):
    client.force_login(superior)

    answer = client.get(reverse("inspections:deemed-report-file", args=[reported.pk, kind]))

    assert answer.status_code == 200
    assert answer.content[:4] in {b"PK\x03\x04", b"%PDF"}


def test_the_workbook_holds_no_formula(client, bureau, organiser, head):
    (visit,) = dispatched(bureau, organiser)
    Entity.objects.update(name="=1+1公司")
    settled(visit, organiser, head)
    client.force_login(organiser)

    answer = client.get(reverse("inspections:deemed-export", args=["xlsx"]))

    book = load_workbook(io.BytesIO(answer.content))
    assert book["名单"]["D2"].value == "'=1+1公司"
    assert book["按任务汇总"]["C2"].value == 1


def test_the_list_filters_by_cause_and_report(client, bureau, organiser, head):
    one, two = dispatched(bureau, organiser, 2)
    settled(one, organiser, head)
    settled(two, organiser, head, "revoked")
    client.force_login(organiser)

    def page(query):
        return client.get(reverse("inspections:deemed-list") + query).content.decode()

    assert one.number in page("?cause=deregistered")
    assert two.number not in page("?cause=deregistered")
    assert two.number in page("?reported=no")
    assert "没有符合条件" in page("?reported=yes")


def test_evidence_is_kept_with_the_request(client, bureau, organiser, head):
    (visit,) = dispatched(bureau, organiser)
    client.force_login(organiser)
    proof = SimpleUploadedFile("公示截图.pdf", b"%PDF-1.7\n%%EOF")

    answer = client.post(
        reverse("inspections:visit-deem-done", args=[visit.pk]),
        {"cause": "revoked", "note": "2026年2月被吊销，见公示截图", "upload": proof},
    )

    row = DeemedDone.objects.get()
    assert answer.status_code == 302
    assert row.evidence.name == "公示截图.pdf"
    event = AuditEvent.objects.get(action="deemed.requested")
    assert event.detail["file"] == row.evidence.sha256
