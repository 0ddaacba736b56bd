"""What stands in the lists of a team draw (DRAW §2)."""

from datetime import date

import pytest

import lottery
from inspections.models import Visit
from inspections.rules.merging import Window
from inspections.rules.teams import Officer, Unfit, missing_quals, team_problem, unfit
from inspections.selectors import team_lists
from inspections.selectors import teams as reading
from registry.models import Expert, Recusal
from tests.inspections.dispatch_cast import (
    TODAY,
    dispatched,
    make_full_matter,
    make_officers,
    prepared_sitting,
)
from tests.planning.build import make_inspector

WINDOW = Window(date(2026, 4, 1), date(2026, 4, 30))


def officer(**changes):
    values = {"pid": "P1", "name": "程蔚蓝", "certificate_expires_on": date(2027, 1, 1)}
    return Officer(**values | changes)


@pytest.mark.rule("A19")
@pytest.mark.rule("A100")
def test_a_certificate_must_hold_through_the_last_day():
    assert unfit(officer(certificate_expires_on=date(2026, 4, 30)), WINDOW, TODAY) is None
    assert (
        unfit(officer(certificate_expires_on=date(2026, 4, 29)), WINDOW, TODAY) is Unfit.CERTIFICATE
    )


@pytest.mark.rule("A24")
def test_leave_counts_when_it_leaves_no_day_of_the_window():
    whole = officer(away_from=date(2026, 3, 1), away_to=date(2026, 4, 30))
    open_ended = officer(away_from=date(2026, 4, 1))
    part = officer(away_from=date(2026, 4, 1), away_to=date(2026, 4, 10))

    assert unfit(whole, WINDOW, TODAY) is Unfit.AWAY
    assert unfit(open_ended, WINDOW, TODAY) is Unfit.AWAY
    assert unfit(part, WINDOW, TODAY) is None
    assert unfit(officer(away_from=date(2026, 4, 9)), WINDOW, date(2026, 4, 10)) is Unfit.AWAY


@pytest.mark.rule("A52")
def test_a_team_has_two_officers_and_exactly_one_leader():
    one, two = officer(), officer(pid="P2", name="苏禾田")

    assert team_problem([one, two], ["P1"], 2) is None
    assert "不得少于 2 名" in str(team_problem([one], ["P1"], 2))
    assert "不得少于 3 名" in str(team_problem([one, two], ["P1"], 3))
    assert "有且只有一名组长" in str(team_problem([one, two], ["P1", "P2"], 2))
    assert "不任组长" in str(team_problem([officer(may_lead=False), two], ["P1"], 2))
    assert "不能在检查组里出现两次" in str(team_problem([one, one], ["P1"], 2))


def test_quals_that_nobody_holds_are_named():
    assert missing_quals(["测绘", "林业"], [frozenset({"林业"})]) == ["测绘"]


@pytest.mark.django_db
@pytest.mark.rule("A57")
def test_who_cannot_go_has_no_capacity_and_who_must_recuse_a_conflict(
    bureau, station, organiser, witness
):
    first, second = dispatched(bureau, organiser, 2, unit=station)
    expired = make_inspector(
        bureau, 1, unit=station, certificate_expires_on=date(2026, 4, 1), quals=["林业"]
    )
    tied = make_inspector(bureau, 2, unit=station)
    make_inspector(bureau, 3, unit=station, may_lead=False)
    make_inspector(bureau, 4, unit=bureau)
    Recusal.objects.create(
        authority=bureau, inspector=tied, entity=second.entity, reason="former_employer"
    )
    Expert.objects.create(
        authority=bureau, pid="EX-1", name="顾临川", organisation="测绘院", fields=["测量"]
    )
    sitting = prepared_sitting([first, second], organiser, witness)
    prepared = sitting.team_sitting

    lists = team_lists.team_lists(prepared, reading.prepared_visits(prepared), TODAY)

    assert lists.inspectors.content.decode() == (
        "EX-1\tE\t20\t测量\nSFX-001\tL\t0\t林业\nSFX-002\tL\t20\t-\nSFX-003\tM\t20\t-\n"
    )
    assert lists.conflicts.content.decode() == f"{second.number}\tSFX-002\tformer_employer\n"
    assert lists.unable == {expired.pid: Unfit.CERTIFICATE}
    assert lists.team == 2


@pytest.mark.django_db
def test_the_target_binds_the_firm_and_the_law_s_quals_stand_there(bureau, organiser, witness):
    matter = make_full_matter(
        bureau, required_quals=["测绘"], preferred_quals=["无人机"], expert_fields=["地质"]
    )
    (visit,) = dispatched(bureau, organiser, matters=[matter])
    prepared = prepared_sitting([visit], organiser, witness).team_sitting

    lists = team_lists.team_lists(prepared, reading.prepared_visits(prepared), TODAY)

    target = lottery.h("target", visit.target_salt, visit.entity.public_code)
    assert lists.visits.content.decode() == f"{visit.number}\t测绘\t地质\t{target}\n"


@pytest.mark.django_db
def test_a_certificate_that_ends_between_two_windows_bars_only_the_later_visit(
    bureau, organiser, witness
):
    first, second = dispatched(bureau, organiser, 2)
    Visit.objects.filter(pk=first.pk).update(window_to=date(2026, 3, 31))
    make_inspector(bureau, 1, certificate_expires_on=date(2026, 4, 15))
    prepared = prepared_sitting([first, second], organiser, witness).team_sitting

    lists = team_lists.team_lists(prepared, reading.prepared_visits(prepared), TODAY)

    assert lists.conflicts.content.decode() == f"{second.number}\tSFX-001\tcertificate\n"
    assert lists.unable == {}


@pytest.mark.django_db
@pytest.mark.rule("A57")
def test_a_namesake_of_the_representative_is_kept_away_until_somebody_looked(
    bureau, organiser, witness
):
    (visit,) = dispatched(bureau, organiser)
    (person,) = make_officers(bureau, 1)
    visit.entity.legal_representative = person.name
    visit.entity.save(update_fields=["legal_representative"])

    found = team_lists.recusal_reasons([visit], [person], [])
    Recusal.objects.create(
        authority=bureau, inspector=person, entity=visit.entity, reason="other", state="lifted"
    )

    assert found == {(visit.number, person.pid): "same_name"}
    assert team_lists.recusal_reasons([visit], [person], []) == {}
