"""The sitting's pages: a sitting held by clicking, what each person is shown, and what is refused."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import lottery
from planning.models import Draw, Sitting
from planning.selectors import waiting
from planning.services import draws, sittings, voids
from tests.people import make_user
from tests.planning import sitting_cast as cast


@pytest.fixture
def operator(bureau):
    cast.fill_pool(bureau)
    return cast.operator_of(bureau)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(client: Client, name: str, *args) -> str:
    response = client.get(reverse(f"planning:{name}", args=args))
    assert response.status_code == 200, response.content.decode()[:2000]
    return response.content.decode()


def send(client: Client, url: str, /, *args, **values):
    return client.post(reverse(f"planning:{url}", args=args), values)


@pytest.mark.rule("A44")
@pytest.mark.rule("A50")
def test_a_sitting_is_held_by_clicking(bureau, operator, witness):
    task = cast.make_ready_task(bureau, by=operator)
    desk, watcher = signed_in(operator), signed_in(witness)

    made = send(
        desk,
        "sitting-new",
        title="一季度摇号会",
        tasks=[str(task.pk)],
        unit=bureau.pk,
        planned_at="2026-03-02T09:00",
        digits_each=12,
        beacon_source="none",
        reveal="immediate",
    )
    sitting = Sitting.objects.get()
    send(desk, "sitting-witness-add", sitting.pk, user=witness.pk, capacity_text="办公室")
    confirm = page(desk, "sitting-lock", sitting.pk)
    send(desk, "sitting-lock", sitting.pk)
    a = sitting.draws.get().a
    slip = page(watcher, "sitting-slip", sitting.pk)
    early = send(watcher, "sitting-open", sitting.pk, digits=cast.ONE)
    send(desk, "sitting-slip-handed", sitting.pk)
    before = page(watcher, "sitting-detail", sitting.pk)
    send(watcher, "sitting-open", sitting.pk, digits=cast.ONE)
    ready = page(desk, "sitting-compute", sitting.pk)
    send(desk, "sitting-compute", sitting.pk)
    after = page(watcher, "sitting-detail", sitting.pk)
    stage = page(watcher, "sitting-stage", sitting.pk)

    assert made.status_code == 302
    assert "公告指纹对外公布，任何人都不能再改" in confirm
    assert " ".join(re.findall("....", a)) in slip
    assert "锁定单还没有打印" in early.content.decode()
    assert "公布我的数字" in before
    assert "没有“重抽”，只能作废" in ready
    assert after.count(">抽中</td>") == 8
    assert cast.ONE in after
    assert stage.count('<th scope="row">') == 8


def test_the_operator_sees_a_disabled_button_and_what_is_missing(bureau, operator, witness):
    sitting = cast.locked(bureau, operator, witnesses=[witness])
    shown = page(signed_in(operator), "sitting-detail", sitting.pk)
    answer = send(signed_in(operator), "sitting-compute", sitting.pk)

    assert "等待测摇号监公布监督数字。" in shown
    assert answer.status_code == 422
    assert "还不能计算" in answer.content.decode()


@pytest.mark.rule("A50")
def test_who_organised_or_runs_cannot_witness(bureau, everyone, operator):
    sitting = cast.prepared(bureau, operator, tasks=[cast.make_ready_task(bureau, by=everyone)])
    own = cast.prepared(
        bureau, everyone, tasks=[cast.make_ready_task(bureau, by=operator, code="LY-01")]
    )

    with pytest.raises(draws.RuleError, match="不能监督自己经办的任务") as organised:
        sittings.add_witness(sitting=sitting, user=everyone, actor=operator)
    with pytest.raises(draws.RuleError, match="操作人，不能同时担任监督人") as runs:
        sittings.add_witness(sitting=own, user=everyone, actor=everyone)

    assert {organised.value.status, runs.value.status} == {403}


def test_a_witness_does_not_lock_or_compute(bureau, operator, everyone):
    sitting = cast.prepared(bureau, operator, witnesses=[everyone])

    answer = send(signed_in(everyone), "sitting-lock", sitting.pk)

    assert answer.status_code == 403
    assert "您是本次摇号的监督人" in answer.content.decode()
    assert not Draw.objects.exists()


def test_nobody_opens_before_all_have_committed(bureau, operator, witness):
    second = make_user("second", "纪检员", bureau, "witness")
    sitting = cast.locked(bureau, operator, witnesses=[witness, second])
    cast.commit(sitting, witness, cast.SALTS[0], cast.ONE)

    answer = send(
        signed_in(witness), "sitting-open", sitting.pk, digits=cast.ONE, salt=cast.SALTS[0]
    )

    assert answer.status_code == 422
    assert "还有监督人没有提交承诺（纪检员）" in answer.content.decode()


def test_other_digits_than_committed_are_refused(bureau, operator, witness):
    second = make_user("second", "纪检员", bureau, "witness")
    sitting = cast.locked(bureau, operator, witnesses=[witness, second])
    cast.commit(sitting, witness, cast.SALTS[0], cast.ONE)
    cast.commit(sitting, second, cast.SALTS[1], cast.ONE)

    answer = send(
        signed_in(witness), "sitting-open", sitting.pk, digits="9" * 12, salt=cast.SALTS[0]
    )

    assert "与事先的承诺不符" in answer.content.decode()
    assert sitting.witnesses.get(user=witness).opened_at is None


def test_without_a_script_the_server_commits_and_says_so(bureau, operator, witness):
    second = make_user("second", "纪检员", bureau, "witness")
    sitting = cast.locked(bureau, operator, witnesses=[witness, second])

    kept = send(signed_in(witness), "sitting-commit", sitting.pk, digits=cast.ONE).content.decode()
    salt = re.search(r'name="salt" value="([0-9a-f]{64})"', kept).group(1)
    row = sitting.witnesses.get(user=witness)

    assert "服务器在您作出承诺之前就看到了这些数字" in kept
    assert (row.server_made, row.own_device, row.salt, row.digits) == (True, False, "", "")
    assert row.commitments.get().value == lottery.witness_commitment(
        sitting.draws.get().a, salt, cast.ONE
    )
    assert "服务器代算" in page(signed_in(operator), "sitting-detail", sitting.pk)


def test_a_sealed_list_is_not_handed_out_and_looks_are_in_the_trail(bureau, operator, witness):
    sitting = cast.computed(
        bureau, operator, witness, reveal="deferred", reveal_by=timezone.localdate()
    )
    number = sitting.draws.get().number
    desk = signed_in(operator)

    hidden = desk.get(reverse("planning:draw-file", args=[number, "result.tsv"]))
    public = desk.get(reverse("planning:draw-file", args=[number, "record.txt"]))
    refused = send(signed_in(witness), "draw-sealed", number, name="result.tsv")
    looked = send(desk, "draw-sealed", number, name="result.tsv")
    shown = page(signed_in(witness), "draw-detail", number)

    assert (hidden.status_code, public.status_code) == (404, 200)
    assert (refused.status_code, looked.status_code) == (403, 200)
    assert "查看尚未公开的 result.tsv" in shown
    assert "抽中 3 家" not in shown
    assert "文件的 SHA-256：–" not in re.sub("<[^>]+>", "", shown)


def test_an_old_form_for_the_beacon_opens_no_form_after_the_result(bureau, operator, witness):
    sitting = cast.computed(bureau, operator, witness)

    late = send(signed_in(operator), "sitting-beacon", sitting.pk, value="1")

    assert late.status_code == 409
    assert "登记公共随机值</h2>" not in late.content.decode()


def test_a_redraw_asks_why_and_counts_on(bureau, operator, witness, head):
    sitting = cast.computed(bureau, operator, witness)
    asked = voids.request(sitting=sitting, reason="名录未更新", actor=operator)
    voids.decide(asked=asked, approve=True, actor=head)
    again = cast.prepared(bureau, operator, witnesses=[witness], tasks=list(sitting.tasks.all()))
    desk = signed_in(operator)

    silent = send(desk, "sitting-lock", again.pk)
    send(desk, "sitting-lock", again.pk, reason="前次名录未更新，作废重抽")
    draw = again.draws.get()

    assert silent.status_code == 422
    assert (draw.n, draw.reason) == (2, "前次名录未更新，作废重抽")
    assert draw.number.endswith("-E2")
    assert page(desk, "draw-detail", draw.number).count("作废重抽") >= 1


def test_who_asks_to_void_does_not_approve(bureau, operator, witness, head):
    sitting = cast.computed(bureau, operator, witness)
    asked = voids.request(sitting=sitting, reason="名录未更新", actor=operator)
    both = make_user("both", "兼任人", bureau, "organiser", "head")
    other = cast.computed(
        bureau, both, witness, tasks=[cast.make_ready_task(bureau, by=operator, code="LY-01")]
    )
    own = voids.request(sitting=other, reason="名录未更新", actor=both)

    with pytest.raises(draws.RuleError, match="申请人和操作人不能批准作废"):
        voids.decide(asked=own, approve=True, actor=both)
    answer = send(signed_in(head), "sitting-void-decide", sitting.pk, approve="no", note="理由不足")
    asked.refresh_from_db()

    assert answer.status_code == 302
    assert (asked.state, Sitting.objects.get(pk=sitting.pk).state) == ("refused", "computed")


@pytest.mark.parametrize("name", ["sitting-list", "draw-list"])
def test_lists_ask_the_same_number_of_questions(
    bureau, operator, witness, name, django_assert_max_num_queries
):
    for number in range(3):
        cast.computed(
            bureau,
            operator,
            witness,
            tasks=[cast.make_ready_task(bureau, by=operator, code=f"M-{number}")],
        )
    client = signed_in(witness)
    page(client, name)

    with django_assert_max_num_queries(16):
        page(client, name)


def test_the_desk_says_whose_turn_it_is(bureau, operator, witness, head):
    today = timezone.localdate()
    sitting = cast.computed(bureau, operator, witness)
    cast.locked(
        bureau,
        operator,
        witnesses=[witness],
        tasks=[cast.make_ready_task(bureau, by=operator, code="LY-01")],
    )
    voids.request(sitting=sitting, reason="名录未更新", actor=operator)

    assert [row.verb for row in waiting.for_user(operator, today)].count("主持摇号") == 1
    assert [row.verb for row in waiting.for_user(witness, today)] == ["监督摇号"]
    assert "审批作废申请" in [row.verb for row in waiting.for_user(head, today)]


def test_the_superior_holds_the_fingerprint_from_the_lock_on(bureau, operator, witness, superior):
    draw = cast.locked(bureau, operator, witnesses=[witness]).draws.get()
    told = superior.notifications.get()

    assert draw.a in told.text
    assert signed_in(superior).get(told.url).status_code == 200
