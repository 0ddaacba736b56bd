"""匹配检查人员 in a sitting, and 直接委派 where it finds nobody."""

import pytest

import lottery
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent
from inspections.models import TeamMember, Visit
from inspections.selectors import teams as reading
from inspections.services import assignments, dispatch, teams
from planning.models import Draw, VoidRequest
from planning.selectors import draws
from planning.services import sittings, voids
from registry.models import Expert, Recusal
from tests.inspections.dispatch_cast import (
    DIGITS,
    TODAY,
    assigned,
    computed_sitting,
    dispatched,
    give,
    make_full_matter,
    make_officers,
    ordered,
    prepared_sitting,
    sign_in_as,
    task_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(organiser, bureau):
    """Organises and hands out, as in a small bureau."""
    return give(organiser, bureau, "coordinator")


def again(visit):
    return Visit.objects.get(pk=visit.pk)


@pytest.mark.rule("A52")
def test_each_visit_gets_two_officers_and_one_leader(bureau, both, witness):
    visits = dispatched(bureau, both, 3)
    make_officers(bureau, 5)

    draw = computed_sitting(visits, both, witness)

    parts = [sorted(again(v).team.values_list("part", flat=True)) for v in visits]
    assert parts == [["leader", "member"]] * 3
    assert {again(v).state for v in visits} == {"teamed"}
    assert {again(v).team_draw for v in visits} == {draw}
    assert draws.verdict(draw, "all") == (0, "VERIFIED")


def test_the_team_is_what_the_published_files_say(bureau, both, witness):
    (visit,) = dispatched(bureau, both)
    make_officers(bureau, 6)

    draw = computed_sitting([visit], both, witness)

    files = draws.files(draw)
    (said,) = reading.read_result(files["result.tsv"])
    rows = TeamMember.objects.filter(visit=visit).select_related("inspector")
    assert [(m.part, m.inspector.pid, m.ticket) for m in rows] == list(said.members)


def test_members_are_told_and_the_visit_remembers(bureau, both, witness, inspector_user):
    (visit,) = dispatched(bureau, both)
    for person in make_officers(bureau, 2):
        if person.pid == "SFX-001":
            sign_in_as(person, inspector_user)

    computed_sitting([visit], both, witness)

    assert inspector_user.notifications.filter(text__contains="匹配到新的检查").count() == 1
    event = AuditEvent.objects.get(action="team.matched")
    assert f"inspections.visit:{visit.pk}" in event.about


@pytest.mark.rule("A55")
def test_too_few_officers_leave_the_visit_unfilled_for_direct_assignment(
    bureau, station, both, witness
):
    (visit,) = dispatched(bureau, both, unit=station)
    (alone,) = make_officers(bureau, 1, unit=station)
    (helper,) = make_officers(bureau, 1, start=5)

    computed_sitting([visit], both, witness)

    assert again(visit).state == "dispatched"
    assert list(reading.unfilled([bureau.pk])) == [visit]
    assigned(visit, both, [alone, helper])
    assert again(visit).state == "teamed"
    assert {m.source for m in again(visit).team.all()} == {"assigned"}


@pytest.mark.rule("A55")
def test_the_whole_authority_may_be_the_pool_with_a_reason(bureau, station, both, witness):
    (visit,) = dispatched(bureau, both, unit=station)
    make_officers(bureau, 1, unit=station)
    make_officers(bureau, 2, start=5)

    with pytest.raises(RuleError, match="须写明原因"):
        prepared_sitting([visit], both, witness, pool="authority")
    computed_sitting([visit], both, witness, pool="authority", pool_note="本所仅一名持证人员")

    assert again(visit).state == "teamed"


@pytest.mark.rule("A52")
@pytest.mark.rule("A57")
def test_a_direct_assignment_refuses_what_the_law_refuses(bureau, both):
    (visit,) = dispatched(bureau, both)
    one, two, three = make_officers(bureau, 3)
    Recusal.objects.create(authority=bureau, inspector=three, entity=visit.entity, reason="kin")

    def attempt(officers, **changes):
        values = {"leader": officers[0], "reason": "人员不足"} | changes
        assignments.assign(visit=visit, officers=officers, actor=both, today=TODAY, **values)

    with pytest.raises(RuleError, match="不得少于 2 名"):
        attempt([one])
    with pytest.raises(RuleError, match="组长须从所选"):
        attempt([one, two], leader=three)
    with pytest.raises(RuleError, match="检查员3须回避"):
        attempt([one, three])
    with pytest.raises(RuleError, match="直接委派须写明原因"):
        attempt([one, two], reason=" ")
    assert again(visit).state == "dispatched"


@pytest.mark.rule("A54")
def test_a_matter_that_needs_an_expert_gets_one_assigned(bureau, both):
    matter = make_full_matter(bureau, expert_fields=["测量"])
    (visit,) = dispatched(bureau, both, matters=[matter])
    officers = make_officers(bureau, 2)
    expert = Expert.objects.create(
        authority=bureau, pid="EX-1", name="顾临川", organisation="测绘院", fields=["测量"]
    )

    with pytest.raises(RuleError, match="须“测量”领域的专家"):
        assigned(visit, both, officers)
    assignments.assign(
        visit=visit,
        officers=officers,
        leader=officers[0],
        experts=[expert],
        reason="人员不足",
        actor=both,
        today=TODAY,
    )

    assert [m.part for m in again(visit).team.all()] == ["leader", "member", "expert"]


def test_a_locked_list_keeps_its_visits_from_assignment_and_split(bureau, both, witness):
    (visit,) = dispatched(bureau, both)
    officers = make_officers(bureau, 3)
    sitting = prepared_sitting([visit], both, witness)
    teams.lock(sitting=sitting, actor=both, today=TODAY)

    with pytest.raises(Conflict, match="人员匹配名单已锁定"):
        assigned(visit, both, officers[:2])
    with pytest.raises(Conflict, match="人员匹配名单已锁定"):
        dispatch.split(visit=visit, task=task_of(visit), reason="试拆", actor=both, today=TODAY)


def test_a_visit_stands_in_one_sitting_only(bureau, both, witness):
    (visit,) = dispatched(bureau, both)
    prepared_sitting([visit], both, witness)

    with pytest.raises(RuleError, match="没有待匹配人员的检查"):
        prepared_sitting([visit], both, witness)


def test_a_discarded_sitting_frees_its_visits(bureau, both, witness):
    (visit,) = dispatched(bureau, both)
    sitting = prepared_sitting([visit], both, witness)

    sittings.discard(sitting=sitting, actor=both)

    assert again(visit).team_sitting is None
    assert list(reading.free_visits(unit=bureau, task=task_of(visit))) == [visit]


def test_a_second_matching_says_why_in_its_announcement(bureau, station, both, witness):
    (visit,) = dispatched(bureau, both, unit=station)
    make_officers(bureau, 1, unit=station)
    computed_sitting([visit], both, witness)
    make_officers(bureau, 2, unit=station, start=5)

    computed_sitting([visit], both, witness)

    second = Draw.objects.get(n=2)
    assert second.reason == "对尚无检查组的检查补充匹配"
    assert again(visit).state == "teamed"


def void(sitting, asker, head):
    asked = voids.request(sitting=sitting, reason="名册漏列一人", actor=asker)
    voids.decide(asked=asked, approve=True, actor=head)
    return VoidRequest.objects.get(pk=asked.pk)


def test_a_void_draw_takes_its_teams_back(bureau, both, witness, head):
    (visit,) = dispatched(bureau, both)
    make_officers(bureau, 3)
    draw = computed_sitting([visit], both, witness)

    void(draw.sitting, both, head)

    assert (again(visit).state, again(visit).team_draw, again(visit).team_sitting) == (
        "dispatched",
        None,
        None,
    )
    assert not again(visit).team.filter(is_current=True).exists()
    assert list(reading.free_visits(unit=bureau, task=task_of(visit))) == [visit]


def test_it_is_too_late_to_void_once_a_visit_has_begun(bureau, both, witness, head):
    (visit,) = dispatched(bureau, both)
    make_officers(bureau, 3)
    draw = computed_sitting([visit], both, witness)
    ordered(visit, both, head)
    Visit.objects.filter(pk=visit.pk).update(state="in_progress")

    with pytest.raises(RuleError, match="已按这次匹配开始检查"):
        void(draw.sitting, both, head)


def test_nobody_without_the_role_matches(bureau, both, witness, inspector_user):
    (visit,) = dispatched(bureau, both)

    with pytest.raises(Forbidden):
        prepared_sitting([visit], inspector_user, witness)
    with pytest.raises(Forbidden):
        assigned(visit, inspector_user, make_officers(bureau, 2))


def test_the_seed_needs_the_witness(bureau, both, witness):
    (visit,) = dispatched(bureau, both)
    make_officers(bureau, 3)
    sitting = prepared_sitting([visit], both, witness)
    teams.lock(sitting=sitting, actor=both, today=TODAY)
    sittings.mark_printed(sitting=sitting, actor=both)

    with pytest.raises(RuleError, match="公布监督数字"):
        teams.compute(sitting=sitting, actor=both)
    sittings.open_digits(sitting=sitting, digits=DIGITS, actor=witness)
    teams.compute(sitting=sitting, actor=both)

    assert lottery.check_folder(draws.files(sitting.draws.get())).line == "VERIFIED"


@pytest.mark.rule("A53")
def test_the_executing_unit_s_coordinator_matches_without_the_organiser(
    bureau, organiser, coordinator, witness
):
    (visit,) = dispatched(bureau, organiser)
    make_officers(bureau, 3)

    computed_sitting([visit], coordinator, witness)

    assert again(visit).state == "teamed"
