"""本年检查 on the firm's page: what it knows already, against the cap, and nothing that is still held back (A95, A98)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bureau.models import RuleSetting
from inspections.models import AdvanceNotice, EntryLog, Notice, Visit
from inspections.services import notices
from publication.models import Objection
from publication.selectors import firm_year
from publication.services import objections
from registry.models import LedgerEntry
from tests.inspections.conftest import MORNING
from tests.inspections.field_case import ordered_case
from tests.publication.cast import approved_matter, publish

pytestmark = pytest.mark.django_db
TODAY = MORNING.date()


@pytest.fixture
def notice(bureau, people) -> Notice:
    """Of a visit whose clean result is published."""
    matter = approved_matter(bureau, people)
    publish(matter, people["publisher"])
    visit = Visit.objects.get(pk=matter.visit_id)
    made = Notice.objects.filter(visit=visit).first()
    return made or Notice.objects.create(
        visit=visit,
        number="示检通〔2026〕901号",
        token="token-of-year",
        content={
            "authority": bureau.name,
            "unit": visit.unit.name,
            "contact": {"phone": "0999-1"},
            "entity": {"kind": visit.entity.kind, "name": visit.entity.name},
            "matters": [],
            "inspectors": [],
            "window_from": str(visit.window_from),
            "window_to": str(visit.window_to),
            "usage": {"text": "本年第 1 次"},
        },
        issued_by=people["desk"],
    )


def entry(notice, source, **fields) -> LedgerEntry:
    return LedgerEntry.objects.create(
        authority=notice.visit.authority,
        entity=notice.visit.entity,
        source=source,
        **({"day": TODAY, "kind": "daily"} | fields),
    )


def year(notice) -> firm_year.FirmYear:
    return firm_year.of_notice(notice, TODAY)


def page(notice) -> str:
    url = reverse("public:notice-check", kwargs={"token": notice.token})
    return Client().get(url).content.decode()


@pytest.mark.rule("A98")
def test_the_firm_reads_this_year_s_visits_with_their_published_results(notice):
    (row,) = year(notice).visits

    assert (row.is_this, row.has_come, row.counts) == (True, True, True)
    assert row.results[0][1] == "未发现问题"
    assert "年的检查" in page(notice)


@pytest.mark.rule("A95")
def test_visits_are_counted_against_the_published_cap(notice, bureau):
    RuleSetting.objects.create(
        authority=bureau, key="enterprise_cap", value="其他 1", citation="公告"
    )
    entry(notice, "import:1")
    entry(notice, "import:2", kind="complaint")

    found = year(notice)

    assert (found.counted, found.cap, found.is_over) == (2, 1, True)
    assert "已经超过公布的上限" in page(notice)


def test_last_year_and_other_firms_are_not_this_year_s(notice):
    entry(notice, "import:1", day=TODAY - timedelta(days=400))

    assert len(year(notice).visits) == 1


def test_a_visit_that_nobody_told_the_firm_of_does_not_show(notice, bureau, people):
    """Before the notice is handed over a drawn firm must not learn of it here."""
    case = ordered_case(
        bureau, people["leader"], people["second"], people["desk"], people["head"], number=2
    )
    Visit.objects.filter(pk=case.visit.pk).update(entity=notice.visit.entity)
    LedgerEntry.objects.filter(source=f"inspections.visit:{case.visit.pk}").update(
        entity=notice.visit.entity
    )
    assert [row.is_this for row in year(notice).visits] == [True]

    coming = notices.issue(
        visit=Visit.objects.get(pk=case.visit.pk), actor=people["desk"], today=TODAY
    )
    assert len(year(notice).visits) == 1
    Notice.objects.filter(pk=coming.pk).update(delivered_at=MORNING)

    assert sorted(row.has_come for row in year(notice).visits) == [False, True]


def test_a_recheck_shows_only_once_it_took_place(notice):
    """One that is planned for today, or was called off, has not come to the firm."""
    entry(notice, "inspections.recheck:7", kind="recheck", counts=False)

    assert [row.is_this for row in year(notice).visits] == [True]


@pytest.mark.rule("A83")
def test_an_objection_s_state_shows_and_its_finding_only_with_the_reply(notice, people):
    row = objections.register(
        visit_matter=notice.visit.matters.get().pk,
        applicant="甲",
        contact="1",
        text="有误",
        received_on=TODAY,
        actor=people["publisher"],
        today=TODAY,
    )
    waiting = page(notice)
    Objection.objects.filter(pk=row.pk).update(
        state="replied", finding="复查结论在此", reply="答复在此", replied_on=TODAY
    )

    assert row.number in waiting
    assert "前复查" in waiting
    assert "复查结论在此" in page(notice)


@pytest.mark.rule("A98")
def test_word_given_before_and_entries_by_code_are_on_the_firm_s_page(notice, people):
    visit = notice.visit
    AdvanceNotice.objects.create(
        visit=visit,
        authority=visit.authority,
        how="phone",
        person="沈某",
        happened_at=MORNING - timedelta(days=3),
        by=people["desk"],
    )
    EntryLog.objects.create(
        visit=visit,
        authority=visit.authority,
        way="late",
        is_late=True,
        reason="手机没有电",
        on=TODAY,
        happened_at=MORNING,
        by=people["leader"],
    )

    text = page(notice)

    assert text.count("告知</dt>") == 1
    assert "事后补录（原因：手机没有电）" in text
    assert "沈某" not in text


def test_a_firm_that_was_told_before_sees_the_coming_visit(notice, bureau, people):
    case = ordered_case(
        bureau, people["leader"], people["second"], people["desk"], people["head"], number=3
    )
    Visit.objects.filter(pk=case.visit.pk).update(entity=notice.visit.entity)
    LedgerEntry.objects.filter(source=f"inspections.visit:{case.visit.pk}").update(
        entity=notice.visit.entity
    )
    AdvanceNotice.objects.create(
        visit=case.visit,
        authority=bureau,
        how="phone",
        person="沈某",
        happened_at=MORNING,
        by=people["desk"],
    )

    assert len(year(notice).visits) == 2
