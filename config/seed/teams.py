"""Teams of the seed: matched in a sitting by unit, out of the whole bureau where a station is too small; assigned where it must be."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from bureau.models import Agency
from config.seed import people
from config.seed.sittings import PLACE, add_witnesses, superior_reads, witness
from config.seed.story import COORDINATOR, HEAD, WITNESS, Story
from config.seed.tasks import STATIONS
from inspections.models import InspectionOrder, Replacement, TeamMember, TeamSitting, Visit
from inspections.rules.merging import Window
from inspections.rules.teams import unfit
from inspections.selectors import assigning, succession, team_lists
from inspections.selectors import teams as reads
from inspections.services import assignments, orders, replacements, teams
from planning.models import Sitting
from planning.services import sittings
from registry.models import Expert, Inspector
from registry.selectors import inspectors

# The task whose visits are matched jointly with a neighbouring station where one station has too few.
JOINTLY = "timber"


class Match:
    """One unit's visits of one task: prepared, locked, witnessed, computed within half an hour."""

    def __init__(self, story: Story, key: str, unit_id: int, visits: Sequence[Visit]) -> None:
        self.story, self.key, self.visits = story, key, visits
        self.unit = next(a for a in story.agencies.values() if a.pk == unit_id)
        self.sitting: Sitting | None = None

    def put(self, on: date, hour: int) -> None:
        add = self.story.agenda.add
        add(on, f"{hour}:00", self.prepare)
        add(on, f"{hour}:07", self.answer)
        add(on, f"{hour}:12", self.lock)
        add(on, f"{hour}:15", self.receive)
        add(on, f"{hour}:18", self.witness)
        add(on, f"{hour}:25", self.compute)

    def prepare(self) -> None:
        story, task = self.story, self.story.task(self.key)
        assert task.created_by is not None
        assert story.agenda.now is not None
        self.operator = task.created_by.username
        pool, neighbour, why = self._pool()
        self.sitting = teams.prepare_sitting(
            unit=self.unit,
            task=task,
            actor=story.user(self.operator),
            planned_at=story.agenda.now,
            visits=self.visits,
            place=PLACE,
            pool=pool,
            neighbour=neighbour,
            pool_note=why,
        )
        add_witnesses(story, self.sitting, (WITNESS,), self.operator)

    def answer(self) -> None:
        people.answer(self.story, self._sitting())

    def lock(self) -> None:
        operator = self.story.user(self.operator)
        teams.lock(sitting=self._sitting(), actor=operator, today=self._day())
        sittings.mark_printed(sitting=self._sitting(), actor=operator)

    def receive(self) -> None:
        superior_reads(self.story, self._sitting())

    def witness(self) -> None:
        witness(self.story, self._sitting(), (WITNESS,))

    def compute(self) -> None:
        teams.compute(sitting=self._sitting(), actor=self.story.user(self.operator))
        left = Visit.objects.filter(team_sitting__sitting=self._sitting(), state="dispatched")
        for visit in left.select_related("entity", "unit", "authority"):
            assign(self.story, visit, "随机匹配未能成组，直接委派。", by=self.operator)

    def _pool(self) -> tuple[str, Agency | None, str]:
        """The unit's own; jointly with the next station where both have enough; else the whole bureau (A55)."""
        if self._is_enough(self.unit):
            return TeamSitting.Pool.UNIT, None, ""
        why = f"{self.unit.short_name}检查期内可参加的持证人员不足两名，"
        station = next((s for s in STATIONS if self._is_enough(self.unit, self.story.unit(s))), "")
        if self.key != JOINTLY or not station:
            return TeamSitting.Pool.AUTHORITY, None, f"{why}从全局人员中匹配。"
        neighbour = self.story.unit(station)
        return TeamSitting.Pool.NEIGHBOUR, neighbour, f"{why}与{neighbour.short_name}联合匹配。"

    def _is_enough(self, *units: Agency) -> bool:
        """Two who can go to every visit, one of whom may lead."""
        fit = [
            person
            for unit in {unit.pk: unit for unit in units}.values()
            for person in inspectors.registered(unit)
            if not any(self._unfit(person, visit) for visit in self.visits)
        ]
        return len(fit) >= 2 and any(person.may_lead for person in fit)

    def _unfit(self, person: Inspector, visit: Visit) -> bool:
        window = Window(visit.window_from, visit.window_to)
        if unfit(reads.officer_of(person), window, self._day()) is not None:
            return True
        return bool(team_lists.recusal_reasons([visit], [person], []))

    def _sitting(self) -> Sitting:
        assert self.sitting is not None
        return self.sitting

    def _day(self) -> date:
        assert self.story.agenda.now is not None
        return self.story.agenda.now.date()


def put_matches(story: Story, key: str, visits: Sequence[Visit], on: date) -> None:
    """A sitting for each unit, one after the other through the morning."""
    units = sorted({visit.unit_id for visit in visits})
    for place, unit_id in enumerate(units):
        own = [visit for visit in visits if visit.unit_id == unit_id]
        Match(story, key, unit_id, own).put(on, 9 + place)


def assign(story: Story, visit: Visit, reason: str, *, by: str) -> None:
    """直接委派: the first who may go, the unit's own first; a leader among them; experts where a matter asks for them."""
    assert story.agenda.now is not None
    today = story.agenda.now.date()
    free = [c.inspector for c in assigning.choices_for(visit, today) if not c.why_not]
    leader = next(person for person in free if person.may_lead)
    loaded = Visit.objects.prefetch_related("matters__matter", "matters__task").get(pk=visit.pk)
    quals, fields = reads.demands_of([loaded])[visit.pk]
    others = [person for person in free if person.pk != leader.pk]
    held = set(leader.quals)
    chosen = [leader]
    for qual in quals:
        if qual not in held:
            chosen.append(next(p for p in others if qual in p.quals and p not in chosen))
            held |= set(chosen[-1].quals)
    if len(chosen) < 2:
        chosen.append(others[0])
    experts = [Expert.objects.filter(fields__contains=[name]).order_by("pid")[0] for name in fields]
    assignments.assign(
        visit=visit, officers=chosen, leader=leader, experts=list(dict.fromkeys(experts)),
        reason=reason, actor=story.user(by), today=today,
    )  # fmt: skip


def put_order(
    story: Story, key: str, visits: Sequence[Visit], on: date, *, decided: date | None
) -> None:
    """The coordinator of the first visit's unit asks for a batch; the head decides, or not yet."""
    story.agenda.add(on, "16:10", partial(_order, story, key, visits, decided))


def _order(story: Story, key: str, visits: Sequence[Visit], decided: date | None) -> None:
    unit = next(a for a in story.agencies.values() if a.pk == visits[0].unit_id)
    order = orders.request(
        task=story.task(key), visits=list(visits), actor=story.user(COORDINATOR[unit.code])
    )
    if decided is not None:
        story.agenda.add(decided, "17:05", partial(_approve, story, order))


def _approve(story: Story, order: InspectionOrder) -> None:
    over = "合并其他任务一次上门，不另增加检查次数，同意检查。"
    orders.decide(
        order=order, approve=True, actor=story.user(HEAD), note="同意。", over_reason=over
    )


def replace(story: Story, visit: Visit, *, code: str, note: str, recusal: str = "declared") -> None:
    """A member asks to leave and somebody else's agreement brings the next in order, or whom the desk names."""
    assert story.agenda.now is not None
    today = story.agenda.now.date()
    member = visit.team.get(is_current=True, part=TeamMember.Part.MEMBER)
    leaver = story.officer(member)
    asked = replacements.request(
        visit=visit, member=member, code=code, note=note, actor=leaver, recusal_reason=recusal
    )
    decider = _decider(story, visit, leaver.username)
    following, _ = succession.next_in_order(Replacement.objects.get(pk=asked.pk), today)
    if following is not None:
        replacements.consent(replacement=asked, actor=story.user(decider), today=today)
        return
    team = {m.inspector_id for m in visit.team.all()}
    person = next(
        c.inspector
        for c in assigning.choices_for(visit, today)
        if not c.why_not and c.inspector.pk not in team
    )
    replacements.designate(
        replacement=asked,
        person=person,
        reason=f"本单位没有可以递补的人员，由{person.unit.short_name}支援。",
        actor=story.user(decider),
        today=today,
    )


def _decider(story: Story, visit: Visit, leaver: str) -> str:
    """The unit's own coordinator; where that is who leaves, the organiser of the task (A56)."""
    unit = next(a for a in story.agencies.values() if a.pk == visit.unit_id)
    own = COORDINATOR[unit.code]
    if own != leaver:
        return own
    organiser = visit.matters.select_related("task__created_by").order_by("id")[0].task.created_by
    assert organiser is not None
    return organiser.username
