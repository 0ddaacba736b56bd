"""复查: on the head's order, by two officers, outside the yearly cap, with its result."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from bureau.errors import Conflict, Forbidden, RuleError
from inspections.models import Disposal
from inspections.services import disposal_steps, disposals, rechecks
from registry.models import Inspector, LedgerEntry, Recusal
from tests.inspections.disposal_case import issued, opened, recheck_asked

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 16)


@pytest.fixture
def ordered(case) -> Disposal:
    row = opened(case, "rectify", TODAY)
    issued(row, case.organiser, TODAY)
    return row


def approve(made, head):
    return rechecks.decide(recheck_pk=made.pk, approve=True, note="", actor=head)


def record(made, actor, is_passed=True, **given):
    values = {"visited_on": TODAY, "place": "采场", "finding": "边界已恢复", "today": TODAY}
    return rechecks.record(recheck_pk=made.pk, is_passed=is_passed, actor=actor, **(values | given))


@pytest.mark.rule("A86")
def test_a_recheck_that_passes_ends_the_disposal(ordered, case, head):
    made = recheck_asked(ordered, case.organiser, TODAY)
    approve(made, head)

    record(made, case.leader)

    ordered.refresh_from_db()
    assert (ordered.state, ordered.result) == (
        "closed",
        f"复查 {made.number}，已改正：边界已恢复",
    )


@pytest.mark.rule("A86")
def test_a_recheck_that_fails_leaves_the_next_order(ordered, case, head):
    made = recheck_asked(ordered, case.organiser, TODAY)
    approve(made, head)

    record(made, case.leader, is_passed=False, finding="仍越界")

    ordered.refresh_from_db()
    assert (ordered.state, ordered.stage) == ("open", "failed")


@pytest.mark.rule("A97")
def test_nobody_goes_before_the_head_approved(ordered, case):
    made = recheck_asked(ordered, case.organiser, TODAY)

    with pytest.raises(Conflict, match="待审批"):
        record(made, case.leader)


@pytest.mark.rule("A97")
def test_only_the_head_approves(ordered, case, deputy):
    made = recheck_asked(ordered, case.organiser, TODAY)

    with pytest.raises(Forbidden, match="主要负责人"):
        approve(made, deputy)


@pytest.mark.rule("A96")
def test_a_recheck_does_not_count_towards_the_cap(ordered, case, head):
    made = recheck_asked(ordered, case.organiser, TODAY)
    approve(made, head)
    record(made, case.leader)

    entry = LedgerEntry.objects.get(source=f"inspections.recheck:{made.pk}")
    assert (entry.kind, entry.counts, entry.is_open, entry.day) == ("recheck", False, False, TODAY)


@pytest.mark.rule("A52")
def test_one_officer_is_not_enough(ordered, case):
    with pytest.raises(RuleError, match="两名以上"):
        rechecks.request(
            disposal_pk=ordered.pk,
            officers=list(Inspector.objects.all()[:1]),
            planned_on=TODAY,
            reason="",
            actor=case.organiser,
            today=TODAY,
        )


@pytest.mark.rule("A100")
def test_an_officer_without_a_valid_certificate_does_not_go(ordered, case):
    Inspector.objects.update(certificate_expires_on=date(2026, 3, 15))

    with pytest.raises(RuleError, match="执法证失效"):
        recheck_asked(ordered, case.organiser, TODAY)


@pytest.mark.rule("A57")
def test_an_officer_who_must_recuse_does_not_go(ordered, case):
    Recusal.objects.create(
        authority=ordered.authority,
        inspector=Inspector.objects.get(user=case.leader),
        entity=ordered.visit_matter.visit.entity,
        reason="kin",
        declared_by=case.leader,
    )

    with pytest.raises(RuleError, match="须回避"):
        recheck_asked(ordered, case.organiser, TODAY)


def test_only_who_went_records_it(ordered, case, head):
    made = recheck_asked(ordered, case.organiser, TODAY)
    approve(made, head)

    with pytest.raises(Forbidden, match="参加复查"):
        record(made, case.organiser)


def test_a_refused_recheck_leaves_the_order_as_it_was(ordered, case, head):
    made = recheck_asked(ordered, case.organiser, TODAY)

    rechecks.decide(recheck_pk=made.pk, approve=False, note="改为书面核查", actor=head)

    ordered.refresh_from_db()
    assert ordered.stage == "ordered"
    assert not LedgerEntry.objects.filter(kind="recheck").exists()


def test_a_cancelled_recheck_leaves_the_ledger(ordered, case, head):
    made = recheck_asked(ordered, case.organiser, TODAY)
    approve(made, head)

    rechecks.cancel(recheck_pk=made.pk, reason="道路中断", actor=case.organiser)

    ordered.refresh_from_db()
    assert ordered.stage == "ordered"
    assert not LedgerEntry.objects.filter(kind="recheck", is_open=True).exists()


def test_the_officers_are_reminded_on_the_day_and_after_once(ordered, case, head):
    made = recheck_asked(ordered, case.organiser, TODAY)
    approve(made, head)

    told = [rechecks.remind(today=TODAY + timedelta(days=n)) for n in (0, 0, 1, 1)]

    assert told == [2, 0, 2, 0]


def test_what_was_typed_stays_when_somebody_was_faster(ordered, case, client):
    client.force_login(case.organiser, backend="django.contrib.auth.backends.ModelBackend")
    disposal_steps.take(
        disposal_pk=ordered.pk,
        action="fail",
        text="未改正",
        happened_on=TODAY,
        actor=case.organiser,
        today=TODAY,
    )

    answer = client.post(
        reverse("inspections:disposal-step", kwargs={"pk": ordered.pk, "action": "pass"}),
        {"happened_on": "2026-03-16", "text": "照片与现场相符"},
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "照片与现场相符" in page
    assert "未改正，待处理" in page


def test_a_disposal_that_ends_otherwise_takes_its_recheck_along(ordered, case, head):
    made = recheck_asked(ordered, case.organiser, TODAY)
    approve(made, head)

    disposals.settle(
        Disposal.objects.get(pk=ordered.pk), actor=head, result="结果已更正", closed_on=TODAY
    )

    made.refresh_from_db()
    assert made.state == "cancelled"
    assert not LedgerEntry.objects.filter(kind="recheck", is_open=True).exists()
