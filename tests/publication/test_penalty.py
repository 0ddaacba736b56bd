"""行政处罚信息: reviewed by another person, published in time, pushed, and back in the register as a mark."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Notification
from inspections.models import Disposal
from inspections.services.outcomes import NewFinding
from publication.models import Penalty, PublicEntry, PublicRecord, Push, PushTarget
from publication.rules import frozen
from publication.services import penalties
from registry.models import Entity, Listing
from tests.planning.build import make_listing
from tests.publication.cast import approved_matter
from tests.publication.penalty_case import decision, recorded

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 16)  # a Monday


@pytest.fixture
def listing(bureau) -> Listing:
    return make_listing(bureau, 1)


@pytest.fixture
def entered(listing, bureau, publisher) -> Penalty:
    return recorded(listing.entity, bureau, publisher, TODAY)


def review(row, actor, approve=True, note="同意", today=TODAY):
    return penalties.review(penalty_pk=row.pk, approve=approve, note=note, actor=actor, today=today)


def public_page(row) -> str:
    entry = PublicEntry.objects.get(record__penalty=row)
    return Client().get(reverse("public:penalty-detail", kwargs={"pk": entry.pk})).content.decode()


@pytest.mark.rule("A88")
def test_it_is_due_seven_working_days_after_the_decision(entered):
    assert entered.due_on == date(2026, 3, 25)


@pytest.mark.rule("A88")
def test_another_person_publishes_it_by_the_review(entered, reviewer):
    review(entered, reviewer)

    entered.refresh_from_db()
    assert entered.state == "published"
    assert "罚款人民币贰万元" in public_page(entered)
    assert frozen.thaw(bytes(entered.record.content))["penalty"]["number"] == entered.number


@pytest.mark.rule("A80")
def test_who_entered_it_does_not_review_it(entered, publisher, bureau):
    publisher.memberships.create(agency=bureau, role="reviewer")
    del publisher.seats

    with pytest.raises(Forbidden, match="由您录入"):
        review(entered, publisher)


@pytest.mark.rule("A88")
def test_it_goes_to_the_platforms_that_receive_penalties(entered, reviewer, bureau, publisher):
    for name, what in (("信用平台", ["penalty"]), ("公示系统", ["result"])):
        PushTarget.objects.create(
            authority=bureau, name=name, kind="excel", receives=what, created_by=publisher
        )

    review(entered, reviewer)

    assert [push.target.name for push in Push.objects.all()] == ["信用平台"]


@pytest.mark.rule("A88")
def test_a_serious_one_comes_back_as_a_mark_until_its_day(listing, bureau, publisher, reviewer):
    until = TODAY + timedelta(days=365)
    row = recorded(
        listing.entity, bureau, publisher, TODAY, flag="joint_punishment", flag_until_on=until
    )
    before = Listing.objects.get(pk=listing.pk).risk_flags

    review(row, reviewer)

    mark = listing.marks.get()
    assert before == []
    assert Listing.objects.get(pk=listing.pk).risk_flags == ["joint_punishment"]
    assert (mark.until_on, mark.reason) == (until, f"处罚决定书 {row.number}")
    assert "联合惩戒对象，至 2027-03-16" in public_page(row)


@pytest.mark.rule("A88")
def test_a_natural_person_never_stands_in_public(listing, bureau, publisher, reviewer):
    Entity.objects.filter(pk=listing.entity_id).update(
        kind="person", name="纪砚青", id_kind="person"
    )
    entity = Entity.objects.get(pk=listing.entity_id)
    row = recorded(entity, bureau, publisher, TODAY, fact="纪砚青擅自采伐。")

    review(row, reviewer)

    row.refresh_from_db()
    held = bytes(row.record.content).decode()
    assert "纪砚青" not in held
    assert entity.code not in held
    assert "纪砚青" not in public_page(row)


def test_a_returned_one_is_put_right_and_reviewed_again(entered, publisher, reviewer):
    review(entered, reviewer, approve=False, note="依据条款不全")
    told = Notification.objects.filter(user=publisher, key__startswith="penalty-returned:").count()

    penalties.amend(
        penalty_pk=entered.pk,
        decision=decision(TODAY, basis="《矿产资源法》第四十条第一款"),
        actor=publisher,
        today=TODAY,
    )
    review(entered, reviewer)

    entered.refresh_from_db()
    assert told == 1
    assert (entered.state, entered.basis) == ("published", "《矿产资源法》第四十条第一款")


@pytest.mark.rule("A88")
def test_a_corrected_day_of_the_decision_moves_the_deadline(entered, publisher, reviewer):
    review(entered, reviewer, approve=False, note="决定日期应为 3 月 12 日")

    row = penalties.amend(
        penalty_pk=entered.pk,
        decision=decision(TODAY, decided_on=date(2026, 3, 12)),
        actor=publisher,
        today=TODAY,
    )

    row.refresh_from_db()
    assert row.due_on == date(2026, 3, 23)


@pytest.mark.rule("A88")
def test_the_public_words_do_not_name_a_natural_person(listing, bureau, publisher):
    Entity.objects.filter(pk=listing.entity_id).update(
        kind="person", name="纪砚青", id_kind="person"
    )
    entity = Entity.objects.get(pk=listing.entity_id)

    with pytest.raises(RuleError, match="处罚内容会对外公示"):
        recorded(entity, bureau, publisher, TODAY, content="对纪砚青罚款人民币贰万元")


@pytest.mark.rule("A88")
def test_it_follows_a_disposal_of_the_same_firm_only(bureau, people):
    finding = NewFinding(fact="越界开采", basis="《矿产资源法》第四十条")
    approved_matter(bureau, people, codes=("A",), findings=(finding,))
    disposal = Disposal.objects.get(state="open")

    with pytest.raises(RuleError, match="不是同一家"):
        penalties.record(
            entity=make_listing(bureau, 77).entity,
            authority=bureau,
            decision=decision(TODAY),
            disposal=disposal,
            actor=people["publisher"],
            today=TODAY,
        )


def test_it_is_published_once(entered, reviewer, deputy):
    review(entered, reviewer)

    with pytest.raises(Conflict, match="已公示"):
        review(entered, deputy)
    assert PublicRecord.objects.filter(kind="penalty").count() == 1


def test_the_same_decision_is_entered_once(entered, listing, bureau, publisher):
    with pytest.raises(Conflict, match="已经录入"):
        recorded(listing.entity, bureau, publisher, TODAY)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"amount": None}, "金额"),
        ({"fact": " "}, "违法事实"),
        ({"decided_on": TODAY + timedelta(days=1)}, "不能晚于今天"),
        ({"flag_until_on": TODAY + timedelta(days=9)}, "列入哪一类"),
    ],
)
def test_what_is_missing_is_named(listing, bureau, publisher, given, sentence):
    with pytest.raises(RuleError, match=sentence):
        penalties.record(
            entity=listing.entity,
            authority=bureau,
            decision=decision(TODAY, **given),
            actor=publisher,
            today=TODAY,
        )


def test_reviewers_are_told_once_before_it_is_late(entered, reviewer):
    told = [penalties.warn_due(today=date(2026, 3, day)) for day in (16, 20, 20, 26)]

    assert told == [0, 1, 0, 1]


def test_the_public_list_finds_it_by_two_characters_of_the_name(entered, reviewer, listing):
    review(entered, reviewer)
    url = reverse("public:penalties")

    found = Client().get(url, {"q": listing.entity.name[:2]}).content.decode()
    nothing = Client().get(url, {"q": "无此"}).content.decode()

    assert listing.entity.name in found
    assert "没有查到处罚信息" in nothing
