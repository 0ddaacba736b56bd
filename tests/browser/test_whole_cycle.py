"""A bureau goes through its whole cycle on a real roster: in a browser, each person with their own account."""

import io
import shutil
import subprocess
import sys
import zipfile

import pytest
from PIL import Image, ImageDraw

from registry.demo.workbook import roster_workbook
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser

ORGANISER, KEEPER, HEAD, PUBLISHER = "shaochuanbai", "luoyining", "jiyanqing", "ruanzhiwei"
WITNESS, COORDINATOR, OFFICER = "nieguanlan", "jingbeichen", "yanruogu"


def test_from_a_roster_to_a_result_that_anyone_can_check(desk, tmp_path, settings):
    people = {
        name: desk(name) for name in (ORGANISER, KEEPER, HEAD, PUBLISHER, WITNESS, COORDINATOR)
    }
    organiser, coordinator = people[ORGANISER], people[COORDINATOR]

    import_roster(organiser, tmp_path)
    plan = make_plan(organiser)
    confirm(people[HEAD], plan, "批准计划")
    confirm(people[PUBLISHER], plan, "公布并备案")
    task = make_task(organiser, people[KEEPER])
    draw = hold_sitting(organiser, people[WITNESS], digits="362514263514")
    dispatch(organiser, task)
    match_teams(coordinator, people[WITNESS])
    approve_order(coordinator, people[HEAD])
    phones = leader_first(desk(OFFICER, PHONE), desk(COORDINATOR, PHONE))
    visit, firm = inspect(*phones)
    record_and_sign(*phones, visit)
    review(organiser)
    publish(people[PUBLISHER])

    citizen = desk(None)
    found = find_result(citizen, firm)
    verdict = verify(citizen, draw, tmp_path, settings)

    assert "未按批准的勘查、开采方案作业" in found
    assert verdict == "VERIFIED"
    problems = {
        name: who.problems
        for name, who in {**people, "phone": phones[0], "citizen": citizen}.items()
        if who.problems
    }
    assert problems == {}


def import_roster(organiser, tmp_path):
    roster = tmp_path / "名录.xlsx"
    roster_workbook(roster, n=500, errors=True, skip=640)
    organiser.open("/desk/registry/imports/new/")
    organiser.page.select_option("select[name=kind]", "entities")
    organiser.page.set_input_files("input[name=file]", roster)
    organiser.press("上传并核对")
    organiser.reload_until("有错的 13 行")
    organiser.press("写入 487 家")
    organiser.page.check("input[name=skip_errors]")
    organiser.press("写入 487 家")
    organiser.reload_until("已写入")


def make_plan(organiser):
    organiser.open("/desk/planning/plans/new/")
    organiser.press("建立计划")
    plan = organiser.page.url
    add_item(
        organiser,
        "矿山开采和生态修复联合抽查",
        ["矿产资源开采活动", "矿区生态修复"],
        ["mine"],
        "count",
        "2",
    )
    add_item(organiser, "自然资源和林业日常抽查", None, ["enterprise", "trader"], "percent", "1")
    confirm(organiser, plan, "提交审批")
    return plan


def add_item(organiser, name, matters, kinds, mode, value):
    page = organiser.page
    organiser.press("增加条目")
    page.fill("input[name=name]", name)
    boxes = page.locator("input[name=matters]")
    for index in range(boxes.count()):
        label = boxes.nth(index).evaluate("box => box.closest('label').innerText")
        if matters is None or any(word in label for word in matters):
            boxes.nth(index).check()
    page.select_option("select[name=ratio_mode]", mode)
    page.fill("input[name=ratio_value]", value)
    for kind in kinds:
        page.check(f"input[name=scope_kinds][value={kind}]")
    year = page.input_value("input[name=period_from]")[:4] or organiser.year
    page.fill("input[name=period_from]", f"{year}-01-05")
    page.fill("input[name=period_to]", f"{year}-12-31")
    organiser.press("增加条目")


def confirm(person, where, words):
    """An irreversible step: the button, then the page that names its consequence, then the button again."""
    person.open(where)
    person.press(words)
    person.press(words)


def make_task(organiser, keeper):
    page = organiser.page
    organiser.open("/desk/planning/tasks/start/")
    organiser.press("逐项设置")
    page.locator("label").filter(has_text="执法监察大队").locator("input[name=executing]").check()
    organiser.press("建立任务")
    task = page.url
    organiser.press("编写实施方案")
    organiser.press("保存实施方案")
    keeper.open(task)
    keeper.press("两库一并确认")
    organiser.open(task)
    organiser.press("转入待摇号")
    organiser.press("安排摇号会")
    return task


def hold_sitting(operator, witness, digits):
    """From the form of a sitting to its recorded result; gives the number of the draw."""
    page = operator.page
    page.fill("input[name=title]", "矿山抽查第一次摇号会")
    page.select_option("select[name=unit]", label="矿产资源管理科")
    operator.press("保存安排")
    return run_sitting(operator, witness, digits)


def run_sitting(operator, witness, digits):
    page = operator.page
    sitting = page.url
    page.select_option("select[name=user]", label="聂观澜")
    operator.press("指定监督人")
    operator.press("锁定名单")
    operator.press("锁定名单")
    operator.press("监督人已持有公告指纹")
    witness.open(sitting)
    witness.page.fill("input[name=digits]", digits)
    witness.press("公布我的数字")
    operator.open(sitting)
    operator.press("计算抽取结果")
    operator.press("计算抽取结果")
    operator.open(sitting)
    assert "已抽取" in operator.text()
    return next(word for word in operator.text().split() if word.endswith(("-E1", "-T1")))


def dispatch(organiser, task):
    confirm(organiser, task, "派发任务")
    assert "任务已派发" in organiser.text()


def match_teams(coordinator, witness):
    coordinator.open("/desk/inspections/teams/")
    coordinator.follow("安排匹配")
    coordinator.press("安排匹配")
    run_sitting(coordinator, witness, "415263415263")


def approve_order(coordinator, head):
    coordinator.open("/desk/")
    coordinator.press("去办理")
    coordinator.press("核对无误，确认名单")
    coordinator.open("/desk/")
    coordinator.press("去办理")
    coordinator.press("提请主要负责人审批")
    head.open("/desk/")
    head.press("去办理")
    head.page.check("input[name=approve] >> nth=0")
    head.press("提交审批意见")
    assert "已批准" in head.text()


def leader_first(one, other):
    """The draw has decided which of the two leads the first visit."""
    one.open("/desk/inspections/field/")
    one.press("去检查")
    leads = "晏若谷 组长" in one.text()
    other.open(one.page.url)
    return [one, other] if leads else [other, one]


def inspect(leader, colleague):
    """Two officers with a phone each; gives the address of the visit on the phone and the firm's name."""
    visit, firm = leader.page.url, leader.page.inner_text("main h1")
    pk = visit.rstrip("/").rsplit("/", 1)[-1]
    leader.open(f"/desk/inspections/visits/{pk}/")
    leader.press("制作检查通知书")
    for officer in (leader, colleague):
        officer.open(visit)
        officer.press("确认我到场")
        officer.page.check("#id_certificates_shown")
        officer.press("确认我到场")
    leader.open(visit)
    sheets = [
        a.get_attribute("href")
        for a in leader.page.query_selector_all("main a.btn")
        if "检查表" in a.inner_text()
    ]
    for sheet in sheets:
        fill_checklist(leader, sheet)
    leader.open(visit)
    leader.press("签字盖章")
    leader.page.check("input[name=signed] >> nth=0", force=True)
    leader.page.set_input_files("input[name=pages]", photo("签字页"))
    leader.press("保存签字情况")
    leader.press("结束检查")
    leader.press("结束检查")
    assert "公示期限开始计算" in leader.text()
    assert not leader.is_wider_than_screen
    return visit, firm


def fill_checklist(leader, sheet):
    page = leader.page
    leader.open(sheet)
    for item in [
        a.get_attribute("href")
        for a in page.query_selector_all("main a.btn")
        if "填写" in a.inner_text()
    ]:
        leader.open(item)
        is_wrong = "按照经批准的开采方案作业" in leader.text()
        page.check(f"input[name=value][value={'no' if is_wrong else 'yes'}]", force=True)
        if is_wrong:
            page.fill("textarea[name=remark]", "3 号台阶东侧越出许可证拐点连线约 6 米")
        if page.query_selector("input[name=number]"):
            page.fill("input[name=number]", "100" if "不小于" in leader.text() else "0")
        if "必拍" in leader.text():
            page.set_input_files("input[name=photos]", photo(item))
        assert not leader.is_wider_than_screen
        leader.press("保存")


def photo(words):
    """A picture of its own for each item."""
    picture = Image.new("RGB", (640, 480), (120, 150, 90))
    ImageDraw.Draw(picture).text((20, 20), words.encode("ascii", "backslashreplace").decode())
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def record_and_sign(leader, colleague, visit):
    leader.open(visit)
    for matter in [
        a.get_attribute("href")
        for a in leader.page.query_selector_all("main a.btn")
        if "录入结果" in a.inner_text()
    ]:
        leader.open(matter)
        has_problem = "不符合" in leader.text()
        leader.press("录入检查结果")
        leader.page.check(f"input[name=codes][value='{'N02' if has_problem else '1'}']", force=True)
        leader.page.check("input[name=methods] >> nth=0", force=True)
        leader.press("保存结果")
        leader.press("签字确认结果")
        colleague.open(matter)
        colleague.press("签字确认结果")
        leader.open(matter)
        leader.press("提交审核")
        assert "待审核" in leader.text()


def review(reviewer):
    reviewer.open("/desk/inspections/reviews/")
    matters = [
        a.get_attribute("href")
        for a in reviewer.page.query_selector_all("main td a")
        if "审核" in a.inner_text()
    ]
    assert len(matters) == 2
    for matter in matters:
        reviewer.open(matter)
        reviewer.press("审核通过")


def publish(publisher):
    publisher.open("/desk/publication/")
    for box in publisher.page.query_selector_all("tbody input[type=checkbox]"):
        box.check()
    publisher.press("公示所选")
    publisher.press("确认公示")
    assert "已公示" in publisher.text()


def find_result(citizen, firm):
    """By name, as somebody who has never been here; gives what both results say."""
    citizen.open("/")
    citizen.page.fill("input[type=search], input[name=q]", firm)
    citizen.press("查询")
    links = [
        a.get_attribute("href")
        for a in citizen.page.query_selector_all("main table a")
        if firm in a.inner_text()
    ]
    texts = []
    for link in dict.fromkeys(links):
        citizen.open(link)
        texts.append(citizen.text())
    return "\n".join(texts)


def verify(citizen, number, tmp_path, settings):
    """Downloads the draw's files and the lone verifier, and runs it in an empty folder."""
    citizen.open(f"/draws/{number}/")
    with citizen.page.expect_download() as download:
        citizen.page.locator("a").filter(has_text="下载全部公开文件").first.click()
    archive = tmp_path / "draw.zip"
    download.value.save_as(archive)
    folder = tmp_path / "citizen"
    with zipfile.ZipFile(archive) as files:
        files.extractall(folder)
    with citizen.page.expect_download() as download:
        citizen.page.locator("a").filter(has_text="下载核验程序").first.click()
    lone = tmp_path / "elsewhere" / "verify.py"
    lone.parent.mkdir()
    download.value.save_as(lone)
    inner = next(path.parent for path in folder.rglob("announcement.txt"))
    shutil.rmtree(inner / "__pycache__", ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-I", str(lone), str(inner)], capture_output=True, text=True, check=False
    )
    return done.stdout.strip().splitlines()[-1]
