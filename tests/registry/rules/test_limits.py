"""Who may be drawn: yearly limit, standing, certificates, recusal."""

from datetime import date

import pytest

from registry.rules.certificates import (
    NO_EXPIRY,
    CertificateState,
    certificate_state,
    certificate_valid,
    show_expiry,
)
from registry.rules.kinds import Standing
from registry.rules.recusal import EntityFacts, InspectorTies, Interest, Tie, must_recuse
from registry.rules.yearly_limit import year_before

TODAY = date(2026, 11, 20)
MINE = EntityFacts("91990101MA0000015C", "示范县黑石沟矿业有限公司", ("黑石沟采石厂",), "柳平川")


@pytest.mark.rule("A48")
@pytest.mark.parametrize(
    ("on", "before"),
    [(TODAY, date(2025, 11, 20)), (date(2028, 2, 29), date(2027, 2, 28))],
)
def test_the_rolling_year_begins_after_the_same_day_a_year_ago(on, before):
    assert year_before(on) == before


def test_who_is_gone_cannot_be_drawn_and_a_closed_one_can():
    gone = [standing for standing in Standing if not standing.is_drawable]

    assert gone == [Standing.DEREGISTERED, Standing.REVOKED, Standing.CANCELLED, Standing.MOVED_OUT]


@pytest.mark.rule("A19")
@pytest.mark.parametrize(
    ("expires_on", "valid", "state"),
    [
        (None, False, CertificateState.MISSING),
        (date(2026, 11, 19), False, CertificateState.EXPIRED),
        (TODAY, True, CertificateState.EXPIRING),
        (date(2026, 12, 20), True, CertificateState.EXPIRING),
        (date(2026, 12, 21), True, CertificateState.VALID),
        (NO_EXPIRY, True, CertificateState.VALID),
    ],
)
def test_a_certificate_holds_through_its_last_day(expires_on, valid, state):
    assert certificate_valid(expires_on, TODAY) is valid
    assert certificate_state(expires_on, TODAY) is state


def test_an_open_ended_certificate_is_shown_as_such():
    assert [show_expiry(day) for day in (NO_EXPIRY, TODAY, None)] == ["长期", "2026-11-20", ""]


@pytest.mark.rule("A57")
def test_a_declared_interest_keeps_an_inspector_away():
    inspector = InspectorTies(
        "鄢北江", (Tie(Interest.KIN, entity_code=MINE.code, note="配偶的兄弟在该矿任职"),)
    )

    reason = must_recuse(inspector, MINE, TODAY)

    assert reason.interest is Interest.KIN
    assert reason.sentence == "鄢北江与示范县黑石沟矿业有限公司：近亲属关系（配偶的兄弟在该矿任职）"
    assert not reason.needs_decision


@pytest.mark.rule("A57")
def test_a_former_employer_is_found_under_its_former_name():
    inspector = InspectorTies(
        "谷雨桐", (Tie(Interest.FORMER_EMPLOYER, entity_name="黑石沟 采石厂"),)
    )

    assert must_recuse(inspector, MINE, TODAY).interest is Interest.FORMER_EMPLOYER


@pytest.mark.rule("A57")
def test_the_same_name_as_the_representative_is_found_and_left_to_a_person():
    reason = must_recuse(InspectorTies("柳平川"), MINE, TODAY)

    assert reason.interest is Interest.SAME_NAME
    assert reason.needs_decision


@pytest.mark.rule("A57")
@pytest.mark.parametrize(
    "tie",
    [
        Tie(Interest.INVESTMENT, entity_code="91990101MA0000000X"),
        Tie(Interest.INVESTMENT, entity_code=MINE.code, to_on=date(2026, 11, 19)),
        Tie(Interest.DECLARED),
    ],
)
def test_other_ended_and_unaddressed_ties_keep_nobody_away(tie):
    assert must_recuse(InspectorTies("鄢北江", (tie,)), MINE, TODAY) is None
