"""Two phones in a valley: the visit is done without a signal, sent when it returns, and a conflict keeps both answers."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import global_settings
from django.utils import timezone

from bureau.models import AuditEvent, User
from inspections.models import (
    ChecklistAnswer,
    EntryLog,
    Evidence,
    FieldDelivery,
    GlassSignature,
    Visit,
)
from inspections.selectors import lacking, party_text
from inspections.services import entries
from registry.models import Listing
from tests.browser import running
from tests.inspections.field_case import ordered_case, photo, second_inspector
from tests.people import make_authority, make_user

PHONE = {"width": 390, "height": 844}
PASSWORD = "demo-pass-2026"


@pytest.fixture
def valley(live_db, tmp_path, settings) -> Iterator[tuple]:
    """A bureau with one approved visit, its web and worker."""
    if running.CHROMIUM is None:
        pytest.skip("本机没有 Chromium：apt-get install chromium 后再运行浏览器测试")
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    bureau = make_authority("SFX", "示范县自然资源和规划局")
    leader = make_user("leader", "测组长", bureau, "inspector")
    desk = make_user("desk", "测经办", bureau, "organiser", "coordinator")
    head = make_user("boss", "测主要负责人", bureau, "head")
    day = timezone.localdate()
    case = ordered_case(
        bureau,
        leader,
        second_inspector(bureau),
        desk,
        head,
        window_from=day - timedelta(days=1),
        window_to=day + timedelta(days=9),
    )
    with running.system(
        live_db.name, live_db.servers, tmp_path / "media", tmp_path / "system.log"
    ) as address:
        yield address, case.visit, case.matter.pk


@pytest.fixture
def phones(valley) -> Iterator[list]:
    """The leader's and the second officer's, both signed in and made ready with a signal."""
    from playwright.sync_api import sync_playwright

    address, visit, _ = valley
    usernames = list(
        visit.team.order_by("position").values_list("inspector__user__username", flat=True)
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=running.CHROMIUM, args=running.ARGUMENTS
        )
        opened = [Phone(browser, address, username) for username in usernames]
        yield opened
        browser.close()


class Phone:
    def __init__(self, browser, address: str, username: str) -> None:
        self.context = browser.new_context(viewport=PHONE, locale="zh-CN")
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.address = address
        self.open("/desk/login/")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("button:has-text('登录')")
        self.page.wait_for_load_state("load")

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)

    def make_ready(self) -> None:
        self.open("/desk/inspections/field/")
        self.page.get_by_text(re.compile("已存在手机上")).wait_for()

    def lose_signal(self) -> None:
        self.context.set_offline(True)

    def find_signal(self) -> None:
        self.context.set_offline(False)

    def press(self, words: str) -> None:
        self.page.locator("button, a.btn").filter(has_text=words).first.click()
        self.page.wait_for_load_state("load")

    def choose(self, words: str) -> None:
        self.page.locator("fieldset.answers label").filter(
            has_text=re.compile(f"^{words}$")
        ).click()

    def draw(self) -> None:
        """A signature with the finger on the canvas."""
        pad = self.page.locator("[data-pad]")
        pad.scroll_into_view_if_needed()
        frame = pad.bounding_box()
        self.page.mouse.move(frame["x"] + 40, frame["y"] + 90)
        self.page.mouse.down()
        self.page.mouse.move(frame["x"] + 160, frame["y"] + 30, steps=6)
        self.page.mouse.move(frame["x"] + 280, frame["y"] + 100, steps=6)
        self.page.mouse.up()

    @property
    def signal(self) -> str:
        return str(self.page.inner_text("[data-signal]"))

    def wait_signal(self, words: str) -> None:
        self.page.locator("[data-signal]").filter(has_text=words).wait_for()

    def text(self) -> str:
        return str(self.page.inner_text("main"))


@pytest.mark.rule("A60")
def test_a_visit_without_a_signal_is_sent_once_when_it_returns(valley, phones, tmp_path):
    _, visit, matter = valley
    phone, other = phones
    paths = [f"/desk/inspections/field/matters/{matter}/{number}/" for number in (1, 2, 3)]
    picture = tmp_path / "photo.jpg"
    picture.write_bytes(photo("blue").read())
    phone.make_ready()
    other.make_ready()

    phone.lose_signal()
    phone.open(f"/desk/inspections/field/{visit.pk}/start/")
    assert "没有信号" in phone.text()
    phone.page.check("#id_certificates_shown")
    phone.press("登记到场")
    phone.wait_signal("未上传 1 件")
    phone.open(paths[0])
    phone.choose("符合")
    phone.press("保存")
    assert phone.page.url.endswith(paths[1])
    phone.choose("符合")
    phone.page.fill("#id_number", "4.5")
    phone.press("保存")
    phone.choose("符合")
    phone.page.set_input_files("input[type=file]", picture)
    phone.press("保存")
    phone.wait_signal("未上传 4 件")

    # the page is closed and opened again: nothing is lost
    phone.page.close()
    phone.page = phone.context.new_page()
    phone.page.set_default_timeout(20_000)
    phone.open(paths[0])
    phone.page.get_by_text("填写的内容在手机上").wait_for()
    assert phone.page.is_checked("#id_value")
    phone.page.screenshot(path=tmp_path / "kept.png")

    phone.find_signal()
    phone.open("/desk/inspections/field/unsent/")
    phone.page.get_by_text("没有未上传的内容").wait_for()
    phone.wait_signal("在线")

    in_database(lambda: check_delivered(visit))

    # the other phone had no signal either and answered differently
    other.lose_signal()
    other.open(paths[0])
    other.choose("不符合")
    other.page.fill("#id_remark", "界桩缺失")
    other.press("保存")
    other.find_signal()
    other.open("/desk/inspections/field/unsent/")
    other.page.get_by_text("与已登记的内容不一致").wait_for()
    assert "手机上的：不符合，界桩缺失" in other.text()
    assert "已登记的（测组长" in other.text()
    other.page.screenshot(path=tmp_path / "conflict.png")
    other.press("用手机上的")
    other.page.get_by_text("没有未上传的内容").wait_for()

    in_database(lambda: check_replaced(visit))


@pytest.mark.rule("A66")
@pytest.mark.rule("A98")
def test_entry_and_signature_on_glass_wait_on_the_phone(valley, phones, tmp_path):
    """The firm's code is scanned and the party signs without a signal: what was shown has the answers not yet sent."""
    _, visit, matter = valley
    phone, _ = phones
    token = in_database(lambda: firm_code(visit))
    picture = tmp_path / "photo.jpg"
    picture.write_bytes(photo("blue").read())
    phone.make_ready()

    phone.lose_signal()
    phone.open(f"/desk/inspections/field/scan/{token}/")
    phone.press("登记进入")
    phone.wait_signal("未上传 1 件")
    phone.open(f"/desk/inspections/field/{visit.pk}/start/")
    phone.page.check("#id_certificates_shown")
    phone.press("登记到场")
    fill_in(phone, matter, picture)
    phone.open(f"/desk/inspections/field/{visit.pk}/signature/")
    phone.page.locator("[data-line]").filter(has_text="4.5 米").wait_for()
    phone.page.fill("#id_opinion", "情况属实")
    phone.page.fill("#id_signer", "刘某，矿长")
    phone.draw()
    phone.page.screenshot(path=tmp_path / "glass.png", full_page=True)
    phone.press("保存签字情况")
    phone.wait_signal("未上传 6 件")

    phone.find_signal()
    phone.open("/desk/inspections/field/unsent/")
    phone.page.get_by_text("没有未上传的内容").wait_for()

    in_database(lambda: check_at_the_door(visit))


def fill_in(phone: Phone, matter, picture) -> None:
    phone.open(f"/desk/inspections/field/matters/{matter}/1/")
    phone.choose("符合")
    phone.press("保存")
    phone.choose("符合")
    phone.page.fill("#id_number", "4.50")
    phone.press("保存")
    phone.choose("符合")
    phone.page.set_input_files("input[type=file]", picture)
    phone.press("保存")
    phone.wait_signal("未上传 5 件")


def firm_code(visit: Visit) -> str:
    listing = Listing.objects.get(entity=visit.entity, authority=visit.authority)
    return entries.code_of(listing=listing, actor=User.objects.get(username="desk")).token


def check_at_the_door(visit: Visit) -> None:
    entry = EntryLog.objects.get()
    assert (entry.way, entry.by.username) == ("scanned", "leader")
    signature = GlassSignature.objects.get()
    assert signature.text == party_text.text(Visit.objects.get(pk=visit.pk))
    assert "情况属实" in signature.text
    assert lacking.missing(Visit.objects.get(pk=visit.pk)) == []


def in_database(check):
    """Playwright's loop runs in this thread: Django's connection is asked from another."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    def run():
        try:
            return check()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def check_delivered(visit: Visit) -> None:
    fresh = Visit.objects.get(pk=visit.pk)
    assert fresh.state == Visit.State.IN_PROGRESS
    assert ChecklistAnswer.objects.count() == 3
    assert Evidence.objects.count() == 1
    assert FieldDelivery.objects.count() == 4


def check_replaced(visit: Visit) -> None:
    stored = ChecklistAnswer.objects.get(item__number=1)
    assert (stored.value, stored.remark) == ("no", "界桩缺失")
    event = AuditEvent.objects.filter(action="answer.changed").get()
    assert event.detail["value"] == ["yes", "no"]
