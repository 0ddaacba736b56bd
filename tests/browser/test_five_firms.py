"""A clerk with five firms to draw: from the plan item to the list, by three people, in so few presses that three minutes do."""

import pytest
from django.utils import timezone

from bureau.models import Agency, User
from planning.models import Plan, PlanItem
from registry.models import Matter

pytestmark = pytest.mark.browser

CLERK, KEEPER, WITNESS = "shaochuanbai", "luoyining", "nieguanlan"


@pytest.fixture
def item(system):
    """A line of the published plan over the demo's mines; before the browser starts."""
    division = User.objects.get(username=CLERK).seats[0].agency
    bureau = Agency.objects.get(pk=division.authority_id)
    today = timezone.localdate()
    plan = Plan.objects.create(
        authority=bureau, year=today.year, title="年度抽查工作计划", state=Plan.State.PUBLISHED
    )
    item = PlanItem.objects.create(
        plan=plan,
        number=1,
        name="矿产资源开采抽查",
        scope={"kinds": ["mine"]},
        scope_text="矿山（矿业权）",
        ratio_mode="percent",
        ratio_value="8",
        estimate=5,
        period_from=today.replace(month=1, day=1),
        period_to=today.replace(month=12, day=31),
        lead=division,
    )
    item.matters.add(Matter.objects.get(authority=bureau, name__contains="矿产资源开采活动"))
    return item


class Tally:
    """What three people did: every press and every field that was filled in, and the pages that were loaded for it."""

    def __init__(self, *people):
        self.presses, self.fields, self.pages = [], [], 0
        for person in people:
            person.page.on("load", self.loaded)

    def loaded(self, _page):
        self.pages += 1

    def press(self, person, words):
        person.press(words)
        self.presses.append(words)

    def fill(self, person, field, value):
        person.page.fill(f"input[name={field}]", value)
        self.fields.append(field)

    def choose(self, person, field, label):
        person.page.select_option(f"select[name={field}]", label=label)
        self.fields.append(field)


@pytest.mark.rule("A43")
@pytest.mark.rule("A50")
def test_five_firms_take_fourteen_presses_and_three_fields(item, desk):
    clerk, keeper, witness = desk(CLERK), desk(KEEPER), desk(WITNESS)
    tally = Tally(clerk, keeper, witness)

    clerk.open("/desk/planning/tasks/")
    tally.press(clerk, "新建任务")
    tally.press(clerk, "快速建立")
    tally.fill(clerk, "count", "5")
    tally.press(clerk, "建立任务")
    keeper.open(clerk.page.url)
    tally.press(keeper, "两库一并确认")
    clerk.page.reload()
    tally.press(clerk, "转入待摇号")
    tally.press(clerk, "安排摇号会")
    title = clerk.page.input_value("input[name=title]")
    tally.press(clerk, "保存安排")
    tally.choose(clerk, "user", "聂观澜")
    tally.press(clerk, "指定监督人")
    tally.press(clerk, "锁定名单")
    tally.press(clerk, "锁定名单")
    tally.press(clerk, "监督人已持有公告指纹")
    witness.open(clerk.page.url)
    tally.fill(witness, "digits", "362514263514")
    tally.press(witness, "公布我的数字")
    clerk.page.wait_for_selector("text=现在：计算抽取结果")  # by itself, without a press
    tally.press(clerk, "计算抽取结果")
    tally.press(clerk, "计算抽取结果")

    assert clerk.page.locator("details tbody tr").count() == 5
    assert title == "矿产资源开采抽查摇号会"
    assert (len(tally.presses), tally.fields) == (14, ["count", "user", "digits"])
    assert tally.pages <= 18
    assert clerk.problems == keeper.problems == witness.problems == []
