"""One problem from the visit to its end: published, objected to, corrected, put right and filed, each person in a browser."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from django.conf import global_settings
from django.utils import timezone

from tests.browser import running
from tests.browser.conftest import DESK, PHONE, Desk
from tests.browser.test_whole_cycle import find_result, photo
from tests.inspections.field_case import ordered_case, second_inspector
from tests.people import make_authority, make_user
from tests.site import pdf_reading

pytestmark = pytest.mark.browser

PASSWORD = "demo-pass-2026"
REMARK = "采场东侧越出批准范围约 6 米"
CORRECTED = "采场东侧越出批准范围约 0.6 米，已回填"
BASIS = "《中华人民共和国矿产资源法》第三十九条"
OBJECTION = "东侧实测为 0.6 米，附测绘成果，请更正。"
RECTIFIED = "越界部分已回填，界桩已恢复。"


@pytest.fixture
def county(live_db, tmp_path, settings) -> Iterator[tuple]:
    """A bureau with one approved visit that starts now, its web and worker."""
    if running.CHROMIUM is None:
        pytest.skip("本机没有 Chromium：apt-get install chromium 后再运行浏览器测试")
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    bureau = make_authority("SFX", "示范县自然资源和规划局")
    leader = make_user("leader", "测组长", bureau, "inspector")
    organiser = make_user("desk", "测经办", bureau, "organiser", "coordinator")
    head = make_user("boss", "测主要负责人", bureau, "head")
    make_user("reviewer", "测审核", bureau, "reviewer")
    make_user("other", "测复查", bureau, "reviewer")
    make_user("publisher", "测公示", bureau, "publisher")
    day = timezone.localdate()
    case = ordered_case(
        bureau,
        leader,
        second_inspector(bureau),
        organiser,
        head,
        window_from=day - timedelta(days=1),
        window_to=day + timedelta(days=9),
    )
    with running.system(
        live_db.name, live_db.servers, tmp_path / "media", tmp_path / "system.log"
    ) as address:
        yield address, case.visit_pk, case.visit.entity.name


@pytest.fixture
def sign_in(county, tmp_path) -> Iterator[Callable[..., Desk]]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=running.CHROMIUM, args=running.ARGUMENTS
        )
        yield lambda username, size=DESK: Desk(
            browser, county[0], username, size, tmp_path, PASSWORD
        )
        browser.close()


@pytest.mark.rule("A63")
@pytest.mark.rule("A66")
@pytest.mark.rule("A80")
@pytest.mark.rule("A81")
@pytest.mark.rule("A82")
@pytest.mark.rule("A84")
@pytest.mark.rule("A89")
def test_a_problem_is_followed_to_its_end_by_everybody_it_concerns(county, sign_in):
    _, visit, firm = county
    leader, colleague = sign_in("leader", PHONE), sign_in("inspector2", PHONE)
    desk, head = sign_in("desk"), sign_in("boss")
    reviewer, other, publisher = sign_in("reviewer"), sign_in("other"), sign_in("publisher")
    owner, citizen = sign_in(None, PHONE), sign_in(None, PHONE)
    deadline = timezone.localdate() + timedelta(days=20)

    precheck(leader, visit)
    code = make_notice(leader, visit)
    owner.open(f"/check/{code}/")
    enter(leader, colleague, visit)
    fill_checklist(leader, visit)
    sign_on_glass(leader, visit)
    finish(leader, visit)

    result = record(leader, visit, deadline)
    sign_both(leader, colleague, result)
    send_back(reviewer, firm)
    resubmit(leader, result, deadline)
    sign_both(leader, colleague, result)
    approve(reviewer, firm)
    publish(publisher, firm)
    page = read_result(citizen, firm)

    object_with_file(owner, code)
    objection = accept_objection(desk)
    correction = uphold(other, objection)
    sign_correction(head, correction)
    reply(desk, objection)
    read_correction(citizen, page)
    read_answer(owner, code)

    disposal = issue_order(desk, firm, deadline)
    hand_in_photos(owner, code)
    recheck = ask_for_recheck(desk, disposal)
    approve_recheck(head, recheck)
    find_put_right(leader, recheck)
    read_end(citizen, page)
    read_dossier(desk, visit)

    everybody = (leader, colleague, desk, head, reviewer, other, publisher, owner, citizen)
    assert [who.problems for who in everybody if who.problems] == []


def precheck(leader: Desk, visit) -> None:
    leader.open(f"/desk/inspections/field/{visit}/")
    leader.follow("去比对")
    for box in leader.page.locator("input[type=radio][value=compared]").all():
        box.check()
    leader.page.check("input[name^='m-'] >> nth=0")
    leader.page.check("input[name=finish]")
    leader.press("保存")
    assert "预查比对已完成" in leader.page.inner_text("body")
    assert not leader.is_wider_than_screen


def make_notice(leader: Desk, visit) -> str:
    """Made and delivered; gives the code that the firm holds."""
    leader.open(f"/desk/inspections/visits/{visit}/")
    leader.press("制作检查通知书")
    leader.press("登记送达")
    address = leader.page.locator("#h-notice").locator("xpath=../..").locator("a").first
    return address.get_attribute("href").rstrip("/").rsplit("/", 1)[-1]


def enter(leader: Desk, colleague: Desk, visit) -> None:
    """The firm scans the code on the leader's phone; both officers are there."""
    where = f"/desk/inspections/field/{visit}/"
    leader.open(where)
    leader.press("亮码或扫码进入")
    leader.press("企业已扫码，登记进入")
    for officer in (leader, colleague):
        officer.open(where)
        officer.press("确认我到场")
        officer.page.check("#id_certificates_shown")
        officer.press("确认我到场")


def fill_checklist(leader: Desk, visit) -> None:
    leader.open(f"/desk/inspections/field/{visit}/")
    leader.press("填检查表")
    leader.press("填第 1 项")
    choose(leader, "不符合")
    leader.page.fill("#id_remark", REMARK)
    leader.press("保存，下一项")
    choose(leader, "符合")
    leader.page.fill("#id_number", "4.5")
    leader.press("保存，下一项")
    choose(leader, "符合")
    leader.page.set_input_files("input[name=photos]", photo("界桩"))
    leader.press("保存，下一项")


def choose(leader: Desk, words: str) -> None:
    leader.page.locator("fieldset.answers label").filter(has_text=re.compile(f"^{words}$")).click()


def sign_on_glass(leader: Desk, visit) -> None:
    leader.open(f"/desk/inspections/field/{visit}/")
    leader.press("签字盖章或拒签")
    assert REMARK in leader.page.inner_text("[data-glass]")
    leader.page.fill("#id_signer", "刘某，矿长")
    pad = leader.page.locator("[data-pad]")
    pad.scroll_into_view_if_needed()
    frame = pad.bounding_box()
    leader.page.mouse.move(frame["x"] + 40, frame["y"] + 90)
    leader.page.mouse.down()
    leader.page.mouse.move(frame["x"] + 160, frame["y"] + 30, steps=6)
    leader.page.mouse.move(frame["x"] + 280, frame["y"] + 100, steps=6)
    leader.page.mouse.up()
    leader.press("保存签字情况")
    assert "已在屏幕上签名" in leader.text()


def finish(leader: Desk, visit) -> None:
    leader.open(f"/desk/inspections/field/{visit}/")
    leader.press("结束检查")
    leader.press("结束检查")
    assert "公示期限开始计算" in leader.text()


def record(leader: Desk, visit, deadline: date) -> str:
    """The finding comes from the checklist; gives the address of the result."""
    leader.open(f"/desk/inspections/field/{visit}/")
    leader.press("录入结果")
    result = leader.page.url
    leader.press("录入检查结果")
    page = leader.page
    assert REMARK in page.input_value("[name=findings-0-fact]")
    page.check("input[name=codes][value=N02]", force=True)
    page.check("input[name=findings-0-on_site_codes][value=correct_by]")
    page.fill("input[name=findings-0-rectify_by]", deadline.isoformat())
    leader.press("保存结果")
    return result


def sign_both(leader: Desk, colleague: Desk, result: str) -> None:
    for officer in (leader, colleague):
        officer.open(result)
        officer.press("签字确认结果")
    leader.open(result)
    leader.press("提交审核")
    assert "待审核" in leader.text()


def send_back(reviewer: Desk, firm: str) -> None:
    reviewer.open("/desk/inspections/reviews/")
    reviewer.follow(firm)
    reviewer.press("退回补正")
    reviewer.page.get_by_label("问题 1", exact=True).fill("依据请写到条")
    reviewer.press("退回检查组补正")
    assert "已退回检查组补正" in reviewer.page.inner_text("body")


def resubmit(leader: Desk, result: str, deadline: date) -> None:
    """All that was typed is still there; only what the reviewer asked for is changed."""
    leader.open(result)
    assert "依据请写到条" in leader.text()
    leader.press("补正检查结果")
    page = leader.page
    assert "依据请写到条" in leader.text()
    assert page.is_checked("input[name=codes][value=N02]")
    assert REMARK in page.input_value("[name=findings-0-fact]")
    assert page.is_checked("input[name=findings-0-on_site_codes][value=correct_by]")
    assert page.input_value("input[name=findings-0-rectify_by]") == deadline.isoformat()
    page.fill("input[name=findings-0-basis]", BASIS)
    leader.press("保存结果")


def approve(reviewer: Desk, firm: str) -> None:
    reviewer.open("/desk/inspections/reviews/")
    reviewer.follow(firm)
    assert "第 2 次提交" in reviewer.text()
    assert BASIS in reviewer.text()
    reviewer.press("审核通过")
    assert "已审核通过" in reviewer.page.inner_text("body")


def publish(publisher: Desk, firm: str) -> None:
    publisher.open("/desk/publication/")
    publisher.page.locator("td a").filter(has_text=re.compile(f"^公示：{firm}")).click()
    publisher.press("确认公示")
    assert "已公示" in publisher.text()


def read_result(citizen: Desk, firm: str) -> str:
    """On a phone, found by name; gives the address of the page."""
    found = find_result(citizen, firm)
    assert "未按批准的勘查、开采方案作业" in found
    assert "问题正在由有关单位依法处理" in found
    assert not citizen.is_wider_than_screen
    return citizen.page.url


def object_with_file(owner: Desk, code: str) -> None:
    owner.open(f"/check/{code}/")
    owner.press("对检查结果提出异议")
    send(owner, OBJECTION)
    assert not owner.is_wider_than_screen


def send(owner: Desk, text: str) -> None:
    owner.page.fill("textarea[name=text]", text)
    owner.page.fill("input[name=contact_name]", "刘某")
    owner.page.fill("input[name=contact_phone]", "0990-5550123")
    owner.page.set_input_files("input[name=files]", photo(text))
    owner.press("提交")
    assert "已提交的来件" in owner.text()


def answer(desk: Desk, words: str) -> None:
    """The newest thing that a firm has sent: taken up."""
    desk.open("/desk/publication/requests/")
    desk.page.locator("tbody th a").first.click()
    desk.page.check("input[name=decision][value=accept]")
    desk.page.fill("textarea[name=answer]", words)
    desk.press("提交")


def accept_objection(desk: Desk) -> str:
    """Registered, with the firm's file, and the paper of its acceptance handed over; gives its address."""
    answer(desk, "已收到，转复查。")
    desk.page.locator("dt:has-text('登记的异议') + dd a").click()
    desk.page.wait_for_load_state("load")
    objection = desk.page.url
    assert "现场.jpg" in desk.text()
    desk.follow("登记送达")
    desk.page.fill("input[name=note]", "法定代表人当面签收")
    desk.press("登记送达")
    return objection


def uphold(other: Desk, objection: str) -> str:
    """Somebody who had no part in the result; what was wrong is put right in the request to the head."""
    other.open(objection)
    other.press("登记复查结论")
    other.page.check("input[name=is_upheld][value=yes]")
    other.page.fill("textarea[name=finding]", "重新测量，越界 0.6 米。")
    other.press("登记复查结论")
    other.follow("申请更正这项结果")
    assert REMARK in other.page.input_value("[name=findings-0-fact]")
    other.page.uncheck("input[name=codes][value=N02]", force=True)
    other.page.check("input[name=codes][value=N03]", force=True)
    other.page.fill("[name=findings-0-fact]", CORRECTED)
    other.press("提请主要负责人签字")
    return other.page.url


def sign_correction(head: Desk, correction: str) -> None:
    head.open("/desk/")
    assert "更正" in head.text()
    head.open(correction)
    assert REMARK in head.text()
    assert CORRECTED in head.text()
    head.page.check("input[name=decision][value=approve]")
    head.press("提交意见")
    assert "已更正" in head.text()


def reply(desk: Desk, objection: str) -> None:
    desk.open(objection)
    desk.press("登记反馈")
    desk.page.fill("textarea[name=text]", "异议成立，结果已更正。")
    desk.press("登记反馈")
    assert "已反馈" in desk.text()


def read_correction(citizen: Desk, page: str) -> None:
    citizen.open(page)
    assert "曾更正" in citizen.text()
    before = citizen.page.inner_text('[data-label="更正前"]')
    after = citizen.page.inner_text('[data-label="更正后"]')
    assert "未按批准的勘查、开采方案作业" in before
    assert "未履行矿区生态修复或土地复垦义务" in after
    assert not citizen.is_wider_than_screen


def read_answer(owner: Desk, code: str) -> None:
    owner.open(f"/check/{code}/")
    assert "异议成立，结果已更正。" in owner.text()
    assert not owner.is_wider_than_screen


def issue_order(desk: Desk, firm: str, deadline: date) -> str:
    """Due on the day that was set on the spot; gives the address of the disposal."""
    desk.open("/desk/inspections/disposals/?state=open")
    desk.page.locator("tbody th a").first.click()
    desk.page.wait_for_load_state("load")
    disposal = desk.page.url
    assert CORRECTED in desk.text()
    desk.press("制发责令改正通知书")
    assert desk.page.input_value("input[name=due_on]") == deadline.isoformat()
    desk.press("编号并制发")
    desk.press("登记送达")
    desk.page.fill("input[name=note]", "矿长当面签收")
    desk.page.set_input_files("input[name=upload]", photo("receipt"))
    desk.press("登记送达")
    assert "矿长当面签收" in desk.text()
    return disposal


def hand_in_photos(owner: Desk, code: str) -> None:
    owner.open(f"/check/{code}/")
    owner.press("提交整改材料")
    send(owner, RECTIFIED)


def ask_for_recheck(desk: Desk, disposal: str) -> str:
    answer(desk, "材料已收到，将到现场复查。")
    desk.open(disposal)
    desk.press("提请复查")
    desk.page.fill("input[name=planned_on]", timezone.localdate().isoformat())
    for officer in desk.page.locator("input[name=officers]").all():
        officer.check()
    desk.press("提请复查")
    return desk.page.url


def approve_recheck(head: Desk, recheck: str) -> None:
    head.open(recheck)
    head.page.check("input[name=approve][value=yes]")
    head.press("提交审批意见")
    assert "待复查" in head.text()


def find_put_right(leader: Desk, recheck: str) -> None:
    leader.open(recheck)
    leader.press("登记复查结果")
    leader.page.fill("input[name=place]", "采场东侧")
    leader.page.check("input[name=is_passed][value=yes]")
    leader.page.fill("textarea[name=finding]", RECTIFIED)
    leader.page.set_input_files("input[name=files]", photo("after"))
    leader.press("登记复查结果")
    assert "已改正" in leader.text()
    assert not leader.is_wider_than_screen


def read_end(citizen: Desk, page: str) -> None:
    citizen.open(page)
    citizen.reload_until("全部处理完毕")
    # once: the measure that fell away with the first wording was never carried out
    assert citizen.text().count("已责令改正，改正情况已经核实") == 1
    assert RECTIFIED not in citizen.text()  # what became of it, not the words of a file
    assert not citizen.is_wider_than_screen


def read_dossier(desk: Desk, visit) -> None:
    desk.open(f"/desk/publication/dossiers/{visit}/")
    checklist = desk.page.inner_text("#h-papers >> xpath=../..")
    assert "缺" not in checklist, checklist
    answered = desk.context.request.get(
        desk.page.locator("a").filter(has_text="预览卷宗 PDF").first.evaluate("link => link.href")
    )
    assert answered.ok
    bound = pdf_reading.read(answered.body()).text
    papers = (
        CORRECTED,
        "异议复查决定书",
        "异议材料1",
        "责令限期改正通知书",
        "整改材料",
        "复查记录",
    )
    assert [words for words in papers if words.replace(" ", "") not in bound] == []
