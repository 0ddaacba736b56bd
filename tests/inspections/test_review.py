"""审核: another person; return without retyping; clean results together; what publishing closes."""

import pytest
from django.utils import timezone

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent, Membership, Notification
from inspections.models import Disposal, VisitMatter
from inspections.services import review
from planning.models import Pick, Task
from registry.models import LedgerEntry
from tests.inspections.field_case import (
    approved,
    finished,
    officer,
    ordered_case,
    problem,
    recorded,
    submitted,
    with_checklist,
)

pytestmark = pytest.mark.django_db


def approve(case, actor):
    return review.approve(visit_matter_pk=case.matter.pk, actor=actor, today=timezone.localdate())


@pytest.mark.rule("A80")
def test_another_person_approves(case, reviewer, publisher):
    approved(recorded(finished(case)), reviewer)

    matter = case.matter
    assert (matter.state, matter.reviewed_by) == ("approved", reviewer)
    assert Notification.objects.filter(user=publisher, text__contains="待公示").count() == 1


@pytest.mark.rule("A80")
def test_who_recorded_does_not_review(case):
    submitted(recorded(finished(case)))
    Membership.objects.create(user=case.leader, agency=case.visit.authority, role="reviewer")
    both = type(case.leader).objects.get(pk=case.leader.pk)

    with pytest.raises(Forbidden, match="由您录入"):
        approve(case, both)


@pytest.mark.rule("A80")
def test_the_team_does_not_review(case):
    submitted(recorded(finished(case)))
    Membership.objects.create(user=case.second, agency=case.visit.authority, role="reviewer")
    both = type(case.second).objects.get(pk=case.second.pk)

    with pytest.raises(Forbidden, match="检查组成员"):
        approve(case, both)


def test_a_return_keeps_everything_entered(case, reviewer):
    submitted(recorded(finished(case, first="no"), ["N01"], [problem()]))

    review.send_back(visit_matter_pk=case.matter.pk, actor=reviewer, note="缺界桩测量记录")

    matter = case.matter
    assert (matter.state, case.visit.state) == ("returned", "finished")
    assert (matter.outcome_codes, matter.findings.count()) == (["N01"], 1)
    assert AuditEvent.objects.get(action="outcome.returned").detail["note"] == "缺界桩测量记录"


def test_a_return_needs_its_remarks(case, reviewer):
    submitted(recorded(finished(case)))

    with pytest.raises(RuleError, match="写明缺什么"):
        review.send_back(visit_matter_pk=case.matter.pk, actor=reviewer, note=" ")


def test_after_a_return_it_is_signed_and_submitted_anew(case, reviewer):
    submitted(recorded(finished(case)))
    review.send_back(visit_matter_pk=case.matter.pk, actor=reviewer, note="补充说明")

    approved(recorded(case, note="已补充"), reviewer)

    matter = case.matter
    assert (matter.state, matter.outcome_revision) == ("approved", 2)


def two_submitted(case, bureau, organiser, head, codes):
    second = ordered_case(bureau, case.leader, case.second, organiser, head, number=2)
    submitted(recorded(finished(case)))
    submitted(recorded(finished(second), codes, [problem()] if codes != ["1"] else []))
    return [case.matter.pk, second.matter.pk]


def test_clean_results_are_approved_together(case, bureau, organiser_coordinator, head, reviewer):
    pks = two_submitted(case, bureau, organiser_coordinator, head, ["1"])

    review.approve_clean(pks=pks, actor=reviewer, today=timezone.localdate())

    states = VisitMatter.objects.filter(pk__in=pks).values_list("state", flat=True)
    assert set(states) == {"approved"}
    assert AuditEvent.objects.filter(action="outcome.approved_in_bulk").count() == 1


def test_a_problem_is_never_approved_in_bulk(case, bureau, organiser_coordinator, head, reviewer):
    pks = two_submitted(case, bureau, organiser_coordinator, head, ["E"])

    with pytest.raises(RuleError, match="须逐件审核"):
        review.approve_clean(pks=pks, actor=reviewer, today=timezone.localdate())

    states = VisitMatter.objects.filter(pk__in=pks).values_list("state", flat=True)
    assert set(states) == {"submitted"}


@pytest.mark.rule("A85")
def test_publishing_closes_visit_pick_ledger_and_task(case, reviewer, publisher):
    approved(recorded(finished(case)), reviewer)

    review.mark_published(case.matter, publisher, timezone.now())

    assert (case.matter.state, case.visit.state) == ("published", "closed")
    assert Pick.objects.get().state == "done"
    assert Task.objects.get().state == "closed"
    entry = LedgerEntry.objects.get()
    assert (entry.is_open, entry.day) == (False, timezone.localdate(case.visit.started_at))


def test_a_merged_visit_stays_open_until_its_last_matter_is_published(
    case, bureau, organiser_coordinator, reviewer, publisher
):
    other = VisitMatter.objects.get(visit=case.visit_pk)
    other.pk, other._state.adding = None, True
    other.pk = VisitMatter._meta.pk.get_default()
    other.matter = with_checklist(bureau, "KC-77")
    other.save(force_insert=True)
    first = VisitMatter.objects.exclude(pk=other.pk).get()
    VisitMatter.objects.filter(pk=first.pk).update(state="approved", outcome_codes=["1"])

    review.mark_published(first, publisher, timezone.now())

    assert case.visit.state != "closed"
    assert Pick.objects.get().state == "dispatched"


def test_a_result_is_published_once(case, reviewer, publisher):
    approved(recorded(finished(case)), reviewer)
    review.mark_published(case.matter, publisher, timezone.now())

    with pytest.raises(Conflict, match="已公示"):
        review.mark_published(case.matter, publisher, timezone.now())


def test_the_queue_leaves_out_ones_own(case, reviewer, client):
    submitted(recorded(finished(case)))
    client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
    theirs = client.get("/desk/inspections/reviews/").content.decode()
    officer(reviewer, case.visit.authority, 140)
    case.visit.team.create(
        inspector=reviewer.inspector, part="member", source="replacement", position=9
    )
    own = client.get("/desk/inspections/reviews/").content.decode()

    assert ("示范企业5001号" in theirs, "示范企业5001号" in own) == (True, False)


def test_the_queue_costs_the_same_for_one_and_two(
    case, bureau, organiser_coordinator, head, reviewer, client, django_assert_max_num_queries
):
    two_submitted(case, bureau, organiser_coordinator, head, ["1"])
    client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")

    client.get("/desk/inspections/reviews/")  # the masthead counts once
    with django_assert_max_num_queries(15):
        page = client.get("/desk/inspections/reviews/").content.decode()

    assert page.count("data-select>") == 2


def test_approval_opens_what_must_follow(case, reviewer):
    approved(recorded(finished(case, first="no"), ["N01"], [problem()]), reviewer)

    row = Disposal.objects.get()
    assert (row.measure, row.state, row.finding.number) == ("case", "open", 1)
