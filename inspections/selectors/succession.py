"""Who follows somebody who leaves a team, by the draw's own order, and the public changes.tsv (A51, A56; DRAW §6)."""

from dataclasses import dataclass
from datetime import date

import lottery
from bureau.errors import RuleError
from inspections.models import Replacement, TeamMember, Visit
from inspections.rules.teams import Unfit, unfit
from inspections.selectors.team_lists import recusal_reasons
from inspections.selectors.teams import officer_of, pid_of, window_of
from planning.models import Draw, DrawEvent
from planning.selectors import draws
from registry.models import Expert, Inspector
from registry.rules.recusal import Interest


@dataclass(frozen=True)
class Next:
    """Who is called next by the draw's order, and whom a rule passed over on the way to them."""

    pid: str
    duty: str
    ticket: str
    inspector: Inspector | None
    expert: Expert | None
    passed: tuple[tuple[str, Unfit], ...]

    @property
    def name(self) -> str:
        return str(self.inspector or self.expert)


def next_in_order(
    replacement: Replacement, today: date
) -> tuple[Next | None, tuple[tuple[str, Unfit], ...]]:
    """Who follows the leaver (DRAW §6), skipping who is unfit by rule since the lock; and all who were skipped.

    Within the draw that chose the leaver: in joint work each department replaces its own. None when nobody is left.
    Raises RuleError for somebody whom no draw chose (直接委派, 平台匹配): there is no order.
    """
    visit, leaver = replacement.visit, replacement.leaver
    draw = leaver.draw
    if draw is None or not draw.events.filter(kind=DrawEvent.Kind.COMPUTED).exists():
        raise RuleError("此人不是本系统随机匹配的，没有递补次序，请另行指派接替人员。")
    people = lottery.read_inspectors(draws.content(draw, "inspectors.tsv"))
    frozen = {v.id: v for v in lottery.read_visits(draws.content(draw, "visits.tsv"))}
    listed = {person.pid for person in people}
    known = {p.pid: p for p in Inspector.objects.filter(pid__in=listed)}
    known_experts = {p.pid: p for p in Expert.objects.filter(pid__in=listed)}
    conflicts = [
        *lottery.read_conflicts(draws.content(draw, "conflicts.tsv")),
        *(
            lottery.Conflict(visit=number, pid=pid, reason=reason)
            for (number, pid), reason in recusal_reasons(
                [visit], list(known.values()), list(known_experts.values())
            ).items()
        ),
    ]
    team = list(visit.team.select_related("inspector", "expert").order_by("position"))
    own = [m for m in team if m.draw_id == draw.pk]
    current = [
        lottery.TeamMember(duty=lottery.Duty(m.drawn_as), pid=pid_of(m), ticket=m.ticket)
        for m in own
        if m.is_current
    ]
    # Who was in this team before, or goes along already by another way, does not follow.
    former = {pid_of(m) for m in own if not m.is_current}
    former |= {pid_of(m) for m in team if m.is_current}
    passed: dict[str, Unfit | None] = {row["pid"]: None for row in replacement.passed_over}
    seed = draws.seed_of(draw)
    while True:
        member = lottery.replacement(
            frozen[visit.number],
            people,
            conflicts,
            current,
            pid_of(leaver),
            seed,
            former=former,
            passed_over=passed.keys(),
        )
        skipped = tuple((pid, code) for pid, code in passed.items() if code is not None)
        if member is None:
            return None, skipped
        person, expert = known.get(member.pid), known_experts.get(member.pid)
        code = _unfit_since(person, expert, visit, today)
        if code is None:
            return (
                Next(member.pid, member.duty.value, member.ticket, person, expert, skipped),
                skipped,
            )
        passed[member.pid] = code


def found_since(
    visit: Visit, team: list[TeamMember], today: date
) -> list[tuple[TeamMember, str, str]]:
    """Members whom a rule bars by now: (member, replacement code, why). Certificate, leave, register, recusal (A57, A100)."""
    officers = [m.inspector for m in team if m.inspector]
    experts = [m.expert for m in team if m.expert]
    barred = recusal_reasons([visit], officers, experts)
    found = []
    for member in team:
        reason = barred.get((visit.number, pid_of(member)))
        code = _unfit_since(member.inspector, member.expert, visit, today)
        if reason is not None:
            found.append((member, Replacement.Code.RECUSAL.value, Interest(reason).label))
        elif code is not None:
            found.append((member, Replacement.Code.UNFIT.value, code.label))
    return found


def _unfit_since(
    person: Inspector | None, expert: Expert | None, visit: Visit, today: date
) -> Unfit | None:
    if person is not None:
        return unfit(officer_of(person), window_of(visit), today)
    return None if expert is not None and expert.state == Inspector.State.ACTIVE else Unfit.LEFT


def changes_tsv(draw: Draw) -> bytes:
    """`changes.tsv` of a team draw: every replacement of somebody it chose, in order, also once it is void (DRAW §6)."""
    rows = (
        Replacement.objects.filter(leaver__draw=draw, state=Replacement.State.DONE)
        .select_related(
            "visit", "leaver__inspector", "leaver__expert", "joiner__inspector", "joiner__expert"
        )
        .order_by("decided_at", "id")
    )
    return lottery.changes_text(
        lottery.TeamChange(
            visit=row.visit.number,
            left=pid_of(row.leaver),
            came=pid_of(row.joiner) if row.joiner else None,
            passed_over=sorted({item["pid"] for item in row.passed_over}),
            code=f"{row.code}_designated" if row.is_designated else row.code,
            at=row.decided_at or row.at,
        )
        for row in rows
    ).encode()
