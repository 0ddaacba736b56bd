"""Merging as proof: who organised, who saw, who agreed; skips and the unit's check of its list (A49, A105, DRAW §5)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Notification
from bureau.services import notifications
from inspections.models import ListCheck, Visit
from inspections.selectors import merges as reading
from inspections.selectors import records, waiting_cases
from inspections.services import dispatch, list_checks, merges, skips
from planning.models import Skip
from tests.inspections.case_cast import merged, pick_of, task_again
from tests.inspections.dispatch_cast import TODAY, assigned, dispatched, make_officers, task_of
from tests.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(division):
    return make_user("colleague", "另一经办", division, "organiser")


@pytest.fixture
def joint(bureau, organiser, colleague):
    return merged(bureau, organiser, by_second=colleague)


def rows(visit, user):
    found = reading.of_visit(visit, records.of_visit(visit.pk), user)
    assert found is not None
    return {row.task.pk: row for row in found.rows}, found.common


@pytest.mark.rule("A49")
def test_it_shows_tasks_windows_and_who_agreed(joint, organiser, colleague):
    visit, first, second = joint

    shown, common = rows(visit, organiser)

    assert (common.starts_on, common.ends_on) == (date(2026, 4, 1), date(2026, 4, 30))
    assert (shown[first.pk].organiser, shown[second.pk].organiser) == ("测任务经", "另一经办")
    assert [shown[task.pk].word for task in (first, second)] == ["尚未阅知", "派发时确认"]


@pytest.mark.rule("A49")
def test_the_other_organiser_is_told_reads_and_agrees(joint, organiser):
    visit, first, second = joint
    notice = Notification.objects.get(user=organiser, key=f"task.joined:{second.pk}")

    notifications.mark_read(user=organiser, notification=notice)
    assert rows(visit, organiser)[0][first.pk].word == "已阅，尚未答复"
    merges.agree(visit=visit, task=first, actor=organiser)

    assert rows(visit, organiser)[0][first.pk].word == "已同意"
    with pytest.raises(RuleError, match="已由测任务经确认"):
        merges.agree(visit=visit, task=first, actor=organiser)


def test_nobody_agrees_for_another_division(joint, colleague):
    visit, first, _ = joint

    with pytest.raises(Forbidden, match=r"由任务 .* 的经办人"):
        merges.agree(visit=visit, task=first, actor=colleague)


@pytest.mark.rule("A49")
def test_after_a_split_there_is_nothing_to_agree(joint, organiser, colleague):
    visit, first, second = joint

    own, rest = dispatch.split(
        visit=visit, task=second, reason="专家六月才到", actor=organiser, today=TODAY
    )

    with pytest.raises(Conflict, match="没有合并"):
        merges.agree(visit=visit, task=first, actor=organiser)
    assert Notification.objects.filter(user=colleague, key=f"visit.split:{visit.pk}").exists()
    assert {own.split_from, rest.split_from} == {visit}


def test_the_pages_say_what_merged_and_split(client, joint, organiser):
    visit, first, second = joint
    client.force_login(organiser)

    before = client.get(reverse("inspections:visit-detail", args=[visit.pk])).content.decode()
    own, rest = dispatch.split(
        visit=visit, task=second, reason="专家六月才到", actor=organiser, today=TODAY
    )
    after = client.get(reverse("inspections:visit-detail", args=[visit.pk])).content.decode()
    part = client.get(reverse("inspections:visit-detail", args=[own.pk])).content.decode()

    assert "共同的检查期" in before
    assert "派发时确认" in before
    assert own.number in after
    assert rest.number in after
    assert visit.number in part


# ---------------------------------------------------------------- 不再检查


def test_a_skip_takes_its_task_out_and_leaves_the_other(joint, organiser, head):
    visit, first, second = joint
    pick = first.picks.get()
    asked = skips.request(visit=visit, pick=pick, note="市局上周已查同一事项", actor=organiser)

    skips.decide(skip=asked, approve=True, actor=head)

    visit.refresh_from_db()
    assert visit.state == "dispatched"
    assert [item.state for item in visit.matters.order_by("id")] == ["skipped", "pending"]
    assert (task_again(first).state, task_again(second).state) == ("closed", "dispatched")


def test_the_last_skip_ends_the_visit(bureau, organiser, head):
    (visit,) = dispatched(bureau, organiser)
    asked = skips.request(
        visit=visit, pick=pick_of(visit), note="市局上周已查同一事项", actor=organiser
    )

    skips.decide(skip=asked, approve=True, actor=head)

    assert Visit.objects.get().state == "skipped"


def test_a_begun_visit_is_not_skipped(bureau, organiser, head):
    (visit,) = dispatched(bureau, organiser)
    asked = skips.request(
        visit=visit, pick=pick_of(visit), note="市局上周已查同一事项", actor=organiser
    )
    Visit.objects.filter(pk=visit.pk).update(state="deemed_done")

    with pytest.raises(Conflict):
        skips.decide(skip=asked, approve=True, actor=head)
    assert Skip.objects.get().state == "requested"


# ---------------------------------------------------------------- 核对名单


@pytest.mark.rule("A105")
def test_each_unit_checks_its_list_within_two_working_days(bureau, station, organiser):
    dispatched(bureau, organiser, 3, unit=station)

    check = ListCheck.objects.get()

    assert (check.unit, check.count, check.due_on) == (station, 3, date(2026, 3, 16))  # Thu → Mon
    coordinator = make_user("bs", "所分派", station, "coordinator")
    assert [i.verb for i in waiting_cases.for_user(coordinator, TODAY)] == ["核对抽中名单"]
    list_checks.confirm(check=check, note="", actor=coordinator)
    assert waiting_cases.for_user(coordinator, TODAY) == []
    with pytest.raises(Conflict, match="刚由他人核对"):
        list_checks.confirm(check=check, note="", actor=coordinator)


@pytest.mark.rule("A105")
def test_another_unit_s_coordinator_does_not_check_it(bureau, station, division, organiser):
    dispatched(bureau, organiser, unit=station)
    elsewhere = make_user("kc", "科分派", division, "coordinator")

    with pytest.raises(Forbidden, match="由该单位的分派员核对"):
        list_checks.confirm(check=ListCheck.objects.get(), note="", actor=elsewhere)


@pytest.mark.rule("A105")
def test_it_reminds_before_and_after_the_day_once_each(bureau, station, organiser, coordinator):
    dispatched(bureau, organiser, unit=station)
    due = ListCheck.objects.get().due_on

    told = [list_checks.remind(today=due + timedelta(days=days)) for days in (-3, -1, -1, 0, 1, 2)]

    assert told == [0, 1, 0, 0, 1, 0]


def test_a_hundred_picks_are_dispatched_in_as_many_queries_as_three(
    bureau, organiser, django_assert_max_num_queries
):
    from tests.inspections.dispatch_cast import make_drawn_task
    from tests.planning.build import make_pool

    task = make_drawn_task(bureau, make_pool(bureau, 100), by=organiser)

    with django_assert_max_num_queries(60):
        dispatch.dispatch(task=task, actor=organiser, today=timezone.localdate())


@pytest.mark.rule("A49")
def test_once_the_team_is_there_it_cannot_be_split(joint, bureau, organiser, everyone):
    visit, _, second = joint
    assigned(visit, everyone, make_officers(bureau, 2))

    with pytest.raises(Conflict):
        dispatch.split(visit=visit, task=second, reason="分开检查", actor=organiser, today=TODAY)
    assert task_of(visit) is not None


def test_sealed_names_stand_on_none_of_these_pages(client, bureau, witness, publisher):
    from inspections.services import deemed
    from registry.models import Checklist, ChecklistItem, MatterRevision
    from tests.planning import sitting_cast

    operator = sitting_cast.operator_of(bureau)
    sitting_cast.fill_pool(bureau)
    later = timezone.localdate() + timedelta(days=30)
    sitting = sitting_cast.computed(bureau, operator, witness, reveal="deferred", reveal_by=later)
    task = sitting.tasks.get()
    matter = task.matters.get()
    MatterRevision.objects.create(matter=matter, version=1, content={}, reason="建立")
    sheet = Checklist.objects.create(matter=matter, version=1, name="检查表")
    ChecklistItem.objects.create(checklist=sheet, number=1, text="是否按批准范围开采")
    task.participants.create(agency=bureau, part="executing")
    visit = dispatch.dispatch(task=task, actor=operator, today=timezone.localdate()).visits[0]
    row = deemed.request(visit=visit, cause="revoked", note="见公示截图", actor=operator)
    check = ListCheck.objects.get()
    client.force_login(publisher)

    shown = [
        client.get(reverse("inspections:deemed-list")),
        client.get(reverse("inspections:list-check", args=[check.pk])),
        client.get(reverse("planning:task-supplement", args=[task.pk])),
    ]

    names = list(task.picks.values_list("entity__name", flat=True))
    assert [page.status_code for page in shown] == [200, 200, 200]
    assert not [name for name in names for page in shown if name in page.content.decode()]
    assert client.get(reverse("inspections:deemed-detail", args=[row.pk])).status_code == 404
