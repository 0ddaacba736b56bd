"""The bureau words two of its forms itself: a first version, then a better one, so that the history shows a difference."""

from functools import partial

from bureau.rules.forms import FORMS
from bureau.selectors import wordings as reading
from bureau.services import wordings
from config.seed.story import Story

KEEPER = "ruanzhiwei"
DUTIES = "收到后两个工作日内核对名单；检查前办理审批，由两名以上执法人员实施，有利害关系的回避；检查结果按期录入、审核、公示。抽中名单和检查人员在规定时间前不得泄露。"
ASKED = "名单有出入的，及时与局行政审批科联系。"


def put(story: Story) -> None:
    days = story.days
    story.agenda.add(
        days.ago(40), "9:10", partial(_order, story, DUTIES, "over_date", "写明核对名单的期限")
    )
    story.agenda.add(
        days.ago(20),
        "15:20",
        partial(_order, story, DUTIES + ASKED, "left", "执行单位反映不知与谁联系；印章改盖左侧"),
    )
    story.agenda.add(days.ago(20), "15:40", partial(_sheet, story))


def _order(story: Story, duties: str, seal: str, reason: str) -> None:
    _put(story, "task_order", {"duties": duties}, seal, reason)


def _sheet(story: Story) -> None:
    text = "以上记录已向本单位宣读，核对无误。有异议的请写明。"
    _put(story, "record_sheet", {"party": text}, "none", "与现场检查笔录的说法一致")


def _put(story: Story, key: str, texts: dict[str, str], seal: str, reason: str) -> None:
    kept = reading.in_force(key, story.authority)
    wordings.put(
        actor=story.user(KEEPER),
        authority=story.authority,
        form=FORMS[key],
        base=kept.version,
        title=kept.title,
        passages=kept.passages | texts,
        head=kept.head,
        issuer_mark=kept.issuer_mark,
        seal=seal,
        reason=reason,
    )
