"""公示 by hand, on a chosen day, or at approval (A75, A76): no deadline passes unseen."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent, Membership, Notification, OutboxMessage, RuleSetting
from bureau.services import outbox
from inspections.models import VisitMatter
from inspections.services import review
from publication.jobs import publish_chosen_days
from publication.models import PublicationDay, PublicRecord
from publication.selectors import waiting
from publication.services import nondisclosures, schedules
from tests.inspections.field_case import finished, ordered_case, problem, recorded, submitted
from tests.publication.cast import approved_matter, publish

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 16)
DUE = date(2026, 4, 14)  # 20 working days, 清明 between


def mode(bureau, value: str) -> None:
    RuleSetting.objects.create(
        authority=bureau, key="publication_mode", value=value, citation="测试文件"
    )


def chosen(bureau, people, day: date, number: int = 1) -> VisitMatter:
    matter = approved_matter(bureau, people, number)
    schedules.choose(
        visit_matters=[matter.pk], publish_on=day, actor=people["publisher"], today=TODAY
    )
    return matter


def submitted_matter(bureau, people, codes=("1",), findings=()) -> VisitMatter:
    case = ordered_case(bureau, people["leader"], people["second"], people["desk"], people["head"])
    submitted(recorded(finished(case), codes, findings))
    return case.matter


def deliver() -> None:
    OutboxMessage.objects.update(next_at=timezone.now())
    outbox.deliver_waiting()


@pytest.mark.rule("A75")
def test_it_is_published_on_the_chosen_day_in_the_choosers_name(bureau, people, morning):
    mode(bureau, "chosen_day")
    matter = chosen(bureau, people, date(2026, 3, 20))

    morning.move_to(timezone.now() + timedelta(days=3))
    assert publish_chosen_days() == 0
    morning.move_to(timezone.now() + timedelta(days=1))
    assert [publish_chosen_days(), publish_chosen_days()] == [1, 0]

    record = PublicRecord.objects.get(kind="result")
    assert record.published_by == people["publisher"]
    assert AuditEvent.objects.filter(label__startswith="按选定的日期公示").count() == 1
    matter.refresh_from_db()
    assert matter.state == "published"


@pytest.mark.rule("A75")
@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (DUE + timedelta(days=1), "不能选在期限之后"),
        (date(2026, 3, 21), "可以选 2026-03-20"),
        (date(2026, 4, 6), "可以选 2026-04-03"),
        (TODAY, "今天要公示的"),
        (date(2026, 3, 13), "已经过去"),
    ],
)
def test_a_wrong_day_is_refused(bureau, people, day, sentence):
    mode(bureau, "chosen_day")

    with pytest.raises(RuleError, match=sentence):
        chosen(bureau, people, day)


def test_without_the_setting_no_day_is_chosen(bureau, people):
    with pytest.raises(RuleError, match="没有采用"):
        chosen(bureau, people, date(2026, 3, 20))


@pytest.mark.rule("A76")
def test_a_deadline_that_moved_forward_is_kept_all_the_same(bureau, people):
    mode(bureau, "chosen_day")
    matter = chosen(bureau, people, DUE)
    VisitMatter.objects.filter(pk=matter.pk).update(due_on=date(2026, 3, 25))

    assert schedules.publish_due(today=date(2026, 3, 24)) == 0
    assert schedules.publish_due(today=date(2026, 3, 25)) == 1


def test_several_are_chosen_together_all_or_none(bureau, people):
    mode(bureau, "chosen_day")
    first, second = (approved_matter(bureau, people, number) for number in (1, 2))
    publish(second, people["publisher"])

    with pytest.raises(Conflict, match="已公示"):
        schedules.choose(
            visit_matters=[first.pk, second.pk],
            publish_on=date(2026, 3, 20),
            actor=people["publisher"],
            today=TODAY,
        )

    assert not PublicationDay.objects.exists()


def test_withheld_meanwhile_it_is_not_published(bureau, people):
    mode(bureau, "chosen_day")
    matter = chosen(bureau, people, date(2026, 3, 20))
    nondisclosures.request(
        visit_matter=matter.pk, reason="涉密", basis="保密法", actor=people["publisher"]
    )

    assert schedules.publish_due(today=date(2026, 3, 20)) == 0
    assert not PublicRecord.objects.filter(kind="result").exists()


def test_a_chooser_who_lost_the_role_is_reported_to_the_others(bureau, people):
    mode(bureau, "chosen_day")
    chosen(bureau, people, date(2026, 3, 20))
    Membership.objects.filter(user=people["publisher"]).delete()
    other = Membership.objects.create(user=people["head"], agency=bureau, role="publisher").user

    assert schedules.publish_due(today=date(2026, 3, 20)) == 0

    assert Notification.objects.filter(user=other, text__contains="没有公示成").count() == 1


def test_what_has_a_day_waits_for_nobody(bureau, people):
    mode(bureau, "chosen_day")
    chosen(bureau, people, date(2026, 3, 20))

    assert waiting.for_user(people["publisher"], TODAY) == []
    assert len(waiting.for_user(people["publisher"], date(2026, 3, 23))) == 1


def test_a_chosen_day_is_taken_back_on_the_page(bureau, people, client):
    mode(bureau, "chosen_day")
    matter = approved_matter(bureau, people)
    client.force_login(people["publisher"], backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("publication:schedule")

    late = client.post(url, {"pk": [matter.pk], "publish_on": "2026-04-20"})
    chosen = client.post(url, {"pk": [matter.pk], "publish_on": "2026-03-20"})
    queue = client.get(reverse("publication:queue")).content.decode()
    back = client.post(reverse("publication:schedule-cancel", args=[matter.pk]))

    assert (late.status_code, chosen.status_code, back.status_code) == (422, 302, 302)
    assert "不能选在期限之后" in late.content.decode()
    assert "选定 03-20 公示" in queue
    assert not PublicationDay.objects.exists()


@pytest.mark.rule("A76")
def test_at_approval_it_is_published_by_itself(bureau, people):
    mode(bureau, "at_approval")
    matter = submitted_matter(bureau, people)

    review.approve(visit_matter_pk=matter.pk, actor=people["reviewer"], today=TODAY)
    deliver()

    record = PublicRecord.objects.get(kind="result")
    assert record.published_by is None
    matter.refresh_from_db()
    assert matter.state == "published"
    event = AuditEvent.objects.get(action="result.published")
    assert (event.actor_name, event.label[:9]) == ("系统", "审核通过后自动公示")


def test_the_reviewer_may_hold_one_for_the_publisher(bureau, people):
    mode(bureau, "at_approval")
    matter = submitted_matter(bureau, people, ["N01"], [problem()])

    review.approve(visit_matter_pk=matter.pk, actor=people["reviewer"], today=TODAY, is_held=True)
    deliver()

    assert not PublicRecord.objects.filter(kind="result").exists()
    assert Notification.objects.filter(user=people["publisher"], text__contains="待公示").exists()


def test_delivered_twice_it_is_published_once(bureau, people):
    mode(bureau, "at_approval")
    matter = submitted_matter(bureau, people)
    review.approve(visit_matter_pk=matter.pk, actor=people["reviewer"], today=TODAY)
    deliver()

    assert "不能再办" in schedules.publish_approved(visit_matter=matter.pk, today=TODAY)["skipped"]
    assert PublicRecord.objects.filter(kind="result").count() == 1


def test_by_hand_nothing_is_published_by_itself(bureau, people):
    matter = submitted_matter(bureau, people)

    review.approve(visit_matter_pk=matter.pk, actor=people["reviewer"], today=TODAY)
    deliver()
    publish_chosen_days()

    assert not PublicRecord.objects.filter(kind="result").exists()


def test_only_a_publisher_chooses_the_day(bureau, people):
    mode(bureau, "chosen_day")
    matter = approved_matter(bureau, people)

    with pytest.raises(Forbidden):
        schedules.choose(
            visit_matters=[matter.pk],
            publish_on=date(2026, 3, 20),
            actor=people["reviewer"],
            today=TODAY,
        )
