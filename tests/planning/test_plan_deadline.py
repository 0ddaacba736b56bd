"""The plan's deadline: who is told, and only once."""

import pytest
import time_machine

from bureau.models import Notification, RuleSetting
from planning.jobs import warn_plan_deadline
from planning.models import Plan
from planning.rules.coverage import Planned, coverage, squeezes

pytestmark = pytest.mark.django_db


@pytest.mark.rule("A28")
@time_machine.travel("2026-01-26 00:05:00Z")
def test_five_workdays_before_the_day_the_organiser_is_told_once(organiser, head, inspector_user):
    warn_plan_deadline()
    warn_plan_deadline()

    texts = Notification.objects.filter(user=organiser).values_list("text", flat=True)
    assert list(texts) == ["2026 年度抽查计划应在 2026-01-31 前公布，剩 4 个工作日。"]
    assert not Notification.objects.filter(user=inspector_user).exists()


@pytest.mark.rule("A29")
@time_machine.travel("2026-01-26 00:05:00Z")
def test_a_bureau_with_march_as_deadline_is_not_told_in_january(organiser, bureau):
    RuleSetting.objects.create(
        authority=bureau, key="plan_due", value="03-31", citation="兵自然资发〔2020〕47号"
    )

    warn_plan_deadline()

    assert not Notification.objects.exists()


@pytest.mark.rule("A28")
@time_machine.travel("2026-02-03 00:05:00Z")
def test_a_published_plan_ends_the_reminders(organiser, bureau):
    Plan.objects.create(authority=bureau, year=2026, title="计划", state="published")

    warn_plan_deadline()

    assert not Notification.objects.exists()


@pytest.mark.rule("A28")
@time_machine.travel("2026-02-03 00:05:00Z")
def test_past_the_day_it_is_urgent(organiser):
    warn_plan_deadline()

    assert Notification.objects.get(user=organiser).is_urgent


def planned(name, scope, base, estimate, frequency="1次/年", *, firms=0, by_risk=False):
    return Planned(name, scope, base, firms, estimate, frequency, by_risk)


@pytest.mark.rule("A110")
def test_more_picks_than_the_limit_lets_through_are_named():
    items = [
        planned("甲", "矿山", 10, 10, "2次/年"),
        planned("乙", "矿山", 10, 1),
        planned("丙", "企业", 100, 100, "2次/年"),
    ]

    [squeeze] = squeezes(items, 2)

    assert (squeeze.names, squeeze.picks, squeeze.room) == (("甲", "乙"), 21, 20)


@pytest.mark.rule("A37")
@pytest.mark.rule("A38")
@pytest.mark.rule("A39")
def test_coverage_is_counted_three_ways():
    items = [
        planned("甲", "企业", 100, 5, firms=80, by_risk=True),
        planned("乙", "矿山", 20, 3, "2次/年"),
    ]

    found = coverage(items, pool=200, enterprises=100)

    assert found.of_pool == 0.04
    assert found.of_enterprises == 0.04
    assert found.risk_share == pytest.approx(1 / 3)
    assert found.picks == 11
