"""变更检查单位转交: written notice, approval, then the new unit goes; both sides keep their part (A71)."""

from datetime import date

import pytest
from django.urls import reverse

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent, Notification, User
from inspections.models import Notice, TeamMember, Transfer, Visit
from inspections.selectors import visits as visit_reads
from inspections.services import teams, transfer_accepting, transfers
from planning.models import Pick, Skip, Task
from registry.models import LedgerEntry, Listing
from tests.inspections.case_cast import neighbour, pick_of, task_again
from tests.inspections.dispatch_cast import (
    TODAY,
    assigned,
    dispatched,
    make_officers,
    ordered,
    prepared_sitting,
    task_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A71")]


@pytest.fixture
def desk(bureau):
    from tests.people import make_user

    return make_user("desk", "测经办", bureau, "organiser", "coordinator")


@pytest.fixture
def visit(bureau, desk):
    (found,) = dispatched(bureau, desk)
    return found


def asked(visit, actor, to, **fields):
    values = {
        "moved_on": date(2026, 3, 5),
        "new_address": "邻水县东城路 8 号",
        "reason": "2026年3月5日在县市场监管局办理住所变更登记",
    }
    return transfers.request(visit=visit, to=to, actor=actor, today=TODAY, **values | fields)


def offered(visit, actor, head, to):
    return transfers.decide(transfer=asked(visit, actor, to), approve=True, actor=head)


def taken(row, visit, station, desk, matter):
    return transfer_accepting.accept(
        transfer=row,
        unit=station,
        matters={item.matter_id: matter for item in visit.matters.all()},
        actor=desk,
        today=TODAY,
    )


def test_within_the_bureau_the_visit_moves_with_its_window_and_without_its_team(
    bureau, station, desk, head, visit
):
    assigned(visit, desk, make_officers(bureau, 2))
    ordered(visit, desk, head)
    window = (visit.window_from, visit.window_to)

    row = offered(visit, desk, head, station)

    moved = Visit.objects.get()
    assert (row.state, moved.unit, moved.state, moved.order) == (
        "accepted",
        station,
        "dispatched",
        None,
    )
    assert (moved.window_from, moved.window_to) == window
    assert not TeamMember.objects.filter(visit=moved, is_current=True).exists()
    assert (pick_of(moved).unit, pick_of(moved).state) == (station, "dispatched")
    assert LedgerEntry.objects.get().unit == station


def test_another_authority_takes_it_over_and_the_old_one_keeps_the_history(
    bureau, superior_bureau, desk, head, visit
):
    other, station, their_desk, matter = neighbour(superior_bureau)
    row = offered(visit, desk, head, other)
    assert (row.state, Visit.objects.get().state) == ("offered", "dispatched")

    new = taken(row, visit, station, their_desk, matter)

    old = Visit.objects.get(pk=visit.pk)
    assert (old.state, pick_of(old).state, task_again(task_of(old)).state) == (
        "transferred",
        "transferred",
        "closed",
    )
    assert (new.authority, new.unit, new.state) == (other, station, "dispatched")
    assert (new.window_from, new.window_to) == (old.window_from, old.window_to)
    item = new.matters.get()
    assert (item.matter, item.authority) == (matter, other)
    assert (item.task.authority, item.task.draw_source) == (other, "transfer")
    assert item.pick.state == Pick.State.DISPATCHED
    assert Skip.objects.get().code == "moved_out"
    assert Listing.objects.get(authority=other).entity == old.entity
    mine, theirs = (
        LedgerEntry.objects.get(authority=bureau),
        LedgerEntry.objects.get(authority=other),
    )
    assert ((mine.is_open, mine.counts), (theirs.is_open, theirs.counts)) == (
        (False, False),
        (True, True),
    )
    assert AuditEvent.objects.filter(action="visit.received", authority=other).count() == 1
    assert AuditEvent.objects.filter(action="transfer.accepted", authority=bureau).count() == 1


def test_each_side_sees_its_own_part(client, bureau, superior_bureau, desk, head, visit):
    other, station, their_desk, matter = neighbour(superior_bureau)
    row = asked(visit, desk, other)
    page = reverse("inspections:transfer-detail", args=[row.pk])
    client.force_login(their_desk)
    assert client.get(page).status_code == 404
    transfers.decide(transfer=row, approve=True, actor=head)
    assert client.get(page).status_code == 200

    new = taken(row, visit, station, their_desk, matter)

    old_page = reverse("inspections:visit-detail", args=[visit.pk])
    new_page = reverse("inspections:visit-detail", args=[new.pk])
    task_page = reverse("planning:task-detail", args=[task_of(new).pk])
    assert [client.get(url).status_code for url in (old_page, new_page, task_page)] == [
        404,
        200,
        200,
    ]
    client.force_login(User.objects.get(pk=desk.pk))
    shown = client.get(old_page)
    assert client.get(new_page).status_code == 404
    assert row.number in shown.content.decode()


def test_the_new_side_matches_a_team_in_its_own_task(bureau, superior_bureau, desk, head, visit):
    other, station, their_desk, matter = neighbour(superior_bureau)
    row = offered(visit, desk, head, other)
    new = taken(row, visit, station, their_desk, matter)
    officers = make_officers(other, 2, start=50, unit=station)

    assigned(new, their_desk, officers)

    assert Visit.objects.get(pk=new.pk).state == "teamed"
    assert Visit.objects.filter(matters__task=task_of(new)).count() == 1


def test_the_other_side_gives_it_back_with_a_reason(superior_bureau, desk, head, visit):
    other, _, their_desk, _ = neighbour(superior_bureau)
    row = offered(visit, desk, head, other)

    transfers.decline(transfer=row, note="迁入登记尚未完成", actor=their_desk)

    assert Visit.objects.get().state == "dispatched"
    assert Transfer.objects.get().answer_note == "迁入登记尚未完成"
    assert Notification.objects.filter(user=desk, key=f"transfer.declined:{row.pk}").exists()
    assert asked(visit, desk, other).state == "requested"


def test_the_old_side_cannot_accept_for_the_new(superior_bureau, desk, head, visit):
    other, station, _, matter = neighbour(superior_bureau)
    row = offered(visit, desk, head, other)

    with pytest.raises(Forbidden):
        taken(row, visit, station, desk, matter)


def test_who_asks_does_not_approve(bureau, station, visit, desk):
    from tests.inspections.dispatch_cast import give

    both = give(desk, bureau, "head")
    row = asked(visit, both, station)

    with pytest.raises(Forbidden, match="由您申请"):
        transfers.decide(transfer=row, approve=True, actor=both)


def test_an_unrelated_authority_cannot_receive(foreign_bureau, visit, desk):
    with pytest.raises(RuleError, match="没有隶属或同级关系"):
        asked(visit, desk, foreign_bureau)


def test_a_matter_without_checklist_there_is_refused_by_name(superior_bureau, desk, head, visit):
    other, station, their_desk, matter = neighbour(superior_bureau)
    matter.checklists.update(is_current=False)
    row = offered(visit, desk, head, other)

    with pytest.raises(RuleError, match="没有现行版本记录或检查表"):
        taken(row, visit, station, their_desk, matter)
    assert Visit.objects.get().state == "dispatched"


def test_while_a_team_is_drawn_nothing_moves(bureau, station, desk, head, witness, visit):
    make_officers(bureau, 3)
    sitting = prepared_sitting([visit], desk, witness)
    teams.lock(sitting=sitting, actor=desk, today=TODAY)

    with pytest.raises(Conflict, match="正在匹配检查人员"):
        asked(visit, desk, station)


def test_once_the_notice_is_delivered_nothing_moves(bureau, station, desk, visit):
    from django.utils import timezone

    Notice.objects.create(
        visit=visit,
        number="示自然资检查通知〔2026〕1号",
        token="T" * 24,
        content={},
        issued_by=desk,
        delivered_at=timezone.now(),
    )

    with pytest.raises(RuleError, match="通知书已经送达"):
        asked(Visit.objects.get(), desk, station)


def test_one_transfer_at_a_time(bureau, station, desk, visit):
    asked(visit, desk, station)

    with pytest.raises(Conflict, match="转交正在办理"):
        asked(visit, desk, station)


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_the_written_notice_comes_with_the_approval(
    client, bureau, station, desk, head, visit, kind
):
    row = asked(visit, desk, station)
    client.force_login(desk)
    url = reverse("inspections:transfer-notice", args=[row.pk, kind])
    assert client.get(url).status_code == 422

    transfers.decide(transfer=row, approve=True, actor=head)
    answer = client.get(url)

    assert answer.status_code == 200
    assert answer.content[:4] in {b"PK\x03\x04", b"%PDF"}


def test_withdrawn_it_stays_with_the_old_unit(superior_bureau, desk, head, visit):
    other, station, their_desk, matter = neighbour(superior_bureau)
    row = offered(visit, desk, head, other)

    transfers.withdraw(transfer=row, note="企业撤回了迁移登记", actor=desk)

    with pytest.raises(Conflict, match="已撤回"):
        taken(row, visit, station, their_desk, matter)
    assert visit_reads.whole().get().state == "dispatched"
    assert Task.objects.count() == 1
