"""Who goes, beside the draw: a neighbouring station in the list, a helper sent along, a visit planned for its day (A55, A105)."""

from datetime import date
from functools import partial

from config.seed.story import COORDINATOR, Story
from inspections.models import PoolConsent, Visit
from inspections.selectors import assigning
from inspections.services import assignments, consents, disclosure
from planning.models import Sitting
from registry.demo import office


def answer(story: Story, sitting: Sitting) -> None:
    """The neighbour's coordinator agrees to what was asked of them."""
    for asked in PoolConsent.objects.filter(team_sitting__sitting=sitting).select_related("agency"):
        actor = story.user(COORDINATOR[asked.agency.code])
        consents.decide(consent=asked, agree=True, actor=actor, note="同意支援。")


def put_helper(story: Story, visit: Visit, on: date, day: date) -> None:
    """The enforcement team sends somebody along, and plans the visit for a day that its team does not know yet."""
    story.agenda.add(on, "9:40", partial(_send, story, visit))
    story.agenda.add(on, "9:55", partial(_plan, story, visit, day))


def _send(story: Story, visit: Visit) -> None:
    assert story.agenda.now is not None
    today = story.agenda.now.date()
    row = Visit.objects.select_related("authority", "unit").get(pk=visit.pk)
    wanted = ["测绘地理信息"]
    assignments.send_helper(
        visit=row,
        person=assigning.helpers_for(row, wanted, today)[0],
        reason="用地范围须现场测量，本组无测绘专长人员，请专家协助。",
        actor=story.user(COORDINATOR[office.ENFORCEMENT]),
        today=today,
    )


def _plan(story: Story, visit: Visit, day: date) -> None:
    assert story.agenda.now is not None
    disclosure.plan_day(
        visit=visit,
        day=day,
        actor=story.user(COORDINATOR[office.ENFORCEMENT]),
        today=story.agenda.now.date(),
    )
