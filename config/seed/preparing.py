"""Before a visit: its team compares what is known, and the firm is told in advance, as the bureau's own rule asks."""

from datetime import timedelta
from functools import partial

from django.utils import timezone

from bureau.services import people
from config.seed.story import ENFORCEMENT, PUBLISHER, Story
from inspections.models import TeamMember, Visit
from inspections.rules.precheck import COMPARED, DIFFERS
from inspections.selectors import precheck
from inspections.services import advance, prechecks

RULE = (
    "advance_notice_workdays",
    1,
    "本局“双随机、一公开”抽查工作细则第十八条：检查前一个工作日告知",
)


def put(story: Story) -> None:
    days = story.days
    story.agenda.add(days.opening(1), "10:20", partial(_rule, story))
    story.agenda.add(days.ago(2), "14:30", partial(_compare, story))
    story.agenda.add(days.ago(2), "15:10", partial(_tell, story))


def _rule(story: Story) -> None:
    key, value, citation = RULE
    people.put_setting(
        actor=story.user(PUBLISHER),
        authority=story.authority,
        key=key,
        year=None,
        value=value,
        mode="default",
        citation=citation,
    )


def _visit(story: Story) -> Visit:
    """Approved, its notice made, not begun."""
    return story.visits("land")[1]


def _compare(story: Story) -> None:
    visit = _visit(story)
    leader = story.officer(visit.team.get(is_current=True, part=TeamMember.Part.LEADER))
    sheet = precheck.of(visit, story.today)
    results = {fact.key: (COMPARED, "") for fact in sheet.facts}
    results["standing"] = (DIFFERS, "门户地图显示的经营地址与登记住所不在同一门牌，到场核实。")
    prechecks.save(
        visit=visit,
        actor=leader,
        results=results,
        methods={task.row.pk: task.suggested for task in sheet.tasks},
        bring="出让合同复印件、卷尺",
        seen=sheet.version,
        finish=True,
        today=story.today,
    )


def _tell(story: Story) -> None:
    visit = _visit(story)
    advance.tell(
        visit=visit,
        actor=story.user(ENFORCEMENT),
        how="phone",
        person=f"联络员{visit.entity.contact_name}" if visit.entity.contact_name else "值班人员",
        at=timezone.now() - timedelta(minutes=5),
    )
