"""更换检查人员: by the draw's order, agreed by another person, public in changes.tsv (DRAW §6)."""

from datetime import date

import pytest

import lottery
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import User
from inspections.models import Replacement, Visit
from inspections.selectors import succession
from inspections.services import replacements
from planning.selectors import draws
from registry.models import Inspector, Recusal
from tests.inspections.dispatch_cast import (
    TODAY,
    assigned,
    computed_sitting,
    dispatched,
    give,
    make_full_matter,
    make_officers,
    ordered,
    sign_in_as,
)
from tests.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(organiser, bureau):
    return give(organiser, bureau, "coordinator")


@pytest.fixture
def visit(bureau, both, witness):
    """Drawn from six officers."""
    (visit,) = dispatched(bureau, both)
    make_officers(bureau, 6)
    computed_sitting([visit], both, witness)
    return Visit.objects.get(pk=visit.pk)


def asker(visit):
    """Somebody else of the desk: who asks does not agree."""
    return User.objects.filter(username="asker").first() or make_user(
        "asker", "测提出", visit.authority, "coordinator"
    )


def member_of(visit, part="member"):
    return visit.team.get(part=part, is_current=True)


def ask(visit, actor, *, part="member", code="schedule", note="当日另有任务"):
    return replacements.request(
        visit=visit, member=member_of(visit, part), code=code, note=note, actor=actor
    )


def by_hand(visit, leaving):
    """Smallest (h("inspector", seed, visit, pid), pid) of those never in the team, as DRAW §6 says."""
    files = draws.files(visit.team_draw)
    seed = files["result.tsv"].decode().splitlines()[1].split("\t")[1]
    team = set(visit.team.values_list("inspector__pid", flat=True))
    tickets = [
        (lottery.h("inspector", seed, visit.number, person.pid), person.pid)
        for person in Inspector.objects.exclude(pid__in=team)
    ]
    return [pid for _, pid in sorted(tickets)]


@pytest.mark.rule("A51")
@pytest.mark.rule("A56")
def test_the_smallest_ticket_follows_whoever_leaves(visit, both):
    expected = by_hand(visit, member_of(visit))
    asked = ask(visit, asker(visit))

    replacements.consent(replacement=asked, actor=both, today=TODAY)

    joined = member_of(visit)
    assert (joined.inspector.pid, joined.source) == (expected[0], "replacement")
    assert visit.team.filter(is_current=True).count() == 2


@pytest.mark.rule("A52")
def test_a_leader_is_followed_by_a_leader(visit, both):
    asked = ask(visit, asker(visit), part="leader")

    replacements.consent(replacement=asked, actor=both, today=TODAY)

    assert visit.team.filter(part="leader", is_current=True).count() == 1
    assert member_of(visit, "leader").inspector.may_lead


@pytest.mark.rule("A56")
def test_without_a_lawful_cause_nobody_is_replaced(visit, both):
    with pytest.raises(RuleError, match="法定原因"):
        ask(visit, asker(visit), code="friendship")
    with pytest.raises(RuleError, match="具体情况"):
        ask(visit, asker(visit), note=" ")


@pytest.mark.rule("A56")
def test_the_leaver_does_not_agree_to_their_own_replacement(bureau, visit, both):
    sign_in_as(member_of(visit).inspector, both)
    asked = ask(visit, both, code="health", note="住院")

    with pytest.raises(Forbidden, match="您就是要退出的人员"):
        replacements.consent(replacement=asked, actor=both, today=TODAY)

    other = make_user("other", "另一人", bureau, "coordinator")
    replacements.consent(replacement=asked, actor=other, today=TODAY)
    assert Replacement.objects.get().approved_by == other


@pytest.mark.rule("A56")
def test_who_asks_for_a_replacement_does_not_agree_to_it(visit, both):
    """Else one person of the desk could exchange whom the draw has chosen."""
    asked = ask(visit, both)
    (newcomer,) = make_officers(visit.authority, 1, start=60)
    steps = (
        lambda: replacements.consent(replacement=asked, actor=both, today=TODAY),
        lambda: replacements.pass_over(
            replacement=asked, pid="x", code="health", actor=both, today=TODAY
        ),
        lambda: replacements.designate(
            replacement=asked, person=newcomer, reason="熟悉情况", actor=both, today=TODAY
        ),
        lambda: replacements.decline(replacement=asked, note="不必更换", actor=both),
    )

    for step in steps:
        with pytest.raises(Forbidden, match="由您提出"):
            step()
    assert Replacement.objects.get().state == "requested"


@pytest.mark.rule("A57")
def test_a_member_declares_an_interest_and_never_follows_again(visit, both, bureau, inspector_user):
    leaver = member_of(visit).inspector
    sign_in_as(leaver, inspector_user)
    asked = ask(visit, inspector_user, code="recusal", note="曾在该公司任职")

    assert Recusal.objects.get(inspector=leaver).entity == visit.entity
    with pytest.raises(RuleError, match="不能不同意"):
        replacements.decline(replacement=asked, note="人手不够", actor=both)
    replacements.consent(replacement=asked, actor=both, today=TODAY)

    again = ask(visit, asker(visit))
    following, _ = succession.next_in_order(again, TODAY)
    assert following.pid != leaver.pid


def test_somebody_passed_over_by_hand_is_noted_with_code_and_approver(visit, both):
    expected = by_hand(visit, member_of(visit))
    asked = ask(visit, asker(visit))

    replacements.pass_over(
        replacement=asked, pid=expected[0], code="health", actor=both, today=TODAY
    )
    asked.refresh_from_db()
    replacements.consent(replacement=asked, actor=both, today=TODAY)

    asked.refresh_from_db()
    assert asked.joiner.inspector.pid == expected[1]
    assert asked.passed_over == [
        {"pid": expected[0], "code": "health", "label": "身体健康", "approver": both.full_name}
    ]


@pytest.mark.rule("A100")
def test_whose_certificate_has_lapsed_since_is_passed_over_by_rule(visit, both):
    expected = by_hand(visit, member_of(visit))
    Inspector.objects.filter(pid=expected[0]).update(certificate_expires_on=date(2026, 4, 1))
    asked = ask(visit, asker(visit))

    replacements.consent(replacement=asked, actor=both, today=TODAY)

    asked.refresh_from_db()
    assert asked.joiner.inspector.pid == expected[1]
    assert [(row["pid"], row["code"]) for row in asked.passed_over] == [
        (expected[0], "certificate")
    ]


def test_changes_tsv_says_who_left_who_came_and_who_was_passed_over(visit, both):
    expected = by_hand(visit, member_of(visit))
    out = member_of(visit).inspector.pid
    asked = ask(visit, asker(visit), code="transfer", note="调离")
    replacements.pass_over(
        replacement=asked, pid=expected[0], code="schedule", actor=both, today=TODAY
    )
    replacements.consent(replacement=asked, actor=both, today=TODAY)

    (line,) = succession.changes_tsv(visit.team_draw).decode().splitlines()

    assert line.split("\t")[:6] == [
        "1",
        visit.number,
        out,
        expected[1],
        expected[0],
        "transfer",
    ]


def test_designation_out_of_turn_is_marked_in_public(visit, both):
    last = by_hand(visit, member_of(visit))[-1]
    asked = ask(visit, asker(visit))

    replacements.designate(
        replacement=asked,
        person=Inspector.objects.get(pid=last),
        reason="仅此人熟悉井下",
        actor=both,
        today=TODAY,
    )

    assert member_of(visit).source == "designated"
    assert succession.changes_tsv(visit.team_draw).decode().split("\t")[5] == "schedule_designated"


def test_a_designated_person_must_cover_what_the_law_asks_for(bureau, both, witness):
    matter = make_full_matter(bureau, required_quals=["测绘"])
    (visit,) = dispatched(bureau, both, matters=[matter])
    make_officers(bureau, 1, quals=["测绘"], may_lead=False)
    make_officers(bureau, 2, start=2)
    computed_sitting([visit], both, witness)
    outsider = make_officers(bureau, 1, start=9)[0]
    asked = replacements.request(
        visit=visit,
        member=visit.team.get(inspector__quals=["测绘"]),
        code="health",
        note="住院",
        actor=asker(visit),
    )

    with pytest.raises(RuleError, match="缺少依法须具备的“测绘”"):
        replacements.designate(
            replacement=asked, person=outsider, reason="顶替", actor=both, today=TODAY
        )
    with pytest.raises(RuleError, match="已没有可以递补的人员"):
        replacements.consent(replacement=asked, actor=both, today=TODAY)


def test_two_who_leave_one_team_are_replaced_in_team_order(visit, both):
    later = ask(visit, asker(visit), part="member")
    earlier = ask(visit, asker(visit), part="leader")

    with pytest.raises(RuleError, match="须按组内次序办理"):
        replacements.consent(replacement=later, actor=both, today=TODAY)
    replacements.consent(replacement=earlier, actor=both, today=TODAY)
    replacements.consent(replacement=later, actor=both, today=TODAY)

    assert Replacement.objects.filter(state="done").count() == 2


def test_an_assigned_team_has_no_order(bureau, both):
    (visit,) = dispatched(bureau, both)
    assigned(visit, both, make_officers(bureau, 2))
    asked = ask(visit, asker(visit))

    with pytest.raises(RuleError, match="没有递补次序"):
        replacements.consent(replacement=asked, actor=both, today=TODAY)


def test_it_is_too_late_once_the_visit_has_begun(visit, both, head):
    ordered(visit, both, head)
    Visit.objects.filter(pk=visit.pk).update(state="in_progress")

    with pytest.raises(Conflict, match="检查现在是“检查中”"):
        ask(visit, asker(visit))


def test_the_second_consent_is_refused(visit, both):
    asked = ask(visit, asker(visit))
    replacements.consent(replacement=asked, actor=both, today=TODAY)

    with pytest.raises(Conflict, match="已由他人办理"):
        replacements.consent(replacement=asked, actor=both, today=TODAY)


# ---------------------------------------------------------------- by cause


def firm_asks(visit, actor, member=None):
    return replacements.request(
        visit=visit,
        member=member or member_of(visit),
        code="recusal",
        recusal_reason="party_request",
        note="企业称检查人员是其竞争对手的亲属",
        actor=actor,
    )


@pytest.mark.rule("A57")
def test_a_firm_s_request_is_decided_by_the_head_and_registered_only_then(visit, both, head):
    leaver = member_of(visit).inspector
    asked = firm_asks(visit, asker(visit))
    assert not Recusal.objects.exists()
    with pytest.raises(Forbidden, match="主要负责人"):
        replacements.consent(replacement=asked, actor=both, today=TODAY)

    replacements.consent(replacement=asked, actor=head, today=TODAY)

    assert Recusal.objects.get().reason == "party_request"
    assert not visit.team.filter(inspector=leaver, is_current=True).exists()


@pytest.mark.rule("A57")
def test_the_head_may_find_a_firm_s_request_unfounded(visit, head):
    leaver = member_of(visit)
    asked = firm_asks(visit, asker(visit))

    replacements.decline(replacement=asked, note="查无亲属关系", actor=head)

    assert visit.team.get(pk=leaver.pk).is_current
    assert not Recusal.objects.exists()


@pytest.mark.rule("A100")
def test_whose_certificate_lapses_after_the_draw_is_found_and_must_leave(visit, both):
    leaver = member_of(visit)
    with pytest.raises(RuleError, match="不能按不具备资格更换"):
        replacements.request(
            visit=visit, member=leaver, code="unfit", note="到期", actor=asker(visit), today=TODAY
        )
    Inspector.objects.filter(pk=leaver.inspector_id).update(certificate_expires_on=date(2026, 4, 1))
    team = list(visit.team.filter(is_current=True).select_related("inspector", "expert"))

    found = succession.found_since(visit, team, TODAY)
    asked = replacements.request(
        visit=visit, member=leaver, code="unfit", note="到期", actor=asker(visit), today=TODAY
    )
    with pytest.raises(RuleError, match="不能不同意"):
        replacements.decline(replacement=asked, note="先去", actor=both)
    replacements.consent(replacement=asked, actor=both, today=TODAY)

    assert [(member, code) for member, code, _ in found] == [(leaver, "unfit")]
    line = succession.changes_tsv(visit.team_draw).decode().split("\t")
    assert (line[2], line[5]) == (leaver.inspector.pid, "unfit")


@pytest.mark.rule("A57")
def test_an_interest_registered_after_the_draw_shows_on_the_visit_s_page(visit, both, client):
    leaver = member_of(visit)
    Recusal.objects.create(
        authority=visit.authority, inspector=leaver.inspector, entity=visit.entity, reason="kin"
    )
    client.force_login(both, backend="django.contrib.auth.backends.ModelBackend")

    page = client.get(f"/desk/inspections/visits/{visit.pk}/").content.decode()

    assert f"{leaver.inspector.name}须回避：近亲属关系" in page
    assert f"/members/{leaver.pk}/replace/?code=recusal" in page


def test_the_public_changes_outlive_a_void_draw(visit, both):
    asked = ask(visit, asker(visit))
    replacements.consent(replacement=asked, actor=both, today=TODAY)
    draw = visit.team_draw

    Visit.objects.filter(pk=visit.pk).update(team_draw=None)

    assert len(succession.changes_tsv(draw).splitlines()) == 1


def test_a_declined_request_and_an_assignment_leave_no_line_in_changes(bureau, visit, both):
    asked = ask(visit, asker(visit))
    replacements.decline(replacement=asked, note="当日可以调开", actor=both)

    assert succession.changes_tsv(visit.team_draw) == b""
