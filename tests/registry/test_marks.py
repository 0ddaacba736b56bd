"""Risk marks come with their source, end by their date or with a reason, and are not undone unseen."""

from datetime import date, timedelta

import pytest

from bureau.errors import Conflict, Forbidden, RuleError
from registry.models import EntityRevision, Listing, RiskMark
from registry.selectors import entities as selector
from registry.services import marks
from tests.planning.build import make_listing

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 16)


@pytest.fixture
def listing(bureau) -> Listing:
    return make_listing(bureau, 1)


def put(listing, actor, flag="serious_violation", source="publication.penalty:1", until=None):
    return marks.put(
        entity=listing.entity,
        authority_id=listing.authority_id,
        flag=flag,
        source=source,
        reason="处罚决定书 1 号",
        from_on=TODAY,
        until_on=until,
        actor=actor,
    )


def flags(listing) -> list[str]:
    return Listing.objects.get(pk=listing.pk).risk_flags


@pytest.mark.rule("A88")
def test_a_mark_stands_on_the_listing_with_its_source(listing, organiser):
    put(listing, organiser)

    mark = RiskMark.objects.get()
    assert flags(listing) == ["serious_violation"]
    assert (mark.reason, mark.set_by) == ("处罚决定书 1 号", organiser)
    assert EntityRevision.objects.get().changes["listing"]["risk_flags"] == [
        [],
        ["serious_violation"],
    ]


def test_the_same_source_marks_once(listing, organiser):
    put(listing, organiser)
    put(listing, organiser)

    assert RiskMark.objects.count() == 1


@pytest.mark.rule("A88")
def test_a_mark_is_taken_off_with_a_reason(listing, organiser):
    mark = put(listing, organiser)

    with pytest.raises(RuleError, match="须写明理由"):
        marks.take_off(mark_pk=mark.pk, reason=" ", actor=organiser, today=TODAY)
    marks.take_off(mark_pk=mark.pk, reason="完成信用修复", actor=organiser, today=TODAY)

    assert flags(listing) == []
    assert RiskMark.objects.get().end_reason == "完成信用修复"


def test_a_flag_stays_while_another_source_holds_it(listing, organiser):
    first = put(listing, organiser)
    put(listing, organiser, source="publication.penalty:2")

    marks.take_off(mark_pk=first.pk, reason="处罚撤销", actor=organiser, today=TODAY)

    assert flags(listing) == ["serious_violation"]


@pytest.mark.rule("A88")
def test_a_mark_ends_the_day_after_its_date_once(listing, organiser):
    put(listing, organiser, flag="joint_punishment", until=TODAY + timedelta(days=5))

    ended = [marks.expire(today=TODAY + timedelta(days=n)) for n in (5, 6, 6)]

    assert ended == [0, 1, 0]
    assert flags(listing) == []


def test_it_is_taken_off_once(listing, organiser):
    mark = put(listing, organiser)
    marks.take_off(mark_pk=mark.pk, reason="处罚撤销", actor=organiser, today=TODAY)

    with pytest.raises(Conflict, match="已于 2026-03-16 取消"):
        marks.take_off(mark_pk=mark.pk, reason="处罚撤销", actor=organiser, today=TODAY)


def test_an_inspector_takes_no_mark_off(listing, organiser, inspector_user):
    mark = put(listing, organiser)

    with pytest.raises(Forbidden):
        marks.take_off(mark_pk=mark.pk, reason="处罚撤销", actor=inspector_user, today=TODAY)


def test_who_is_not_listed_here_gets_no_mark(listing, organiser, foreign_bureau):
    found = marks.put(
        entity=listing.entity,
        authority_id=foreign_bureau.pk,
        flag="serious_violation",
        source="publication.penalty:1",
        reason="处罚决定书 1 号",
        from_on=TODAY,
        until_on=None,
        actor=organiser,
    )

    assert found is None


@pytest.mark.rule("A36")
def test_a_stratum_can_be_cut_by_a_mark(listing, organiser, bureau):
    make_listing(bureau, 2)
    put(listing, organiser)

    marked = selector.matching(bureau, {"flags": ["serious_violation"]})

    assert [row.pk for row in marked] == [listing.pk]
    assert selector.scope_label({"flags": ["serious_violation"]}) == "风险标记：严重违法违规记录"
