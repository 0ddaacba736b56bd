"""The public page of a draw told for a journalist: who, when, what is promised, what else was drawn; one ticket by hand."""

import subprocess
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import lottery
from bureau.models import Notification
from planning.models import Draw
from planning.selectors import draws as reads
from planning.services import sittings, voids
from publication.rules.ticket_commands import commands
from publication.selectors import draw_story, public_draws
from tests.people import make_user
from tests.planning import sitting_cast as cast
from tests.planning.test_draw_teams import freeze

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(bureau):
    cast.fill_pool(bureau)
    return cast.operator_of(bureau)


@pytest.fixture
def draw(bureau, operator, witness) -> Draw:
    return cast.computed(bureau, operator, witness).draws.get()


@pytest.fixture
def redraw(draw, bureau, operator, witness) -> Draw:
    asked = voids.request(sitting=draw.sitting, reason="监督人离场", actor=operator)
    head = make_user("other-head", "负责人乙", bureau, "head")
    voids.decide(asked=asked, approve=True, actor=head)
    again = cast.prepared(bureau, operator, witnesses=[witness], tasks=[draw.task])
    sittings.lock(sitting=again, actor=operator, reason="前次作废后重抽")
    return again.draws.get()


def get(view, query="", **kwargs):
    return Client().get(reverse(f"public:{view}", kwargs=kwargs) + query)


def page_of(draw: Draw) -> str:
    return get("draw-detail", number=draw.number).content.decode()


# ---------------------------------------------------------------- the account


@pytest.mark.rule("A50")
def test_witnesses_stand_by_office_and_nobody_by_name(draw, operator, witness):
    page = page_of(draw)

    assert "局办公室监督人员" in page
    assert [name for name in (operator.full_name, witness.full_name) if name in page] == []


def test_every_step_has_its_time_in_order(draw):
    steps = draw_story.steps(public_draws.get(draw.number), True)

    times = [step.at for step in steps]
    assert None not in times
    assert times == sorted(times)
    assert [
        step.title for step in steps if step.title in {"锁定单", "监督人报数", "计算", "公开"}
    ] == [
        "锁定单",
        "监督人报数",
        "计算",
        "公开",
    ]


def test_a_receipt_after_the_digits_is_called_so(draw):
    notice = Notification.objects.filter(key=f"draw.locked:{draw.pk}")
    opened = draw.events.get(kind="opened").at
    user = make_user("superior-clerk", "上级经办", draw.authority.superior, "superior")
    Notification.objects.filter(pk__in=notice.values("pk")).delete()
    Notification.objects.create(
        user=user, key=f"draw.locked:{draw.pk}", text="指纹", read_at=opened + timedelta(hours=1)
    )

    late = page_of(draw)
    Notification.objects.update(read_at=opened - timedelta(minutes=1))
    in_time = page_of(draw)

    assert "已在报数之后" in late
    assert "已签收" in in_time
    assert "已在报数之后" not in in_time


def test_a_redraw_stands_beside_what_it_replaced(draw, redraw):
    page = page_of(redraw)

    assert "一共抽取过 2 次" in page
    assert draw.number in page
    assert "监督人离场" in page
    assert "前次作废后重抽" in page
    assert "一共抽取过 2 次" in page_of(draw)


def test_a_stratum_inspected_whole_is_not_called_chance(draw):
    for stratum in draw.counts["strata"]:
        stratum["k"] = stratum["n"]
    shown = public_draws.get(draw.number)
    shown.counts = draw.counts

    told = public_draws.shown(shown)

    assert told.is_all_inspected == [stratum["label"] for stratum in draw.counts["strata"]]
    assert "全部检查" not in page_of(draw)


def test_the_promise_is_no_greater_than_the_devices_allow(draw):
    witnesses = public_draws.get(draw.number).sitting.witnesses
    first = witnesses.get()
    witnesses.create(user=make_user("w2", "监督乙", draw.authority), position=9)
    witnesses.update(committed_at=timezone.now(), own_device=True)
    own = draw_story.promise(public_draws.get(draw.number))
    witnesses.update(own_device=False)
    shared = draw_story.promise(public_draws.get(draw.number))
    witnesses.exclude(pk=first.pk).delete()
    alone = draw_story.promise(public_draws.get(draw.number))

    assert "有一位诚实" in own
    assert "没有一位监督人用本人的设备" not in own
    assert "没有一位监督人用本人的设备" in shared
    assert alone.startswith("只有一位监督人")


# ---------------------------------------------------------------- the chain


def test_digits_given_in_two_sittings_are_warned_of(draw, bureau, operator, witness):
    alone = get("chain", code=bureau.code).content.decode()
    again = cast.make_task_like(draw.task, operator)
    cast.computed(bureau, operator, witness, tasks=[again])

    twice = get("chain", code=bureau.code).content.decode()

    assert "重复出现" not in alone
    assert f"监督人数字在不同的摇号会重复出现：{cast.ONE}" in twice


def test_a_missing_announcement_has_a_red_row_of_its_own(draw, bureau, monkeypatch):
    links = reads.chain(bureau)
    broken = [type(links[0])(**{**links[0].__dict__, "previous": "f" * 64})]
    monkeypatch.setattr(public_draws.reads, "chain", lambda owner: broken)

    page = get("chain", code=bureau.code).content.decode()

    assert 'class="chain-gap"' in page
    assert "本站没有这一份" in page


# ---------------------------------------------------------------- one ticket


def run(line: str) -> str:
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, check=True
    ).stdout.split()[-1 if "openssl" in line else 0]


@pytest.mark.parametrize("row", [2, -1])
def test_any_candidate_gets_lines_that_give_its_ticket(draw, row):
    listed = reads.content(draw, "candidates.tsv").decode().splitlines()[row].split("\t")

    ticket = get("draw-ticket", f"?id={listed[0]}", number=draw.number).context["ticket"]
    expected = lottery.h("entity", reads.seed_of(draw), listed[1], listed[0])

    (hashed,) = ticket.hashed
    assert hashed.digest == expected
    assert [run(command.line) for command in hashed.commands[:3]] == [expected] * 3


def test_the_page_says_where_an_id_stands_or_that_it_does_not(draw):
    excluded = reads.content(draw, "excluded.tsv").decode().split("\t")[0]

    out = get("draw-ticket", f"?id={excluded}", number=draw.number).content.decode()
    nowhere = get("draw-ticket", "?id=91990000MA0000000X", number=draw.number).content.decode()
    person = get("draw-ticket", "?id=110101199003070038", number=draw.number).content.decode()

    assert "没有参加抽取" in out
    assert "没有这个编号" in nowhere
    assert "请不要在网上填写" in person


@pytest.mark.rule("A47")
def test_a_sealed_draw_gives_no_ticket(bureau, operator, witness):
    later = timezone.localdate() + timedelta(days=30)
    draw = cast.computed(bureau, operator, witness, reveal="deferred", reveal_by=later).draws.get()
    listed = reads.content(draw, "candidates.tsv").decode().split("\t")[0]

    answer = get("draw-ticket", f"?id={listed}", number=draw.number)

    assert "还没有公开" in answer.content.decode()
    assert "ticket" not in answer.context
    assert reads.seed_of(draw) not in answer.content.decode()


def test_a_visit_of_a_team_draw_gets_its_turn_and_its_peoples_tickets(bureau, operator, witness):
    task = cast.make_ready_task(bureau, by=operator, code="KC-09")
    task.state = "dispatched"
    task.save(update_fields=["state"])
    sitting = cast.prepare_teams(bureau, operator, task)
    sittings.add_witness(sitting=sitting, user=witness, actor=operator)
    sittings.lock_with(sitting=sitting, purpose="teams", freeze=freeze(operator), actor=operator)
    sittings.mark_printed(sitting=sitting, actor=operator)
    sittings.open_digits(sitting=sitting, digits=cast.ONE, actor=witness)
    sittings.compute_with(
        sitting=sitting, purpose="teams", apply=lambda draw, result: None, actor=operator
    )
    draw = sitting.draws.get()

    ticket = get("draw-ticket", "?id=V-1", number=draw.number).context["ticket"]

    assert (ticket.place, ticket.word) == (1, "配齐")
    assert len(ticket.hashed) >= 3
    assert [run(hashed.commands[0].line) for hashed in ticket.hashed] == [
        hashed.digest for hashed in ticket.hashed
    ]
    assert ticket.hashed[0].text in page_of(draw)


def test_what_is_asked_is_cached_nowhere_and_not_without_end(draw, settings):
    answers = [get("draw-ticket", "?id=x1", number=draw.number) for _ in range(41)]

    assert answers[0]["Cache-Control"] == "no-store"
    assert [answer.status_code for answer in answers[-2:]] == [200, 429]


def test_a_label_with_quotes_is_quoted_for_each_shell():
    text = "ssj1|entity|00|甲'乙’$(x)`y`\\|E1"

    lines = [command.line for command in commands(text)]

    expected = lottery.sha256(text.encode())
    assert [run(line) for line in lines[:3]] == [expected] * 3
    assert "甲''乙’’$(x)`y`\\|E1" in lines[3]
