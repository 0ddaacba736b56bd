"""Officers of a neighbour in the list, and departments that take part: with their consent, in the same sitting (A52, A55, A59)."""

import pytest

import lottery
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Membership, User
from inspections.models import PoolConsent, TeamMember, Visit, VisitMatter
from inspections.selectors import joint, succession
from inspections.services import consents, orders, replacements, teams
from planning.models import Draw, TaskParticipant, VoidRequest
from planning.selectors import draws
from planning.services import sittings, slips, voids
from registry.models import Inspector
from tests.inspections.dispatch_cast import (
    DIGITS,
    TODAY,
    dispatched,
    give,
    make_officers,
    prepared_sitting,
    sign_in_as,
    task_of,
)
from tests.people import make_authority, make_unit, make_user
from tests.planning.build import make_inspector

pytestmark = pytest.mark.django_db
NOTE = "本所持证人员不足两人"


@pytest.fixture
def both(organiser, bureau):
    return give(organiser, bureau, "coordinator")


@pytest.fixture
def lakeside(bureau):
    return make_unit(bureau, "SFX-LH", "临湖国土所")


@pytest.fixture
def lakeside_desk(lakeside):
    return make_user("lakeside", "测临湖", lakeside, "coordinator")


@pytest.fixture
def sibling(superior_bureau):
    return make_authority("LSX", "邻水县自然资源和规划局", superior_bureau)


@pytest.fixture
def environment(bureau):
    return make_authority("SFX-HJ", "示范县生态环境局", kind="partner")


def again(visit):
    return Visit.objects.get(pk=visit.pk)


def run(sitting, actor, witness):
    teams.lock(sitting=sitting, actor=actor, today=TODAY)
    slips.mark_printed(sitting=sitting, actor=actor)
    sittings.open_digits(sitting=sitting, digits=DIGITS, actor=witness)
    teams.compute(sitting=sitting, actor=actor)


def neighbouring(visit, actor, witness, neighbour):
    return prepared_sitting(
        [visit], actor, witness, pool="neighbour", pool_note=NOTE, neighbour=neighbour
    )


# ---------------------------------------------------------------- a neighbour


@pytest.mark.rule("A55")
def test_a_neighbour_s_officers_stand_in_the_list_once_it_agreed(
    bureau, station, lakeside, lakeside_desk, both, witness
):
    (visit,) = dispatched(bureau, both, unit=station)
    make_officers(bureau, 1, unit=station)
    make_officers(bureau, 2, unit=lakeside, start=5)
    make_officers(bureau, 2, start=50)  # of the bureau itself: not asked
    sitting = neighbouring(visit, both, witness, lakeside)
    asked = PoolConsent.objects.get()

    with pytest.raises(RuleError, match="临湖国土所尚未同意派员"):
        teams.lock(sitting=sitting, actor=both, today=TODAY)
    consents.decide(consent=asked, agree=True, actor=lakeside_desk)
    run(sitting, both, witness)

    draw = Draw.objects.get()
    listed = lottery.read_inspectors(draws.content(draw, "inspectors.tsv"))
    assert [person.pid for person in listed] == ["SFX-001", "SFX-005", "SFX-006"]
    assert again(visit).state == "teamed"
    assert draws.verdict(draw, "all") == (0, "VERIFIED")


@pytest.mark.rule("A55")
def test_only_the_neighbour_s_own_desk_or_head_agrees(
    bureau, station, lakeside, both, head, coordinator, witness
):
    (visit,) = dispatched(bureau, both, unit=station)
    make_officers(bureau, 2, unit=lakeside)
    neighbouring(visit, both, witness, lakeside)
    asked = PoolConsent.objects.get()
    stranger = make_user("stranger", "测北山", station, "coordinator")

    with pytest.raises(Forbidden, match="由临湖国土所的分派员或主要负责人答复"):
        consents.decide(consent=asked, agree=True, actor=both)
    with pytest.raises(Forbidden):
        consents.decide(consent=asked, agree=True, actor=stranger)
    with pytest.raises(RuleError, match="不同意须写明理由"):
        consents.decide(consent=asked, agree=False, actor=head)
    consents.decide(consent=asked, agree=True, actor=head)

    with pytest.raises(Conflict, match="这项请求已答复"):
        consents.decide(consent=asked, agree=False, note="不行", actor=coordinator)


@pytest.mark.rule("A55")
def test_a_refusal_stops_the_lock_and_says_why(
    bureau, station, lakeside, lakeside_desk, both, witness
):
    (visit,) = dispatched(bureau, both, unit=station)
    make_officers(bureau, 3, unit=lakeside)
    sitting = neighbouring(visit, both, witness, lakeside)
    consents.decide(
        consent=PoolConsent.objects.get(), agree=False, note="本月人手不足", actor=lakeside_desk
    )

    with pytest.raises(RuleError, match="不同意联合匹配：本月人手不足"):
        teams.lock(sitting=sitting, actor=both, today=TODAY)
    assert not Draw.objects.exists()


@pytest.mark.rule("A55")
def test_a_neighbour_needs_a_reason_and_must_be_one(bureau, station, foreign_bureau, both, witness):
    (visit,) = dispatched(bureau, both, unit=station)
    make_inspector(foreign_bureau, 900)

    with pytest.raises(RuleError, match="须写明原因"):
        prepared_sitting([visit], both, witness, pool="neighbour")
    with pytest.raises(RuleError, match="请选择与哪个相邻单位"):
        neighbouring(visit, both, witness, foreign_bureau)


@pytest.mark.rule("A59")
def test_officers_of_a_linked_authority_get_a_seat_for_the_visit_only(
    bureau, station, sibling, both, witness
):
    (visit,) = dispatched(bureau, both, unit=station)
    guests = [make_inspector(sibling, 700 + n) for n in range(2)]
    users = [make_user(f"guest{n}", f"测邻{n}", sibling, "inspector") for n in range(2)]
    for guest, user in zip(guests, users, strict=True):
        sign_in_as(guest, user)
    their_head = make_user("their-head", "测邻局长", sibling, "head")
    sitting = neighbouring(visit, both, witness, sibling)
    assert list(joint.waiting_for(their_head)) == [PoolConsent.objects.get()]
    consents.decide(consent=PoolConsent.objects.get(), agree=True, actor=their_head)

    run(sitting, both, witness)

    seats = Membership.objects.filter(user__in=users, agency=station)
    assert seats.count() == 2
    assert all(seat.to_on > visit.window_to for seat in seats)
    guest = User.objects.get(pk=users[0].pk)
    assert guest.home == sibling
    assert Visit.objects.visible_to(guest).filter(pk=visit.pk).exists()


# ---------------------------------------------------------------- departments that take part


@pytest.fixture
def joint_visit(bureau, station, environment, both):
    """Two matters, one of which the department answers for."""
    (visit,) = dispatched(bureau, both, unit=station)
    TaskParticipant.objects.create(task=task_of(visit), agency=environment, part="participant")
    make_officers(bureau, 4, unit=station)
    for number in range(300, 304):
        make_inspector(environment, number)
    return visit


def by_letter(actor, agree=True):
    return consents.enter_letter(
        consent=PoolConsent.objects.get(), agree=agree, letter="示环函〔2026〕9号", actor=actor
    )


@pytest.mark.rule("A52")
def test_each_department_draws_its_own_and_the_lead_s_leads(
    joint_visit, environment, station, both, witness
):
    sitting = prepared_sitting([joint_visit], both, witness)
    by_letter(both)

    run(sitting, both, witness)

    lead, party = Draw.objects.order_by("chain_number")
    team = joint_visit.team.filter(is_current=True)
    assert (lead.unit, party.unit) == (station, environment)
    assert team.filter(part="leader").count() == 1
    assert team.get(part="leader").draw == lead
    assert [m.drawn_as for m in team.filter(draw=party)] == ["leader", "member"]
    assert {m.part for m in team.filter(draw=party)} == {"member"}
    assert again(joint_visit).team_draw == lead
    assert [draws.verdict(d, "all")[0] for d in (lead, party)] == [0, 0]


@pytest.mark.rule("A52")
def test_the_department_s_draw_asks_only_for_what_its_own_matters_require(
    joint_visit, environment, both, witness
):
    VisitMatter.objects.filter(visit=joint_visit).update(responsible=environment)
    matter = joint_visit.matters.get().matter
    matter.required_quals = ["环境监测"]
    matter.save(update_fields=["required_quals"])
    Inspector.objects.filter(pid="SFX-300").update(quals=["环境监测"])
    sitting = prepared_sitting([joint_visit], both, witness)
    by_letter(both)

    run(sitting, both, witness)

    lead, party = Draw.objects.order_by("chain_number")
    assert [v.quals for v in lottery.read_visits(draws.content(lead, "visits.tsv"))] == [()]
    assert [v.quals for v in lottery.read_visits(draws.content(party, "visits.tsv"))] == [
        ("环境监测",)
    ]
    assert joint_visit.team.filter(draw=party, inspector__pid="SFX-300").exists()


def test_a_department_that_sends_nobody_is_left_out_with_its_reason(joint_visit, both, witness):
    sitting = prepared_sitting([joint_visit], both, witness)
    consents.enter_letter(
        consent=PoolConsent.objects.get(),
        agree=False,
        letter="示环函〔2026〕9号",
        note="已委托你局检查",
        actor=both,
    )

    run(sitting, both, witness)

    assert Draw.objects.count() == 1
    assert again(joint_visit).state == "teamed"


def test_a_letter_cannot_speak_for_who_can_answer(joint_visit, environment, both, witness):
    make_user("env", "测环境", environment, "head")
    prepared_sitting([joint_visit], both, witness)

    with pytest.raises(RuleError, match="有人员可以在系统内答复"):
        by_letter(both)


@pytest.mark.rule("A52")
def test_no_order_is_asked_for_while_a_department_s_officers_are_missing(
    joint_visit, both, head, witness
):
    sitting = prepared_sitting([joint_visit], both, witness)
    by_letter(both)
    run(sitting, both, witness)
    party = Draw.objects.order_by("chain_number").last()
    TeamMember.objects.filter(draw=party).update(is_current=False)

    with pytest.raises(RuleError, match="还缺示范县生态环境局的执法人员"):
        orders.request(task=task_of(joint_visit), visits=[joint_visit], actor=both, year=2026)


@pytest.mark.rule("A51")
def test_a_department_replaces_its_own_by_its_own_draw(joint_visit, bureau, both, witness):
    sitting = prepared_sitting([joint_visit], both, witness)
    by_letter(both)
    run(sitting, both, witness)
    lead, party = Draw.objects.order_by("chain_number")
    leaver = joint_visit.team.get(draw=party, drawn_as="leader")
    asker = make_user("asker", "测提出", bureau, "coordinator")
    asked = replacements.request(
        visit=again(joint_visit), member=leaver, code="health", note="住院", actor=asker
    )

    replacements.consent(replacement=asked, actor=both, today=TODAY)

    asked.refresh_from_db()
    joined = asked.joiner
    assert joined.inspector.authority == party.unit
    assert (joined.part, joined.drawn_as, joined.draw) == ("member", "leader", party)
    assert succession.changes_tsv(lead) == b""
    assert succession.changes_tsv(party).decode().split("\t")[1:3] == [
        joint_visit.number,
        leaver.inspector.pid,
    ]


def test_voiding_a_department_s_draw_takes_its_officers_out_and_nobody_else(
    joint_visit, both, head, witness
):
    sitting = prepared_sitting([joint_visit], both, witness)
    by_letter(both)
    run(sitting, both, witness)
    lead, party = Draw.objects.order_by("chain_number")

    voids.request(sitting=sitting, draw=party, reason="名册有误", actor=both)
    voids.decide(asked=VoidRequest.objects.get(), approve=True, actor=head)

    team = joint_visit.team.filter(is_current=True)
    assert again(joint_visit).state == "teamed"
    assert {m.draw for m in team} == {lead}


@pytest.mark.rule("A55")
def test_the_page_says_why_and_takes_the_answer(
    bureau, station, lakeside, lakeside_desk, both, witness, client
):
    (visit,) = dispatched(bureau, both, unit=station)
    make_officers(bureau, 2, unit=lakeside, start=5)
    neighbouring(visit, both, witness, lakeside)
    asked = PoolConsent.objects.get()
    client.force_login(lakeside_desk, backend="django.contrib.auth.backends.ModelBackend")
    url = f"/desk/inspections/teams/consents/{asked.pk}/"

    page = client.get(url).content.decode()
    answered = client.post(url, {"agree": "yes", "note": ""})

    assert NOTE in page
    assert visit.entity.name not in page
    assert answered.status_code == 302
    assert PoolConsent.objects.get().decided_by == lakeside_desk
