"""A sitting over two tasks in three browsers (operator, two witnesses) and on the projector, from the lock to the record."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from bureau.models import Agency, User
from config.seed import office
from tests.browser.conftest import DESK
from tests.planning import sitting_cast
from tests.planning.build import make_matter, make_task

pytestmark = pytest.mark.browser

OPERATOR, SECOND_OPERATOR, WITNESS, OTHER_WITNESS = "shaochuanbai", "jiyanqing", "nieguanlan", "ruanzhiwei"  # fmt: skip
PROJECTOR = {"width": 1920, "height": 1080}
DIGITS = ("362514263514", "415263415263")


@pytest.fixture
def two_tasks(system):
    """Two tasks ready to be drawn, over the demo's registers; before the browser starts."""
    user = User.objects.get(username="luoyining")
    bureau = Agency.objects.get(pk=user.seats[0].agency.authority_id)
    for code, name in (("ZX-01", "采矿权人专项抽查"), ("ZX-02", "用地单位专项抽查")):
        task = make_task(
            bureau,
            by=user,
            name=name,
            matters=[make_matter(bureau, code)],
            strata=(
                ("A类", {"classes": ["A"]}, "count", "12"),
                ("D类", {"classes": ["D"]}, "count", "3"),
            ),
            state="ready",
            window_from=timezone.localdate(),
            window_to=timezone.localdate() + timedelta(days=40),
        )
        sitting_cast.confirm(task, user)
    return bureau


@pytest.fixture
def cast(two_tasks, desk):
    people = {name: desk(name) for name in (OPERATOR, WITNESS)}
    return people | {"screen": desk(OPERATOR, PROJECTOR)}


@pytest.mark.rule("A44")
@pytest.mark.rule("A50")
@pytest.mark.rule("A107")
def test_a_sitting_is_held_before_two_witnesses_and_a_room(cast, desk):
    operator, witness, screen = cast[OPERATOR], cast[WITNESS], cast["screen"]
    address = arrange(operator)
    screen.open(f"{address}stage/")
    operator.picture("1-prepared")
    assert "名单尚未锁定" in screen.text()

    operator.press("锁定名单")
    operator.press("锁定名单")
    witness.open(address)
    waiting = witness.text()
    screen.page.wait_for_selector(".digest-a")
    fingerprint = screen.page.inner_text(".digest-a").replace(" ", "").replace("\n", "")
    screen.picture("2-locked")
    operator.picture("2-slip")
    operator.press("监督人已持有公告指纹")
    operator.picture("3-witnesses")

    assert "拿到之前请不要给出任何数字" in waiting
    assert witness.page.locator("input[name=digits]").count() == 0
    assert fingerprint in operator.text().replace(" ", "")

    commit_on_own_device(witness, address)
    code = commit_on_the_operators_device(operator, address)
    assert "邵川柏" in operator.page.inner_text("header")  # still the operator
    screen.page.wait_for_selector(".is-sealed >> nth=1")
    screen.picture("4-sealed")
    shown = screen.text()
    assert "操作人设备" in shown
    assert not any(digits in shown for digits in DIGITS)

    open_by_itself(witness)
    open_on_the_operators_device(operator, address, code)
    screen.page.wait_for_selector(".is-open >> nth=1")
    screen.picture("5-open")
    assert all(digits in screen.text() for digits in DIGITS)

    late = press_twice(operator, address)
    assert "情况已有变化" in late
    assert "摇号会现在是“已抽取”" in late
    assert "回到摇号会，看现在的情况" in late

    announce(operator, screen, address)
    operator.open(address)
    operator.picture("7-computed")
    assert "派发任务" in operator.text()
    phone = desk(WITNESS, {"width": 390, "height": 844})
    phone.open(address)
    phone.picture("8-phone")
    assert not phone.is_wider_than_screen
    assert witness.problems == []


def arrange(operator) -> str:
    """The sitting of both tasks with both witnesses named; gives its address."""
    page = operator.page
    operator.open("/desk/planning/sittings/new/")
    page.fill("input[name=title]", "专项抽查摇号会")
    page.fill("input[name=place]", "三楼会议室")
    boxes = page.locator("input[name=tasks]")
    for index in range(boxes.count()):
        boxes.nth(index).check()
    operator.press("保存安排")
    for name in ("聂观澜", "阮知微"):
        page.select_option("select[name=user]", label=name)
        operator.press("指定监督人")
    return page.url


def commit_on_own_device(witness, address) -> None:
    witness.open(address)
    witness.page.fill("#id_digits", DIGITS[0])
    witness.press("生成承诺")
    witness.picture("3-own-device")
    assert witness.page.locator("[data-open-qr] svg").count() == 1
    witness.press("提交承诺")


def commit_on_the_operators_device(operator, address) -> str:
    """The second witness at the operator's desk; gives the code that opens, as a phone would photograph it."""
    page = operator.page
    operator.open(address)
    page.locator("#sitting-witnesses a").filter(has_text="在本机报数").last.click()
    page.fill("#id_digits", DIGITS[1])
    operator.press("生成承诺")
    salt = page.inner_text("[data-salt]").replace(" ", "")
    kept = page.evaluate("Object.keys(window.localStorage).length")
    operator.picture("3-operators-device")
    page.fill("input[name=password]", office.PASSWORD)
    operator.press("提交承诺")
    assert kept == 0
    return f"ssj1-open|{salt}|{DIGITS[1]}"


def open_by_itself(witness) -> None:
    """The waiting page asks by itself and shows the form once everybody has committed."""
    witness.page.wait_for_selector("input[name=salt]")
    assert witness.page.input_value("input[name=digits]") == DIGITS[0]
    witness.press("公布我的数字")


def open_on_the_operators_device(operator, address, code) -> None:
    page = operator.page
    operator.open(address)
    page.locator("#sitting-witnesses a").filter(has_text="在本机报数").first.click()
    page.fill("input[name=code]", code)
    page.fill("input[name=password]", "wrong-password")
    operator.press("公布我的数字")
    assert "密码不对" in operator.text()
    page.fill("input[name=password]", office.PASSWORD)
    operator.press("公布我的数字")


def press_twice(operator, address) -> str:
    """Two tabs stand before the same step; the second is told what happened."""
    second = operator.context.new_page()
    for page in (operator.page, second):
        page.goto(f"{address}compute/")
    operator.press("计算抽取结果")
    second.locator("main button").first.click()
    second.wait_for_load_state("load")
    told = second.inner_text("main")
    second.close()
    return told


def announce(operator, screen, address) -> None:
    """Row by row by keyboard; loading again and a lost line change nothing."""
    operator.open(address)
    names = operator.page.locator("details tbody tr th").all_text_contents()
    page = screen.page
    page.wait_for_selector(".stage-rows")
    assert visible_rows(page) == 0
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    told = visible_rows(page)
    page.reload()
    again = visible_rows(page)
    screen.picture("6-told")
    page.keyboard.press("End")
    page.wait_for_load_state("load")
    page.wait_for_selector("[data-shown='15']")
    last = page.locator("[data-row] th").all_inner_texts()
    screen.picture("6-all")
    page.keyboard.press("d")
    page.wait_for_selector(".stage-dark")
    screen.picture("6-dark")
    page.keyboard.press("2")
    page.wait_for_selector("text=第 2 项，共 2 项")
    page.keyboard.press("Home")
    page.wait_for_selector(".stage-agenda")
    screen.picture("6-agenda")

    assert (told, again) == (2, 2)
    assert last == [name[:22] for name in names[10:15]]
    assert not screen.is_wider_than_screen


def visible_rows(page) -> int:
    return page.locator("[data-row]:not(.is-untold)").count()


def test_the_projector_says_when_the_line_is_down_and_goes_on(cast):
    operator, screen = cast[OPERATOR], cast["screen"]
    address = arrange(operator)
    screen.open(f"{address}stage/")
    screen.context.set_offline(True)
    screen.page.wait_for_function(
        "document.querySelector('[data-stage-signal]').textContent !== ''"
    )
    operator.press("锁定名单")
    operator.press("锁定名单")
    said = screen.page.inner_text("[data-stage-signal]")
    screen.context.set_offline(False)
    screen.page.wait_for_selector(".digest-a")

    assert said == "连接中断，正在重试"
    assert re.fullmatch(r"[0-9a-f]{64}", re.sub(r"\s", "", screen.page.inner_text(".digest-a")))
    assert screen.page.inner_text("[data-stage-signal]") == ""


def test_no_browser_size_breaks_the_witnesss_page(two_tasks, desk):
    operator = desk(OPERATOR, DESK)
    address = arrange(operator)
    operator.press("锁定名单")
    operator.press("锁定名单")
    operator.press("监督人已持有公告指纹")
    phone = desk(WITNESS, {"width": 390, "height": 844})
    phone.open(address)
    phone.picture("9-phone-commit")

    assert phone.page.locator("#id_digits").is_visible()
    assert not phone.is_wider_than_screen
