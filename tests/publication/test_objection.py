"""异议: registered against a published result, rechecked by somebody uninvolved, answered in time (A82, A83)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Notification
from publication.models import Objection
from publication.services import objections
from tests.inspections.conftest import MORNING
from tests.people import make_user
from tests.publication.cast import approved_matter, publish

pytestmark = pytest.mark.django_db
TODAY = MORNING.date()


@pytest.fixture
def published(bureau, people):
    matter = approved_matter(bureau, people)
    publish(matter, people["publisher"])
    return matter


def register(matter, people, **changes) -> Objection:
    values = {
        "applicant": "示范企业5001号",
        "contact": "0999-1234567",
        "text": "未越界开采",
        "received_on": TODAY,
        "actor": people["publisher"],
        "today": TODAY,
    }
    return objections.register(visit_matter=matter.pk, **(values | changes))


def recheck(row, actor, **changes) -> Objection:
    values = {"finding": "现场复测无误", "is_upheld": False, "today": TODAY}
    return objections.recheck(objection=row.pk, actor=actor, **(values | changes))


@pytest.mark.rule("A82")
def test_the_recheck_is_due_twenty_working_days_after_receipt(published, people):
    row = register(published, people)

    # 2026-03-16 is a Monday; 清明 (4 to 6 April) moves the twentieth working day to 14 April.
    assert row.recheck_due_on == date(2026, 4, 14)
    assert row.number == "示自然资异议〔2026〕1号"


@pytest.mark.rule("A82")
@pytest.mark.parametrize("who", ["leader", "second", "reviewer", "publisher"])
def test_who_had_a_part_in_the_result_does_not_recheck_it(published, people, bureau, who):
    row = register(published, people)
    actor = people[who]
    actor.memberships.create(agency=bureau, role="deputy")
    del actor.seats

    with pytest.raises(Forbidden, match="没有参与过"):
        recheck(row, actor)
    assert Objection.objects.get().state == "received"


@pytest.mark.rule("A83")
def test_the_reply_is_due_fifteen_working_days_after_the_recheck(published, people, deputy):
    row = recheck(register(published, people), deputy, is_upheld=True)

    assert (row.state, row.is_upheld, row.reply_due_on) == ("rechecked", True, date(2026, 4, 7))
    with pytest.raises(Conflict, match="待反馈"):
        recheck(row, deputy)
    done = objections.reply(
        objection=row.pk, text="已更正", replied_on=TODAY, actor=people["publisher"], today=TODAY
    )
    assert done.state == "replied"


def test_only_a_published_result_can_be_objected_to(bureau, people):
    matter = approved_matter(bureau, people)

    with pytest.raises(RuleError, match="还没有公示"):
        register(matter, people)


@pytest.mark.parametrize(("shift", "words"), [(1, "不能晚于今天"), (-1, "早于这项结果的公示日期")])
def test_the_day_of_receipt_must_be_possible(published, people, shift, words):
    with pytest.raises(RuleError, match=words):
        register(published, people, received_on=TODAY + timedelta(days=shift))


@pytest.mark.rule("A82")
def test_due_objections_are_told_once_however_often_the_job_runs(published, people, deputy):
    row = register(published, people)
    before = Notification.objects.count()

    quiet = objections.warn_due(today=TODAY)
    soon = objections.warn_due(today=row.recheck_due_on)
    again = objections.warn_due(today=row.recheck_due_on)
    late = objections.warn_due(today=row.recheck_due_on + timedelta(days=1))

    assert (quiet, again) == (0, 0)
    assert (
        soon == late == Notification.objects.filter(key=f"objection:{row.pk}:received:soon").count()
    )
    assert Notification.objects.count() == before + soon + late
    assert not Notification.objects.filter(
        user=people["reviewer"], key__contains=str(row.pk)
    ).exists()


def test_the_desk_goes_from_receipt_to_reply(published, people, bureau, client):
    checker = make_user("checker", "测复查", bureau, "reviewer")

    def act(user, name, pk, **post):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client.post(reverse(f"publication:{name}", kwargs={"pk": pk}), post)

    act(
        people["publisher"],
        "objection-create",
        published.pk,
        applicant="甲",
        contact="1",
        received_on=TODAY,
        text="有误",
    )
    row = Objection.objects.get()
    refused = act(people["reviewer"], "objection-recheck", row.pk, is_upheld="no", finding="无误")
    act(checker, "objection-recheck", row.pk, is_upheld="yes", finding="确有误")
    act(people["publisher"], "objection-reply", row.pk, replied_on=TODAY, text="将更正")

    row.refresh_from_db()
    page = client.get(reverse("publication:objection-detail", kwargs={"pk": row.pk}))
    assert refused.status_code == 403
    assert (row.state, row.rechecked_by) == ("replied", checker)
    assert "异议成立" in page.content.decode()
