"""The pages between the draw and the door: what they say, what they refuse, and how many queries they take."""

import pytest
from django.urls import reverse
from django.utils import timezone

from bureau.models import Membership
from inspections.models import ListCheck, Visit
from inspections.selectors import waiting_dispatch
from inspections.services import dispatch, list_checks, orders
from planning.models import Task
from registry.models import Checklist, Entity
from tests.inspections.dispatch_cast import (
    TODAY,
    assigned,
    computed_sitting,
    dispatched,
    give,
    make_drawn_task,
    make_full_matter,
    make_officers,
    sign_in_as,
    task_of,
)
from tests.planning.build import make_listing, make_pool

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(organiser, bureau):
    return give(organiser, bureau, "coordinator")


@pytest.fixture
def desk(client, both):
    client.force_login(both)
    return client


def page(client, name, *args, query=""):
    return client.get(reverse(f"inspections:{name}", args=args) + query).content.decode()


def test_the_dispatch_page_says_what_would_merge_and_why(desk, bureau, both):
    listing = make_listing(bureau, 1)
    first = make_drawn_task(bureau, [listing], by=both)
    dispatch.dispatch(task=first, actor=both, today=TODAY)
    second = make_drawn_task(
        bureau, [listing], by=both, matters=[make_full_matter(bureau, "ST-02")]
    )
    year_end = timezone.localdate().replace(month=12, day=31)
    Task.objects.update(window_to=year_end)
    Visit.objects.update(window_to=year_end)

    shown = page(desk, "dispatch", second.pk)

    assert "将并入已有检查" in shown
    assert Visit.objects.get().number in shown
    assert "派发任务" in shown


def test_a_refusal_stands_on_the_dispatch_page(desk, bureau, both):
    matter = make_full_matter(bureau)
    task = make_drawn_task(bureau, make_pool(bureau, 1), by=both, matters=[matter])
    Checklist.objects.update(is_current=False)

    shown = page(desk, "dispatch", task.pk)
    answer = desk.post(reverse("inspections:dispatch", args=[task.pk]))

    assert "没有现行检查表" in shown
    assert answer.status_code == 422
    assert not Visit.objects.exists()


def test_names_of_entities_are_escaped(desk, bureau, both):
    (visit,) = dispatched(bureau, both)
    Entity.objects.update(name="<script>alert(1)</script>公司")

    for shown in (page(desk, "visit-list"), page(desk, "visit-detail", visit.pk)):
        assert "<script>alert" not in shown
        assert "&lt;script&gt;" in shown


def test_the_list_filters_by_state_task_and_mine(desk, bureau, both):
    one, two = dispatched(bureau, both, 2)
    officers = make_officers(bureau, 2)
    sign_in_as(officers[0], both)
    assigned(two, both, officers)

    assert one.number not in page(desk, "visit-list", query="?state=teamed")
    assert two.number in page(desk, "visit-list", query="?state=teamed")
    assert one.number not in page(desk, "visit-list", query="?mine=on")
    assert one.number in page(desk, "visit-list", query=f"?task={task_of(one).pk}")
    assert "没有符合条件的检查" in page(desk, "visit-list", query="?q=没有这家")


def test_the_list_takes_as_many_queries_for_thirty_as_for_three(
    desk, bureau, both, django_assert_max_num_queries
):
    dispatched(bureau, both, 30)
    officers = make_officers(bureau, 2)
    for visit in Visit.objects.all()[:10]:
        assigned(visit, both, officers)

    page(desk, "visit-list")  # the masthead counts once
    with django_assert_max_num_queries(20):
        shown = page(desk, "visit-list")

    assert shown.count("SFX-2026-J") == 30


def test_the_page_of_one_visit_links_the_draw_that_made_its_team(desk, bureau, both, witness):
    (visit,) = dispatched(bureau, both)
    make_officers(bureau, 3)
    draw = computed_sitting([visit], both, witness)

    shown = page(desk, "visit-detail", visit.pk)

    assert reverse("planning:draw-detail", args=[draw.number]) in shown
    assert "990100001" in shown or "990100002" in shown
    assert "提请检查审批" in shown


def test_an_inspector_finds_the_button_to_recuse(client, bureau, both, witness, inspector_user):
    (visit,) = dispatched(bureau, both)
    officers = make_officers(bureau, 2)
    sign_in_as(officers[1], inspector_user)
    assigned(visit, both, officers)
    client.force_login(inspector_user)

    shown = page(client, "visit-detail", visit.pk)

    member = visit.team.get(inspector=officers[1])
    url = reverse("inspections:replacement-request", args=[visit.pk, member.pk])
    assert f"{url}?code=recusal" in shown


def test_the_order_page_shows_the_year_s_frequency(desk, bureau, both):
    (visit,) = dispatched(bureau, both)
    assigned(visit, both, make_officers(bureau, 2))

    shown = page(desk, "order-request", task_of(visit).pk)

    assert "本年第" in shown
    assert "上限 2 次" in shown


def test_what_waits_goes_to_whoever_can_do_it(bureau, both, head, inspector_user):
    (visit,) = dispatched(bureau, both)

    def verbs(user):
        return [item.verb for item in waiting_dispatch.for_user(user, TODAY)]

    assert verbs(both) == ["核对抽中名单", "匹配检查人员"]
    list_checks.confirm(check=ListCheck.objects.get(), note="", actor=both)
    assert verbs(both) == ["匹配检查人员"]
    officers = make_officers(bureau, 2)
    sign_in_as(officers[0], inspector_user)
    assigned(visit, both, officers)
    assert verbs(both) == ["提请检查审批"]
    order = orders.request(task=task_of(visit), visits=[visit], actor=both, year=2026)
    assert (verbs(both), verbs(head), verbs(inspector_user)) == ([], ["审批检查"], [])
    orders.decide(order=order, approve=True, actor=head)
    assert (verbs(head), verbs(inspector_user)) == ([], ["制作检查通知书"])


def test_a_station_s_coordinator_is_offered_their_own_station_only(bureau, station, both):
    from tests.people import make_unit, make_user

    other = make_unit(bureau, "SFX-NS", "南山国土所")
    dispatched(bureau, both, unit=station)
    theirs = make_user("station", "所分派", station, "coordinator")
    elsewhere = make_user("elsewhere", "南所分派", other, "coordinator")

    assert [i.verb for i in waiting_dispatch.for_user(theirs, TODAY)] == [
        "核对抽中名单",
        "匹配检查人员",
    ]
    assert waiting_dispatch.for_user(elsewhere, TODAY) == []
    assert Membership.objects.filter(user=theirs).count() == 1


def test_the_sitting_of_a_team_draw_can_be_read_once_it_is_public(desk, bureau, both, witness):
    (visit,) = dispatched(bureau, both)
    make_officers(bureau, 3)
    draw = computed_sitting([visit], both, witness)

    sitting = desk.get(reverse("planning:sitting-detail", args=[draw.sitting_id]))
    shown = desk.get(reverse("planning:draw-detail", args=[draw.number]))

    assert (sitting.status_code, shown.status_code) == (200, 200)
    assert visit.number in shown.content.decode()
