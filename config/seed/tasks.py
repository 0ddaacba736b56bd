"""From a plan item to a task that is ready: set up by one division, its pools confirmed by another."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial

from config.seed.story import KEEPER, Story
from planning.models import PoolConfirmation
from planning.rules.strata import Stratum
from planning.selectors import tasks as reads
from planning.services import tasks
from planning.services.tasks import TaskValues
from registry.demo import office

STATIONS = (office.NORTH_HILL, office.CLEAR_BROOK, office.LAKESIDE)


@dataclass(frozen=True)
class Draft:
    """What an organiser fills in. `strata`: (label, scope, mode, value); `item` None is an ad hoc task."""

    key: str
    name: str
    organiser: str
    unit: str
    matters: tuple[str, ...]
    window: tuple[date, date]
    strata: tuple[tuple[str, dict[str, list[str]], str, int | None], ...] = ()
    item: int | None = None
    reason: str = ""
    scope: dict[str, list[str]] = field(default_factory=dict)
    executing: tuple[str, ...] = STATIONS
    is_risk: bool = True
    special: str = ""
    reserve: int = 1
    names_in_notice: bool = False
    platform: tuple[str, str] = ("", "")


def create(story: Story, draft: Draft) -> None:
    """The draft with its strata, without a 实施方案."""
    actor = story.user(draft.organiser)
    values = _values(story, draft)
    if draft.item is None:
        task = tasks.create_ad_hoc(
            authority=story.authority, reason=draft.reason, values=values, actor=actor
        )
    else:
        task = tasks.create_from_item(item=story.item(draft.item), values=values, actor=actor)
    story.tasks[draft.key] = task
    if draft.strata:
        tasks.set_strata(
            task=task,
            strata=[
                Stratum(label, scope, mode, None if value is None else Decimal(value))
                for label, scope, mode, value in draft.strata
            ],
            actor=actor,
        )


def put_ready(story: Story, draft: Draft, on: date) -> None:
    """Created on this day, confirmed on the next working day, ready in the afternoon."""
    days, agenda = story.days, story.agenda
    agenda.add(on, "9:05", partial(create, story, draft))
    agenda.add(on, "10:30", partial(write_scheme, story, draft))
    following = days.after(on, 1)
    agenda.add(following, "9:40", partial(confirm, story, draft))
    agenda.add(following, "15:20", partial(make_ready, story, draft))


def write_scheme(story: Story, draft: Draft) -> None:
    task = story.task(draft.key)
    text = reads.scheme_draft(task, story.today)
    tasks.set_scheme(task=task, scheme=text, actor=story.user(draft.organiser))


def confirm(story: Story, draft: Draft) -> None:
    for pool in PoolConfirmation.Pool.values:
        tasks.confirm_pool(
            task=story.task(draft.key),
            pool=pool,
            actor=story.user(KEEPER[draft.organiser]),
            today=story.today,
        )


def make_ready(story: Story, draft: Draft) -> None:
    tasks.make_ready(
        task=story.task(draft.key), actor=story.user(draft.organiser), today=story.today
    )


def _values(story: Story, draft: Draft) -> TaskValues:
    name, number = draft.platform
    return TaskValues(
        name=draft.name,
        unit=story.unit(draft.unit).pk,
        matters=story.matter_ids(*draft.matters),
        window_from=draft.window[0],
        window_to=draft.window[1],
        scope=draft.scope,
        executing=story.units(*draft.executing),
        is_risk_differentiated=draft.is_risk,
        is_special=bool(draft.special),
        special_reason=draft.special,
        reserve=draft.reserve,
        names_in_notice=draft.names_in_notice,
        draw_source="platform" if name else "own",
        platform_name=name,
        platform_number=number,
    )
