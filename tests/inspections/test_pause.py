"""检查中断与恢复, and a firm that changed its name meanwhile."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent, Notification
from inspections.selectors import notices as reading
from inspections.selectors import on_site
from inspections.selectors.waiting_fieldwork import for_user
from inspections.services import finishing, notices, pauses, sheets
from registry.services import entities
from tests.inspections.field_case import begun, filled, give_answer

pytestmark = pytest.mark.django_db


def pause(case, **given):
    values = {
        "actor": case.leader,
        "reason": "全矿停电",
        "happened_at": timezone.now(),
        "today": timezone.localdate(),
    }
    return pauses.pause(visit_pk=case.visit_pk, **(values | given))


def resume(case, **given):
    values = {"actor": case.leader, "happened_at": timezone.now()}
    return pauses.resume(visit_pk=case.visit_pk, **(values | given))


@pytest.mark.rule("A60")
def test_only_the_leader_pauses_and_resumes(case):
    begun(case)
    with pytest.raises(Forbidden, match="组长"):
        pause(case, actor=case.second)
    pause(case)

    with pytest.raises(Forbidden, match="组长"):
        resume(case, actor=case.second)


def test_nothing_is_filled_in_while_it_is_paused_and_everything_after(case, morning):
    begun(case)
    pause(case)
    morning.shift(timedelta(minutes=5))
    with pytest.raises(Conflict, match="中断"):
        give_answer(case, 1, "yes")
    morning.shift(timedelta(days=1))

    resume(case)

    assert give_answer(case, 1, "yes").value == "yes"


def test_what_a_phone_noted_before_the_pause_still_arrives(case, morning):
    begun(case)
    before = timezone.now()
    morning.shift(timedelta(minutes=10))
    pause(case)

    assert give_answer(case, 1, "yes", happened_at=before).happened_at == before


def test_a_paused_visit_does_not_end(case):
    filled(begun(case))
    pause(case)

    with pytest.raises(Conflict, match="恢复检查"):
        finishing.finish(visit_pk=case.visit_pk, actor=case.leader, happened_at=timezone.now())


@pytest.mark.rule("A75")
def test_the_clock_begins_with_the_end_on_the_second_day(case, morning):
    begun(case)
    pause(case)
    morning.shift(timedelta(days=1))
    resume(case)
    filled(case)

    finishing.finish(visit_pk=case.visit_pk, actor=case.leader, happened_at=timezone.now())

    assert case.matter.clock_from == timezone.localdate()


def test_a_second_pause_and_a_pause_without_reason_are_refused(case):
    begun(case)
    with pytest.raises(RuleError, match="写明中断"):
        pause(case, reason="  ")
    pause(case)

    with pytest.raises(Conflict, match="已经中断"):
        pause(case)


def test_a_paused_visit_waits_for_its_team_and_stands_in_trail_and_sheet(case, client):
    begun(case)
    pause(case)
    client.force_login(case.leader)

    waiting = for_user(case.leader, timezone.localdate())
    page = client.get(reverse("inspections:field-visit", args=[case.visit_pk])).content.decode()

    assert [(item.verb, item.word) for item in waiting] == [("恢复检查", "已中断")]
    assert "全矿停电" in page
    assert reverse("inspections:field-resume", args=[case.visit_pk]) in page
    assert "全矿停电" in sheets.content(case.visit)["pauses"][0]
    assert AuditEvent.objects.filter(action="visit.paused").exists()


def test_the_pages_pause_and_resume(case, client):
    begun(case)
    client.force_login(case.leader)
    now = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    args = [case.visit_pk]

    client.post(
        reverse("inspections:field-pause", args=args), {"happened_at": now, "reason": "停电"}
    )
    paused = case.visit.pauses.filter(resumed_at=None).count()
    client.post(reverse("inspections:field-resume", args=args), {"happened_at": now})

    assert (paused, case.visit.pauses.filter(resumed_at=None).count()) == (1, 0)


def test_a_firm_renamed_meanwhile_is_shown_by_both_names(case, client, morning):
    notice = notices.issue(visit=case.visit, actor=case.organiser, today=timezone.localdate())
    begun(case)
    morning.shift(timedelta(hours=1))
    old = case.visit.entity.name
    rename(case, "示范县新名矿业有限公司")
    client.force_login(case.leader)

    seen = on_site.of_visit(case.visit).renamed
    checked = reading.by_token(notice.token)
    page = client.get(reverse("inspections:visit-detail", args=[case.visit_pk])).content.decode()

    assert (seen.then, seen.now) == (old, "示范县新名矿业有限公司")
    assert (checked.entity_name, checked.entity_name_now) == (old, "示范县新名矿业有限公司")
    assert f"派发时“{old}”" in page
    assert sheets.content(case.visit)["former_name"] == old


def rename(case, name: str) -> None:
    listing = case.visit.entity.listings.get(authority=case.visit.authority)
    entities.change(
        actor=case.organiser,
        listing=listing,
        facts={"name": name},
        about_listing={},
        version=listing.entity.version,
    )


def test_a_visit_without_a_rename_says_nothing_of_names(case):
    begun(case)
    give_answer(case, 2, "yes", number=Decimal("4.5"))

    assert on_site.of_visit(case.visit).renamed is None


def test_the_leader_is_told_once_when_the_day_to_go_on_has_come(case):
    begun(case)
    day = timezone.localdate() + timedelta(days=2)
    pause(case, resume_on=day)

    told = [pauses.remind(today=day + timedelta(days=n)) for n in (-1, 0, 0, 1)]

    assert told == [0, 1, 0, 0]
    assert Notification.objects.filter(user=case.leader, text__contains="已中断").count() == 1
