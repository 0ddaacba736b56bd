"""Experts by draw or appointment, helpers for what is preferred, and what notice and record say of them (A54, A105)."""

from datetime import date

import pytest

from bureau.errors import Conflict, RuleError
from inspections.models import TeamMember, Visit
from inspections.selectors import documents, fieldwork, record_sheets, team_lists
from inspections.services import assignments, notices, orders, replacements, teams
from registry.models import Expert, Recusal
from tests.inspections.dispatch_cast import (
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
    return give(organiser, bureau, "coordinator")


@pytest.fixture
def expert(bureau):
    return Expert.objects.create(
        authority=bureau, pid="EX-1", name="顾临川", organisation="测绘院", fields=["测量"]
    )


def again(visit):
    return Visit.objects.get(pk=visit.pk)


def a_visit(bureau, both, **fields):
    matter = make_full_matter(bureau, **fields)
    (visit,) = dispatched(bureau, both, matters=[matter])
    make_officers(bureau, 4)
    return visit


# ---------------------------------------------------------------- experts


@pytest.mark.rule("A54")
def test_an_expert_is_drawn_where_the_sitting_says_so(bureau, both, witness, expert):
    visit = a_visit(bureau, both, expert_fields=["测量"])

    draw = computed_sitting([visit], both, witness)

    member = again(visit).team.get(part="expert")
    assert (member.expert, member.draw, member.source) == (expert, draw, "drawn")


@pytest.mark.rule("A54")
def test_by_appointment_no_expert_stands_in_the_lists_and_the_order_waits_for_one(
    bureau, both, witness, expert
):
    visit = a_visit(bureau, both, expert_fields=["测量"])
    sitting = prepared_sitting([visit], both, witness, experts="appointed")
    lists = team_lists.team_lists(sitting.team_sitting, [visit], TODAY)
    assert b"EX-1" not in lists.inspectors.content
    assert lists.visits.content.decode().split("\t")[2] == "-"
    teams.sittings.discard(sitting=sitting, actor=both)
    computed_sitting([visit], both, witness, experts="appointed")

    with pytest.raises(RuleError, match="须“测量”领域的专家参加"):
        orders.request(task=task_of(visit), visits=[visit], actor=both, year=2026)
    assignments.appoint_expert(
        visit=again(visit), expert=expert, reason="熟悉本区地形", actor=both, today=TODAY
    )

    order = orders.request(task=task_of(visit), visits=[visit], actor=both, year=2026)
    assert order.visits.get() == visit


@pytest.mark.rule("A57")
def test_an_expert_who_must_recuse_is_not_drawn(bureau, both, witness, expert):
    visit = a_visit(bureau, both, expert_fields=["测量"])
    Recusal.objects.create(authority=bureau, expert=expert, entity=visit.entity, reason="kin")

    computed_sitting([visit], both, witness)

    assert again(visit).state == "dispatched"


@pytest.mark.rule("A57")
def test_an_expert_who_must_recuse_is_not_appointed(bureau, both, expert):
    (visit,) = dispatched(bureau, both)
    assigned(visit, both, make_officers(bureau, 2))
    Recusal.objects.create(authority=bureau, expert=expert, entity=visit.entity, reason="kin")

    with pytest.raises(RuleError, match="顾临川须回避"):
        assignments.appoint_expert(
            visit=visit, expert=expert, reason="需要测量", actor=both, today=TODAY
        )


@pytest.mark.rule("A57")
def test_an_expert_named_like_the_representative_is_kept_away(bureau, both, expert):
    (visit,) = dispatched(bureau, both)
    visit.entity.legal_representative = expert.name
    visit.entity.save(update_fields=["legal_representative"])

    assert team_lists.recusal_reasons([visit], [], [expert]) == {
        (visit.number, "EX-1"): "same_name"
    }


# ---------------------------------------------------------------- helpers


@pytest.fixture
def teamed(bureau, both, witness):
    """The drawn team has nobody with the preferred qualification; a fifth officer has it."""
    visit = a_visit(bureau, both, preferred_quals=["无人机"])
    computed_sitting([visit], both, witness)
    return again(visit)


@pytest.fixture
def pilot(bureau, teamed):
    return make_officers(bureau, 1, start=70, quals=["无人机"])[0]


def send(visit, person, actor, reason="本组无人具备无人机专长"):
    return assignments.send_helper(
        visit=visit, person=person, reason=reason, actor=actor, today=TODAY
    )


@pytest.mark.rule("A105")
def test_a_helper_is_no_part_of_the_team_s_size_and_does_not_sign(teamed, pilot, both):
    member = send(teamed, pilot, both)

    assert member.source == "sent"
    assert [m.pk for m in fieldwork.officers(teamed) if m.pk == member.pk] == []
    assert teamed.team.filter(is_current=True).count() == 3
    TeamMember.objects.filter(visit=teamed, part="member").update(is_current=False)
    with pytest.raises(RuleError, match="不足两名执法人员"):
        orders.request(task=task_of(teamed), visits=[teamed], actor=both, year=2026)


@pytest.mark.rule("A105")
def test_notice_and_record_name_the_helper_with_the_reason(teamed, pilot, both, head):
    send(teamed, pilot, both)
    visit = ordered(teamed, both, head)

    notices.issue(visit=visit, actor=both, today=TODAY)
    content = documents.notice_content(visit, TODAY)
    sheet = record_sheets.of(visit)

    assert [p["name"] for p in content["helpers"]] == [pilot.name]
    assert content["helpers"][0]["reason"] == "本组无人具备无人机专长"
    assert pilot.name not in [p["name"] for p in content["inspectors"]]
    assert ("检查员70", "协助人员") in [(p["name"], p["part"]) for p in sheet["team"]]


@pytest.mark.rule("A105")
def test_a_helper_needs_a_reason_a_certificate_and_no_interest(teamed, bureau, both):
    lapsed, tied = make_officers(bureau, 2, start=80)
    lapsed.certificate_expires_on = date(2026, 1, 1)
    lapsed.save(update_fields=["certificate_expires_on"])
    Recusal.objects.create(authority=bureau, inspector=tied, entity=teamed.entity, reason="kin")

    with pytest.raises(RuleError, match="派员协助须写明原因"):
        send(teamed, tied, both, reason=" ")
    with pytest.raises(RuleError, match="执法证在检查期内失效"):
        send(teamed, lapsed, both)
    with pytest.raises(RuleError, match="须回避"):
        send(teamed, tied, both)


@pytest.mark.rule("A105")
def test_a_helper_withdraws_without_the_draw_s_order_and_not_after_the_start(
    teamed, pilot, both, head
):
    member = send(teamed, pilot, both)
    with pytest.raises(RuleError, match="协助人员不是抽取产生的"):
        replacements.request(visit=teamed, member=member, code="health", note="病", actor=both)

    assignments.withdraw_extra(visit=teamed, member=member, reason="临时有事", actor=both)

    assert not teamed.team.filter(part="helper", is_current=True).exists()
    visit = ordered(teamed, both, head)
    Visit.objects.filter(pk=visit.pk).update(state="in_progress")
    with pytest.raises(Conflict):
        send(visit, pilot, both)


@pytest.mark.rule("A105")
def test_the_page_says_what_the_team_lacks_and_offers_whom_to_send(teamed, pilot, both, client):
    client.force_login(both, backend="django.contrib.auth.backends.ModelBackend")

    page = client.get(f"/desk/inspections/visits/{teamed.pk}/").content.decode()
    form = client.get(f"/desk/inspections/visits/{teamed.pk}/helper/").content.decode()
    sent = client.post(
        f"/desk/inspections/visits/{teamed.pk}/helper/",
        {"person": pilot.pid, "reason": "本组无人具备无人机专长"},
    )

    assert "本组无人具备：无人机（优先资质）" in page
    assert form.split("<option value=")[1].startswith(f'"{pilot.pid}"')
    assert sent.status_code == 302
    assert teamed.team.filter(part="helper", is_current=True).count() == 1


@pytest.mark.rule("A105")
def test_a_helper_with_an_account_is_told(teamed, pilot, both, inspector_user):
    sign_in_as(pilot, inspector_user)

    send(teamed, pilot, both)

    assert inspector_user.notifications.filter(text__contains="协助人员").count() == 1
