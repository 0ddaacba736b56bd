"""The demo bureau's year: everything a page needs is there, lawful, verifiable, and the same for every day of a year."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connections

import lottery
from bureau.models import Agency, AuditEvent, Notification, OutboxMessage, User
from bureau.rules.workdays import add_workdays
from bureau.selectors.calendar import calendar
from bureau.services import sealing
from config.seed.agenda import Agenda
from config.seed.days import LEAST, Days
from inspections.models import (
    DeemedDone,
    Disposal,
    Dossier,
    ListCheck,
    Replacement,
    Review,
    TeamMember,
    TeamSitting,
    Transfer,
    Visit,
    VisitMatter,
)
from inspections.selectors import records, reviews
from planning.models import Draw, DrawEvent, Filing, Pick, Plan, PlanAdjustment, Sitting, Skip, Task
from planning.selectors import draws, indicators, pool_confirmations
from planning.selectors import plans as plan_reads
from publication.models import Objection, Penalty, PublicRecord, PushPackage
from publication.selectors import dossiers, public_draws
from registry.models import Entity, Recusal, RiskMark

TODAY = date(2026, 11, 19)  # a Thursday
YEAR = TODAY.year


@pytest.fixture(scope="module")
def year(test_database, django_db_blocker, tmp_path_factory) -> Iterator[Agency]:
    """Seeded once, with real commits: the trail is sealed only after them."""
    from django.conf import settings

    before = settings.MEDIA_ROOT
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("seed-media")
    with django_db_blocker.unblock():
        call_command("seed_demo", today=TODAY)
        yield Agency.objects.get(code="990101")
        for connection in connections.all():
            connection.close()
        test_database.clone()
    settings.MEDIA_ROOT = before


def open_matters():
    return VisitMatter.objects.filter(due_on__isnull=False).exclude(state__in=records.FINAL)


def test_visits_stand_in_every_state(year):
    found = set(Visit.objects.values_list("state", flat=True))

    assert found == set(Visit.State.values) - {Visit.State.TRANSFERRED}


def test_results_stand_in_every_state(year):
    found = set(VisitMatter.objects.values_list("state", flat=True))

    assert found == set(VisitMatter.State.values) - {VisitMatter.State.TRANSFERRED}


def test_tasks_stand_in_every_state_before_during_and_after_the_draw(year):
    found = set(Task.objects.values_list("state", flat=True))

    assert found == set(Task.State.values) - {Task.State.CANCELLED}
    assert Task.objects.filter(draw_source="platform").count() == 1


def test_one_team_waits_for_its_order_and_one_order_for_the_head(year):
    teamed = Visit.objects.filter(state="teamed")

    assert teamed.filter(order__isnull=True).count() == 1
    assert teamed.filter(order__state="requested").count() == 1


def test_an_ordered_visit_has_its_notice_and_one_is_past_its_window(year):
    ordered = Visit.objects.filter(state="ordered")

    assert ordered.filter(notice__isnull=False, notice__delivered_at__isnull=True).count() == 2
    assert ordered.filter(window_to__lt=TODAY).count() == 1


def test_one_checklist_is_half_done(year):
    matter = VisitMatter.objects.get(visit__state="in_progress")

    assert 0 < matter.answers.count() < matter.checklist.items.count()


def test_exactly_one_result_is_due_tomorrow(year):
    assert open_matters().filter(due_on=TODAY + timedelta(days=1)).count() == 1


def test_one_result_is_overdue(year):
    late = open_matters().get(due_on__lt=TODAY)

    assert late.state == "returned"
    assert late.due_on == add_workdays(TODAY, -1, calendar()).date - timedelta(days=1)


def test_disposals_are_closed_open_and_overdue(year):
    rows = Disposal.objects.exclude(measure="none")

    assert rows.filter(state="closed").count() == 3
    assert rows.filter(state="open", due_on__gte=TODAY).count() == 4
    assert rows.filter(state="open", due_on__lt=TODAY).count() == 2


def test_the_same_mines_of_two_tasks_were_visited_once(year):
    merged = [
        visit
        for visit in Visit.objects.prefetch_related("matters")
        if len({matter.task_id for matter in visit.matters.all()}) == 2
    ]

    assert len(merged) == 3
    assert {visit.state for visit in merged} == {"closed"}
    (split,) = Visit.objects.filter(state="split")
    assert {part.state for part in split.parts.all()} == {"closed"}


def test_what_was_not_inspected_has_its_cause_and_was_made_up_for(year):
    case = DeemedDone.objects.select_related("report").get()
    draw = Draw.objects.get(sitting__supplement__isnull=False)

    assert (case.state, case.report.received_by is not None) == ("approved", True)
    assert Transfer.objects.get().state == "requested"
    assert set(Skip.objects.values_list("code", "state")) == {
        ("unreachable", "approved"),
        ("discretionary", "approved"),
    }
    assert (draw.n, draw.picks.count(), draws.verdict(draw)[0]) == (2, 1, 0)
    assert not ListCheck.objects.filter(confirmed_by=None).exists()


def test_every_draw_verifies_or_is_void_or_sealed(year):
    codes = Counter(
        lottery.check_folder(draws.files(draw, "public")).code for draw in Draw.objects.all()
    )

    assert codes == {0: Draw.objects.count() - 3, 3: 3}  # void; sealed; locked


def test_no_digits_or_commitments_recur_in_the_chain(year):
    chain = public_draws.chain(year)

    assert (chain.faults, chain.warnings) == ([], [])


def test_the_void_draw_was_drawn_again_with_its_reason(year):
    first, second = Draw.objects.filter(task__name__contains="测绘", kind="entities").order_by("n")

    assert first.events.filter(kind="voided").exists()
    assert (second.n, second.reason) == (2, "监督人中途离场，见证不完整，作废后重抽")
    assert set(first.picks.values_list("state", flat=True)) == {Pick.State.VOIDED}


def test_two_witnesses_promised_before_they_opened(year):
    sitting = Sitting.objects.get(title="矿山和使用林地抽查摇号会")

    assert sitting.witnesses.exclude(committed_at=None).exclude(opened_at=None).count() == 2
    assert sitting.draws.count() == 2


def test_the_locked_sitting_waits_for_its_witness(year):
    sitting = Sitting.objects.get(state="locked")

    assert sitting.witnesses.filter(opened_at=None).count() == 1


def test_the_task_to_draw_next_has_its_pools_confirmed_as_they_stand(year):
    task = Task.objects.get(state="ready")

    assert [pool.is_fresh for pool in pool_confirmations.confirmations(task, TODAY)] == [True, True]


def test_coverage_is_a_little_under_the_goal(year):
    found = indicators.coverage(year, YEAR)

    assert found.pool == 640
    assert 26 <= found.picked < 32


def test_risk_differentiated_draws_are_over_85_percent(year):
    assert indicators.risk_share(year, YEAR).share > 0.85


def test_the_plan_covers_all_matters_and_was_adjusted_and_filed(year):
    plan = Plan.objects.get(year=YEAR)

    assert plan_reads.uncovered_matters(plan) == []
    assert (plan.state, plan.version) == ("published", 2)
    assert list(PlanAdjustment.objects.order_by("number").values_list("state", flat=True)) == [
        "approved",
        "submitted",
    ]
    assert Filing.objects.get(version=1).received_at is not None


def test_members_were_replaced_and_recused(year):
    codes = set(Replacement.objects.filter(state="done").values_list("code", flat=True))

    assert codes == {"schedule", "recusal"}
    assert Recusal.objects.filter(reason="kin").count() == 2


def test_objections_are_open_and_replied(year):
    assert set(Objection.objects.values_list("state", flat=True)) == {"received", "replied"}


def test_no_natural_person_stands_in_a_public_record(year):
    names = set(User.objects.exclude(full_name="平台运维").values_list("full_name", flat=True))
    names |= set(Entity.objects.values_list("legal_representative", flat=True))
    names |= set(Entity.objects.values_list("contact_name", flat=True))
    texts = [bytes(row.content).decode() for row in PublicRecord.objects.all()]

    assert len(texts) > 30
    assert [name for name in names - {""} if any(name in text for text in texts)] == []


def test_everything_announced_has_gone_out(year):
    announced = OutboxMessage.objects.exclude(kind="push")

    assert set(announced.values_list("state", flat=True)) == {"sent"}


def test_results_went_to_the_platforms_with_receipts_and_some_failed(year):
    """A88, A108: the credit platform answered until it was under maintenance; one package was handed over."""
    pushes = OutboxMessage.objects.filter(kind="push")

    assert set(pushes.values_list("state", flat=True)) == {"sent", "failed"}
    assert all(row.receipt["number"] for row in pushes.filter(state="sent"))
    # Tried again since, with nobody there any more: the reason is the last attempt's.
    assert all("平台" in row.error for row in pushes.filter(state="failed"))
    assert PushPackage.objects.get().receipt_number


def test_a_returned_result_shows_what_was_put_right(year):
    rows = Review.objects.filter(visit_matter__reviews__decision="returned", decision="approved")

    assert rows.exists()
    assert reviews.history(rows[0].visit_matter)[0].changes


def test_notices_are_partly_read(year):
    rows = Notification.objects.all()

    assert rows.filter(read_at=None).exists()
    assert rows.exclude(read_at=None).exists()


def test_the_trail_is_sealed_and_intact_and_runs_in_the_order_of_time(year):
    verdict = sealing.verify()
    moments = list(AuditEvent.objects.order_by("id").values_list("at", flat=True))

    assert verdict.is_intact
    assert verdict.heads.number == len(moments)
    assert moments == sorted(moments)


def test_nothing_happened_after_today(year):
    assert AuditEvent.objects.order_by("-at")[0].at.date() <= TODAY
    assert Task.objects.filter(created_at__date__gt=TODAY).count() == 0


@pytest.mark.parametrize("day", [date(2026, 1, 1) + timedelta(days=n) for n in range(0, 366, 5)])
def test_the_days_keep_their_order_on_every_day_of_a_year(db, day):
    days = Days(day)
    marks = [
        days.first, days.opening(1), days.opening(8), days.part(0.2), days.part(0.6), days.ago(LEAST - 5),
        days.ago(1), day,
    ]  # fmt: skip

    assert marks == sorted(marks)
    assert days.part(0.6, 34) < days.ago(1)
    assert day < days.next


def test_the_agenda_does_the_earliest_first_and_refuses_the_past():
    agenda, done = Agenda(), []
    agenda.add(date(2026, 3, 2), "9:30", lambda: done.append("second"))
    agenda.add(date(2026, 3, 2), "9:05", lambda: done.append("first"))

    agenda.run()

    assert done == ["first", "second"]
    with pytest.raises(ValueError, match="is before"):
        agenda.add(date(2026, 3, 1), "9:00", lambda: None)


def test_a_station_was_matched_with_its_neighbour_and_a_helper_sent_along(year):
    joint = TeamSitting.objects.filter(pool="neighbour")

    assert {row.consents.get().state for row in joint} == {"agreed"}
    assert {row.neighbour.kind for row in joint} == {"station"}
    assert {m.visit.state for m in TeamMember.objects.filter(part="helper")} == {"teamed"}
    assert Replacement.objects.filter(state="done", is_designated=True).exists()


def test_the_superior_held_each_announcement_before_any_digit(year):
    """DRAW §3: A has reached the superior, receipt kept, before any digit is given."""
    opened = DrawEvent.objects.filter(kind="opened", draw__authority=year).select_related("draw")

    late = [
        event.draw.number
        for event in opened
        for read in Notification.objects.filter(key=f"draw.locked:{event.draw_id}").values_list(
            "read_at", flat=True
        )
        if read is None or read > event.at
    ]

    assert opened.exists()
    assert late == []


def test_a_case_was_punished_and_came_back_as_a_mark(year):
    done = Penalty.objects.get(state="published")

    assert done.disposal.state == "closed"
    assert RiskMark.objects.get().listing.risk_flags == ["serious_violation"]
    assert Penalty.objects.filter(state="recorded").count() == 1


def test_a_dossier_is_archived_one_has_a_supplement_and_others_wait(year):
    volumes = list(Dossier.objects.order_by("number").values_list("volume", flat=True))
    waiting = dossiers.listed(User.objects.get(username="ruanzhiwei"), "open")

    assert sorted(volumes) == [1, 1, 2]
    assert any(row.lacking for row in dossiers.rows_of(list(waiting)))
