"""Between the lock and the record: the slip, the operator's device, the beacon's time, who is late, and what the room sees."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document
from pypdf import PdfReader

import lottery
from bureau.errors import RuleError
from bureau.models import AuditEvent, RuleSetting
from planning.forms.sittings import SittingForm
from planning.models import Sitting
from planning.rules import sittings as rules
from planning.services import sittings, voids
from tests.people import make_user
from tests.planning import sitting_cast as cast

PASSWORD = "demo-pass-2026"
KL8 = " ".join(str(n) for n in range(61, 81))


@pytest.fixture
def operator(bureau):
    cast.fill_pool(bureau)
    return cast.operator_of(bureau)


@pytest.fixture
def second(bureau):
    return make_user("second", "纪检员", bureau, "witness")


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def url(name, *args):
    return reverse(f"planning:{name}", args=args)


def stage_of(client, sitting, query=""):
    return client.get(f"{url('sitting-stage', sitting.pk)}{query}").content.decode()


def locked_without_slip(bureau, operator, *witnesses, **options):
    sitting = cast.prepared(bureau, operator, witnesses=witnesses, **options)
    return sittings.lock(sitting=sitting, actor=operator)


# ---------------------------------------------------------------- 锁定单


@pytest.mark.rule("A50")
def test_no_digit_is_taken_before_the_slip_is_out(bureau, operator, witness, second):
    alone = locked_without_slip(bureau, operator, witness)
    tasks = [cast.make_ready_task(bureau, by=operator, code="LY-01")]
    both = locked_without_slip(bureau, operator, witness, second, tasks=tasks)

    with pytest.raises(RuleError, match="锁定单还没有打印"):
        sittings.open_digits(sitting=alone, digits=cast.ONE, actor=witness)
    with pytest.raises(RuleError, match="锁定单还没有打印"):
        cast.commit(both, witness, cast.SALTS[0], cast.ONE)


def test_the_slip_prints_every_draw_and_leaves_a_trace(bureau, operator, witness):
    tasks = [cast.make_ready_task(bureau, by=operator, code=code) for code in ("LY-01", "LY-02")]
    sitting = locked_without_slip(bureau, operator, witness, tasks=tasks)

    answer = signed_in(operator).post(url("sitting-slip-print", sitting.pk), {"size": "a5"})
    reader = PdfReader(io.BytesIO(answer.content))
    text = "".join(page.extract_text() for page in reader.pages).replace(" ", "").replace("\n", "")
    width = round(float(reader.pages[0].mediabox.width) / 72 * 25.4)

    assert answer["Content-Type"] == "application/pdf"
    assert width == 148
    assert [draw.a in text for draw in sitting.draws.all()] == [True, True]
    assert Sitting.objects.get().slip_printed_at is not None
    assert AuditEvent.objects.filter(action="sitting.slip-printed").count() == 1
    assert "监督人公布数字" in signed_in(operator).get(url("sitting-detail", sitting.pk)).content.decode()  # fmt: skip


def test_only_who_runs_the_sitting_says_that_the_slip_is_out(bureau, operator, witness):
    sitting = locked_without_slip(bureau, operator, witness)

    refused = signed_in(witness).post(url("sitting-slip-handed", sitting.pk))
    signed_in(operator).post(url("sitting-slip-handed", sitting.pk))

    assert refused.status_code == 403
    assert Sitting.objects.get().slip_handed_at is not None


# ---------------------------------------------------------------- 在操作人设备上


@pytest.mark.rule("A50")
def test_a_witness_signs_in_again_and_the_operator_stays(bureau, operator, witness):
    sitting = cast.locked(bureau, operator, witnesses=[witness])
    desk = signed_in(operator)
    here = url("sitting-witness-here", sitting.pk, sitting.witnesses.get().pk)

    wrong = desk.post(here, {"digits": cast.ONE, "password": "not-this-one"})
    before = sitting.witnesses.get().opened_at
    right = desk.post(here, {"digits": cast.ONE, "password": PASSWORD})
    row = sitting.witnesses.get()
    event = AuditEvent.objects.get(action="sitting.opened")

    assert (wrong.status_code, before) == (422, None)
    assert "密码不对" in wrong.content.decode()
    assert right.status_code == 302
    assert (row.digits, row.opened_on_own) == (cast.ONE, False)
    assert (event.actor_name, event.detail["device"]) == ("测摇号监", "操作人设备")
    assert desk.session["_auth_user_id"] == str(operator.pk)
    assert "在操作人设备上" in desk.get(url("sitting-detail", sitting.pk)).content.decode()


def test_the_logins_own_lock_holds_there_too(bureau, operator, witness):
    sitting = cast.locked(bureau, operator, witnesses=[witness])
    desk = signed_in(operator)
    here = url("sitting-witness-here", sitting.pk, sitting.witnesses.get().pk)

    answers = [
        desk.post(here, {"digits": cast.ONE, "password": f"guess-{n}"}).status_code
        for n in range(5)
    ]
    after = desk.post(here, {"digits": cast.ONE, "password": PASSWORD})

    assert answers[:4] == [422] * 4
    assert after.status_code in {403, 429}
    assert sitting.witnesses.get().opened_at is None


def test_who_still_has_the_first_password_changes_it_first(bureau, operator, witness):
    witness.must_change_password = True
    witness.save(update_fields=["must_change_password"])
    sitting = cast.locked(bureau, operator, witnesses=[witness])
    here = url("sitting-witness-here", sitting.pk, sitting.witnesses.get().pk)

    answer = signed_in(operator).post(here, {"digits": cast.ONE, "password": PASSWORD})

    assert "请先在自己的设备上登录并修改密码" in answer.content.decode()


def test_no_digits_reach_the_server_on_the_operators_device(bureau, operator, witness, second):
    sitting = cast.locked(bureau, operator, witnesses=[witness, second])
    row = sitting.witnesses.get(user=witness)
    here = url("sitting-witness-here", sitting.pk, row.pk)
    code = "\n".join(
        f"ssj1-commit|{d.a}|{lottery.witness_commitment(d.a, cast.SALTS[0], cast.ONE)}"
        for d in sitting.draws.all()
    )

    unscripted = signed_in(operator).post(here, {"digits": cast.ONE, "password": PASSWORD})
    signed_in(operator).post(here, {"code": code, "password": PASSWORD})
    row.refresh_from_db()

    assert "本页的计算程序没有运行，没有记录任何数字" in unscripted.content.decode()
    assert (row.committed_at is not None, row.own_device, row.server_made) == (True, False, False)


def test_codes_of_the_offline_page_commit_and_open(bureau, operator, witness, second):
    sitting = cast.locked(bureau, operator, witnesses=[witness, second])
    cast.commit(sitting, second, cast.SALTS[1], cast.ONE)
    a = sitting.draws.get().a
    value = lottery.witness_commitment(a, cast.SALTS[0], cast.ONE)
    own = signed_in(witness)

    foreign = own.post(
        url("sitting-commit", sitting.pk), {"code": f"ssj1-commit|{'0' * 64}|{value}"}
    )
    own.post(
        url("sitting-commit", sitting.pk),
        {"code": f" ssj1-commit|{a[:32]}\n{a[32:]}|{value}", "own_device": "on"},
    )
    own.post(url("sitting-open", sitting.pk), {"code": f"ssj1-open|{cast.SALTS[0]}|{cast.ONE}"})
    row = sitting.witnesses.get(user=witness)

    assert "不是本次摇号的，请核对锁定单" in foreign.content.decode()
    assert (row.digits, row.salt, row.own_device) == (cast.ONE, cast.SALTS[0], True)


def test_two_witnesses_of_one_name_are_two(bureau, operator, witness):
    namesake = make_user("namesake", witness.full_name, bureau, "witness")
    sitting = cast.locked(bureau, operator, witnesses=[witness, namesake])
    cast.commit(sitting, witness, cast.SALTS[0], cast.ONE)

    with pytest.raises(
        RuleError, match=f"还有监督人没有提交承诺（{witness.full_name}（第 2 位））"
    ):
        sittings.open_digits(sitting=sitting, digits=cast.ONE, salt=cast.SALTS[0], actor=witness)


def test_the_matching_takes_over_the_witnesses(bureau, operator, witness, second):
    before = cast.prepared(bureau, operator, witnesses=[witness, second])
    matching = cast.prepare_teams(bureau, operator, before.tasks.get())
    desk = signed_in(operator)

    shown = desk.get(url("sitting-detail", matching.pk)).content.decode()
    desk.post(url("sitting-witness-again", matching.pk), {"before": str(before.pk)})

    assert "沿用抽取对象时的监督人（测摇号监、纪检员）" in shown
    assert [w.user for w in matching.witnesses.order_by("position")] == [witness, second]


# ---------------------------------------------------------------- 公共随机源


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("福彩3D", "只有 1000 种号码"),
        ("双色球", "约 1770 万种号码"),
        ("股票指数", "收盘前已大致可知"),
    ],
)
def test_a_source_too_small_is_refused_with_the_reason(bureau, operator, source, reason):
    form = SittingForm({"beacon_source": source}, authority=bureau)
    moment = timezone.now() + timedelta(hours=1)

    with pytest.raises(RuleError, match=reason):
        cast.prepared(bureau, operator, beacon_source=source, beacon_round="1", beacon_not_before=moment)  # fmt: skip
    assert reason in str(form.errors["beacon_source"])
    assert "挑选名单" in str(form.errors["beacon_source"])


def test_drands_round_follows_from_the_time_and_an_earlier_one_is_refused(
    bureau, operator, witness
):
    moment = cast.soon(60)
    sitting = cast.prepared(bureau, operator, witnesses=[witness], beacon_source="drand-quicknet", beacon_not_before=moment)  # fmt: skip
    number = int(sitting.beacon_round)
    tasks = [cast.make_ready_task(bureau, by=operator, code="LY-01")]

    assert moment <= lottery.drand_time(number) < moment + timedelta(seconds=3)
    with pytest.raises(RuleError, match="在所写时刻之前就会公布"):
        cast.prepared(bureau, operator, tasks=tasks, beacon_source="drand-quicknet", beacon_not_before=moment, beacon_round=str(number - 1))  # fmt: skip


def test_no_value_is_taken_before_its_round_appears():
    not_before = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    number = lottery.drand_round_from(not_before + timedelta(hours=2))

    assert rules.beacon_due("drand-quicknet", str(number), not_before) == lottery.drand_time(number)
    assert rules.beacon_due("cwl-kl8", "2026058", not_before) == not_before


@pytest.mark.parametrize(
    "value", [KL8.replace("80", "81"), KL8.replace("80", "79"), KL8 + " 5", "a" * 64]
)
def test_a_value_of_another_form_is_refused(bureau, operator, witness, value):
    sitting = with_beacon(bureau, operator, witness)

    with (
        time_machine.travel(timezone.now() + timedelta(minutes=11)),
        pytest.raises(RuleError, match="20 个 01–80 之间的不同号码"),
    ):
        sittings.set_beacon(sitting=sitting, value=value, actor=operator)


def with_beacon(bureau, operator, *witnesses):
    return cast.locked(
        bureau,
        operator,
        witnesses=witnesses,
        beacon_source="cwl-kl8",
        beacon_round="2026310",
        beacon_not_before=cast.soon(),
    )


def test_without_a_witness_there_must_be_a_beacon(bureau, operator):
    RuleSetting.objects.create(
        authority=bureau, key="min_witnesses", value=0, citation="测试", set_by=operator
    )
    bare = cast.prepared(bureau, operator)
    tasks = [cast.make_ready_task(bureau, by=operator, code="LY-01")]

    with pytest.raises(RuleError, match="没有监督人时必须使用公共随机源"):
        sittings.lock(sitting=bare, actor=operator)
    sitting = cast.prepared(
        bureau, operator, tasks=tasks, beacon_source="cwl-kl8", beacon_round="2026310",
        beacon_not_before=cast.soon(),
    )  # fmt: skip
    sittings.lock(sitting=sitting, actor=operator)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        sittings.set_beacon(sitting=sitting, value=KL8, actor=operator)
        sittings.compute(sitting=sitting, actor=operator)

    assert Sitting.objects.get(pk=sitting.pk).state == "computed"


def test_a_round_that_was_not_held_voids_the_draw(bureau, operator, witness, head):
    sitting = with_beacon(bureau, operator, witness)
    cast.commit(sitting, witness, cast.SALTS[0], cast.ONE)
    sittings.open_digits(sitting=sitting, digits=cast.ONE, salt=cast.SALTS[0], actor=witness)
    desk = signed_in(operator)

    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        now = desk.get(url("sitting-detail", sitting.pk)).content.decode()
        asked = desk.get(url("sitting-void", sitting.pk) + "?cause=round").content.decode()
        reason = "约定的公共随机源快乐8 开奖号码第 2026310 期没有开出"
        desk.post(url("sitting-void", sitting.pk), {"reason": reason})
        voids.decide(asked=sitting.void_requests.get(), approve=True, actor=head)

    assert "这一期没有开出，申请作废" in now
    assert reason in asked
    assert Sitting.objects.get().state == "voided"
    assert b"beacon\t-\n" in bytes(sitting.draws.get().files.get(name="record.txt").content)


# ---------------------------------------------------------------- 谁来晚了


def test_nobody_throws_away_while_a_witness_has_time(bureau, operator, witness, second):
    sitting = cast.locked(bureau, operator, witnesses=[witness, second])
    cast.commit(sitting, witness, cast.SALTS[0], cast.ONE)
    cast.commit(sitting, second, cast.SALTS[1], cast.ONE)
    sittings.open_digits(sitting=sitting, digits=cast.ONE, salt=cast.SALTS[0], actor=witness)

    with pytest.raises(RuleError, match="还在等纪检员公布监督数字"):
        voids.request(sitting=sitting, reason="不想等", actor=operator)
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        desk = signed_in(operator)
        page = desk.get(url("sitting-detail", sitting.pk)).content.decode()
        prefilled = desk.get(url("sitting-void", sitting.pk) + "?cause=witness").content.decode()

    assert "监督人没有公布，申请作废" in page
    assert "监督人纪检员在规定时限内没有公布数字" in prefilled


def test_as_long_as_nothing_is_known_a_sitting_may_be_voided_at_once(
    bureau, operator, witness, second, head
):
    sitting = cast.locked(bureau, operator, witnesses=[witness, second])
    asked = voids.request(sitting=sitting, reason="名录未更新", actor=operator)
    voids.decide(asked=asked, approve=True, actor=head)

    assert Sitting.objects.get().state == "voided"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("sitting-lock", {}),
        ("sitting-compute", {}),
        ("sitting-slip-handed", {}),
        ("sitting-discard", {}),
        ("sitting-beacon", {"value": KL8, "again": KL8}),
    ],
)
def test_a_late_press_is_told_what_happened(bureau, operator, witness, name, values):
    sitting = cast.computed(bureau, operator, witness)

    answer = signed_in(operator).post(url(name, sitting.pk), values)
    page = answer.content.decode()

    assert answer.status_code == 409
    assert "刚才发生的：" in page
    assert f'href="{url("sitting-detail", sitting.pk)}"' in page


def test_a_witness_who_presses_twice_is_told(bureau, operator, witness):
    sitting = cast.ready_to_compute(bureau, operator, witness)

    answer = signed_in(witness).post(url("sitting-open", sitting.pk), {"digits": "9" * 12})

    assert answer.status_code == 409
    assert "您的数字已经公布，不能更改" in answer.content.decode()
    assert sitting.witnesses.get().digits == cast.ONE


def test_the_waiting_page_loads_anew_once_the_sitting_has_moved_on(bureau, operator, witness):
    sitting = cast.computed(bureau, operator, witness)
    client = signed_in(witness)
    address = url("sitting-detail", sitting.pk)

    moved = client.get(f"{address}?was=locked", headers={"HX-Request": "true"})
    same = client.get(f"{address}?was=computed", headers={"HX-Request": "true"})

    assert moved.headers["HX-Refresh"] == "true"
    assert "HX-Refresh" not in same.headers


# ---------------------------------------------------------------- 投影


def test_the_room_sees_no_row_before_it_is_recorded(bureau, operator, witness):
    sitting = cast.ready_to_compute(bureau, operator, witness)
    before = stage_of(signed_in(witness), sitting, "?view=result&row=9999")
    sittings.compute(sitting=sitting, actor=operator)
    after = stage_of(signed_in(witness), sitting, "?view=result&row=9999")

    assert "示范企业" not in before
    assert "等待计算结果" in before
    assert after.count("data-row=") == 8


def test_a_sealed_result_shows_only_its_fingerprint(bureau, operator, witness):
    day = timezone.localdate() + timedelta(days=20)
    sitting = cast.computed(bureau, operator, witness, reveal="deferred", reveal_by=day)
    draw = sitting.draws.get()
    seed = draw.events.get(kind="computed").detail["seed"]
    views = [stage_of(signed_in(witness), sitting, f"?view={view}") for view in ("seed", "result", "sign")]  # fmt: skip
    digest = draw.events.get(kind="computed").detail["result"]

    assert "结果已记录，名单延后公开" in views[1]
    assert digest[:4] in views[1]
    assert not any("示范企业" in view for view in views)
    assert not any(seed[:4] + " " + seed[4:8] in view for view in views)


def test_each_draw_of_a_sitting_has_its_own_screen(bureau, operator, witness):
    tasks = [cast.make_ready_task(bureau, by=operator, code=code) for code in ("LY-01", "LY-02")]
    sitting = cast.locked(bureau, operator, witnesses=[witness], tasks=tasks)
    first, other = sitting.draws.order_by("chain_number")
    client = signed_in(witness)
    agenda = stage_of(client, sitting, "?view=agenda")

    assert "第 2 项，共 2 项" in stage_of(client, sitting, "?view=lock&item=2")
    assert other.a[:4] in stage_of(client, sitting, "?view=lock&item=2")
    assert [one.a[:4] in agenda for one in (first, other)] == [True, True]


def test_twelve_rows_are_two_screens_and_the_address_holds_the_row(bureau, operator, witness):
    task = cast.make_ready_task(bureau, by=operator)
    task.strata.filter(label="A类").update(value=12)
    sitting = cast.computed(bureau, operator, witness, tasks=[task])
    client = signed_in(witness)

    first = stage_of(client, sitting, "?view=result&row=4")
    other = stage_of(client, sitting, "?view=result&row=11")

    assert 'data-shown="4"' in first
    assert "row=11" in first
    assert (first.count("data-row="), other.count("data-row=")) == (10, 7)
    assert 'data-row="11"' in other


def test_the_screen_goes_on_to_the_next_draw_and_then_to_the_matching(bureau, operator, witness):
    tasks = [cast.make_ready_task(bureau, by=operator, code=code) for code in ("LY-01", "LY-02")]
    sitting = cast.computed(bureau, operator, witness, tasks=tasks)
    matching = cast.prepare_teams(bureau, operator, tasks[0])
    client = signed_in(operator)

    first = stage_of(client, sitting, "?view=sign&item=1")
    last = stage_of(client, sitting, "?view=sign&item=2")
    page = client.get(url("sitting-detail", sitting.pk)).content.decode()

    assert 'data-next="?item=2&amp;view=lock"' in first
    assert f'data-next="{url("sitting-stage", matching.pk)}"' in last
    assert f'href="{url("sitting-detail", matching.pk)}"' in page


# ---------------------------------------------------------------- 备案表


@pytest.mark.rule("A50")
def test_the_record_states_everything_in_pdf_and_word_alike(
    bureau, operator, witness, second, superior
):
    sitting = cast.locked(bureau, operator, witnesses=[witness, second])
    cast.commit(sitting, witness, cast.SALTS[0], cast.ONE)
    cast.commit(sitting, second, cast.SALTS[1], cast.ONE[::-1])
    sittings.open_digits(sitting=sitting, digits=cast.ONE, salt=cast.SALTS[0], actor=witness)
    sittings.open_digits(sitting=sitting, digits=cast.ONE[::-1], salt=cast.SALTS[1], actor=second, own_device=False)  # fmt: skip
    sittings.compute(sitting=sitting, actor=operator)
    draw = sitting.draws.get()
    client = signed_in(operator)

    paper = pdf_text(client.get(url("sitting-record-pdf", sitting.pk)).content)
    word = docx_text(client.get(url("sitting-record-docx", sitting.pk)).content)
    facts = [
        draw.number, draw.a, draw.events.get(kind="computed").detail["seed"],
        draw.files.get(name="result.tsv").sha256, draw.files.get(name="candidates.tsv").sha256,
        *draw.commitments.values_list("value", flat=True), cast.ONE, cast.ONE[::-1],
        "操作员", "测摇号监", "纪检员", "操作人设备", "三楼会议室", "示范市自然资源和规划局",
        "只要有一位监督人是诚实的", "不能保证锁定之前名录库是正确的", draw.picks.first().entity.name,
        draw.picks.first().ticket[:16],
    ]  # fmt: skip

    assert [fact for fact in facts if fact not in paper] == []
    assert [fact for fact in facts if fact not in word] == []


def test_the_record_of_a_redraw_names_what_was_void_before(bureau, operator, witness, head):
    first = cast.computed(bureau, operator, witness)
    asked = voids.request(sitting=first, reason="名录未更新", actor=operator)
    voids.decide(asked=asked, approve=True, actor=head)
    again = cast.prepared(bureau, operator, witnesses=[witness], tasks=list(first.tasks.all()))
    sittings.lock(sitting=again, actor=operator, reason="前次作废重抽")

    word = docx_text(signed_in(operator).get(url("sitting-record-docx", again.pk)).content)

    assert f"{first.draws.get().number}（第1次）" in word
    assert "作废：名录未更新" in word


def test_a_sealed_list_leaves_no_digest_in_the_record(bureau, operator, witness):
    day = timezone.localdate() + timedelta(days=20)
    sitting = cast.computed(bureau, operator, witness, reveal="deferred", reveal_by=day)
    draw = sitting.draws.get()
    word = docx_text(signed_in(operator).get(url("sitting-record-docx", sitting.pk)).content)

    assert draw.files.get(name="candidates.tsv").sha256 not in word
    assert draw.picks.first().entity.name not in word
    assert "名单尚未公开" in word


def pdf_text(content):
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return text.replace(" ", "").replace("\n", "")


def docx_text(content):
    document = Document(io.BytesIO(content))
    parts = [p.text for p in document.paragraphs]
    parts += [cell.text for t in document.tables for row in t.rows for cell in row.cells]
    return "".join("".join(parts).split())
