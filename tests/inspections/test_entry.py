"""入企登记: by the firm's code or by ours; afterwards only in time, with a reason, and flagged (A98)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import InternalError, ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone

from bureau.errors import Conflict, Forbidden, RuleError
from inspections.models import EntryLog, FirmCode, RouteNote
from inspections.rules.places import Place
from inspections.selectors import on_site
from inspections.services import entries, sheets
from publication.selectors import dossier_cases, dossier_checks
from registry.models import Listing
from tests.inspections.field_case import begun, finished
from tests.people import make_authority, make_user

pytestmark = pytest.mark.django_db


def code(case) -> FirmCode:
    listing = Listing.objects.get(entity=case.visit.entity, authority=case.visit.authority)
    return entries.code_of(listing=listing, actor=case.organiser)


def enter(case, **given) -> EntryLog:
    values = {"actor": case.leader, "way": "shown", "happened_at": timezone.now()}
    return entries.enter(visit_pk=case.visit_pk, **(values | given))


def enter_late(case, days: int, reason: str = "手机没电", **given) -> EntryLog:
    at = timezone.now() - timedelta(days=days)
    return entries.enter_late(
        visit_pk=case.visit_pk, **({"actor": case.leader} | given), happened_at=at, reason=reason
    )


@pytest.mark.rule("A98")
def test_scanning_the_firm_s_code_notes_who_when_and_where(case):
    here = Place(Decimal("24.500000"), Decimal("117.600000"))

    row = enter(case, way="scanned", token=code(case).token, place=here)

    assert (row.by, row.way, row.happened_at) == (case.leader, "scanned", timezone.now())
    assert (row.latitude, row.longitude) == (here.latitude, here.longitude)
    assert not row.is_late


def test_another_firm_s_code_is_refused_by_name(case, bureau):
    from tests.planning.build import make_listing

    other = entries.code_of(listing=make_listing(bureau, 5999), actor=case.organiser)

    with pytest.raises(RuleError, match=case.visit.entity.name):
        enter(case, way="scanned", token=other.token)


def test_a_firm_has_one_code_however_often_it_is_asked_for(case):
    assert code(case).token == code(case).token
    assert FirmCode.objects.count() == 1


def test_a_second_press_finds_the_first_entry(case, morning):
    first = enter(case)
    morning.shift(timedelta(minutes=3))

    assert enter(case) == first
    assert EntryLog.objects.count() == 1


def test_nobody_outside_the_team_enters(case, bureau):
    with pytest.raises(Forbidden, match="检查组"):
        enter(case, actor=make_user("stranger", "测外人", bureau, "inspector"))


def test_nobody_enters_a_visit_that_is_over(case):
    finished(case)

    with pytest.raises(Conflict):
        enter(case)


@pytest.mark.rule("A98")
def test_a_late_entry_is_taken_for_ten_days_with_a_reason_and_stays_flagged(case, morning):
    begun(case)
    morning.shift(timedelta(days=10))

    row = enter_late(case, 10)

    assert (row.way, row.is_late, row.reason) == ("late", True, "手机没电")
    assert list(
        on_site.late_entries(make_user("look", "测考核", case.visit.authority, "assessor"))
    ) == [row]


@pytest.mark.parametrize(
    ("days", "reason", "sentence"), [(11, "手机没电", "超过 10 日"), (2, " ", "请写明")]
)
def test_a_late_entry_is_refused(case, morning, days, reason, sentence):
    begun(case)
    morning.shift(timedelta(days=days))

    with pytest.raises(RuleError, match=sentence):
        enter_late(case, days, reason)


def test_a_day_with_its_entry_is_not_entered_late(case, morning):
    enter(case)
    morning.shift(timedelta(hours=3))

    with pytest.raises(RuleError, match="已有登记"):
        enter_late(case, 0)


def test_an_entry_is_never_changed(case):
    row = enter(case)

    with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
        EntryLog.objects.filter(pk=row.pk).update(reason="改写")


@pytest.mark.rule("A98")
def test_a_late_entry_stands_on_visit_page_record_sheet_and_dossier(case, client, morning):
    finished(case)
    morning.shift(timedelta(days=2))
    enter_late(case, 2)
    client.force_login(case.leader)

    page = client.get(reverse("inspections:visit-detail", args=[case.visit_pk])).content.decode()
    phone = client.get(reverse("inspections:field-visit", args=[case.visit_pk])).content.decode()

    assert "事后补录" in page
    assert "手机没电" in page
    assert "事后补录" in phone
    assert "事后补录" in sheets.content(case.visit)["entries"][0]
    bound = dossier_cases.one(case.visit_pk, case.matter.task_id)
    papers = {check.part.key: check for check in dossier_checks.of(bound)}
    assert "手机没电" in papers["entry"].found


def test_the_code_leads_an_inspector_to_the_open_visit(case, client):
    client.force_login(case.leader)

    page = client.get(reverse("inspections:field-scan", args=[code(case).token]))

    assert reverse("inspections:field-entry", args=[case.visit_pk]) in page.content.decode()


def test_the_code_tells_an_inspector_of_another_bureau_nothing(case, client):
    foreign = make_authority("SFZ", "示范邻县自然资源局")
    client.force_login(make_user("foreign", "测外县", foreign, "inspector"))

    page = client.get(reverse("inspections:field-scan", args=[code(case).token]))

    assert "没有轮到您的检查" in page.content.decode()
    assert case.visit.entity.name not in page.content.decode()


def test_the_page_takes_the_entry_and_shows_our_code(case, client):
    from inspections.services import notices

    notices.issue(visit=case.visit, actor=case.organiser, today=timezone.localdate())
    client.force_login(case.leader)
    url = reverse("inspections:field-entry", args=[case.visit_pk])

    shown = client.get(url).content.decode()
    answer = client.post(url, {"way": "shown", "latitude": "24.5", "longitude": "117.6"})

    assert "<svg" in shown
    assert case.visit.notice.token in shown
    assert answer.status_code == 302
    assert EntryLog.objects.get().latitude == Decimal("24.5")


def test_the_printed_code_is_a_pdf(case, client):
    made = code(case)
    client.force_login(case.leader)
    listing = Listing.objects.get(entity=made.entity)

    answer = client.get(reverse("inspections:firm-code-pdf", args=[listing.pk]))

    assert answer.content.startswith(b"%PDF")


def test_directions_stay_with_the_firm_for_the_next_inspector(case, client):
    entries.note_route(visit_pk=case.visit_pk, actor=case.leader, text="过大桥右转")
    entries.note_route(visit_pk=case.visit_pk, actor=case.second, text="过大桥右转，蓝色铁门")
    entries.note_route(visit_pk=case.visit_pk, actor=case.second, text="过大桥右转，蓝色铁门")
    client.force_login(case.leader)

    page = client.get(reverse("inspections:field-today")).content.decode()

    assert "过大桥右转，蓝色铁门" in page
    assert RouteNote.objects.count() == 2
