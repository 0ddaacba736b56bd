"""Who may go with a team: certificate, leave, size, one leader (A19, A52, A56, A57, A100)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from inspections.rules.merging import Window
from registry.rules.certificates import certificate_valid
from registry.rules.labels import Labelled


class Unfit(Labelled):
    """Codes in `conflicts.tsv` (for one visit) and in the passed-over list of a replacement."""

    CERTIFICATE = "certificate", "执法证在检查期内失效"
    AWAY = "away", "整个检查期内离岗"
    LEFT = "left_register", "已出执法检查人员名录库"
    RECUSAL = "recusal", "须回避"


class Passed(Labelled):
    """Why somebody whose turn it was is passed over (A56: 岗位调整、工作冲突、身体健康)."""

    TRANSFER = "transfer", "岗位调整"
    SCHEDULE = "schedule", "工作冲突"
    HEALTH = "health", "身体健康"
    CERTIFICATE = "certificate", "执法证在检查期内失效"
    AWAY = "away", "整个检查期内离岗"
    LEFT = "left_register", "已出执法检查人员名录库"


# Plain values of bureau.models.Role and of Replacement.Code: rules know no framework.
COORDINATOR, ORGANISER, HEAD = "coordinator", "organiser", "head"


def deciders(code: str, recusal_reason: str = "") -> tuple[str, ...]:
    """Who agrees to a replacement, by its cause.

    The executing unit or the lead division (A56: 002 二十一); for a firm's request that somebody recuse, the head of the
    authority (行政处罚法第四十三条).
    """
    if code == "recusal" and recusal_reason == "party_request":
        return (HEAD,)
    return (COORDINATOR, ORGANISER)


def may_be_declined(code: str, recusal_reason: str = "") -> bool:
    """A declared interest and a lapsed certificate leave no choice; the other causes are weighed (A56, A57, A100)."""
    if code == "recusal":
        return recusal_reason == "party_request"
    return code != "unfit"


BY_HAND = (Passed.TRANSFER, Passed.SCHEDULE, Passed.HEALTH)


@dataclass(frozen=True, kw_only=True)
class Officer:
    """An inspector as the rules see them."""

    pid: str
    name: str
    certificate_expires_on: date
    may_lead: bool = True
    away_from: date | None = None
    away_to: date | None = None
    is_registered: bool = True


def unfit(officer: Officer, window: Window, today: date) -> Unfit | None:
    """Why this officer cannot go on any or some day of the rest of the window, None when they can.

    The certificate must hold through the last day (A19, A100: only its holder inspects); leave counts when it covers
    all that is left of the window, because within a longer one another day can be chosen (A24).
    """
    if not officer.is_registered:
        return Unfit.LEFT
    if not certificate_valid(officer.certificate_expires_on, window.ends_on):
        return Unfit.CERTIFICATE
    first = max(window.starts_on, min(today, window.ends_on))
    covers_start = officer.away_from is not None and officer.away_from <= first
    covers_end = officer.away_to is None or officer.away_to >= window.ends_on
    return Unfit.AWAY if covers_start and covers_end else None


def team_problem(officers: Sequence[Officer], leaders: Sequence[str], size: int) -> str | None:
    """Why these cannot be a team: fewer than two (or the task's number), not exactly one leader, somebody twice.

    `leaders` are the pids named as 组长. Basis: A52 (002 十九; 行政处罚法第四十二条).
    """
    if len({officer.pid for officer in officers}) != len(officers):
        return "同一人不能在检查组里出现两次，请去掉重复的人员。"
    if len(officers) < max(2, size):
        return f"检查组不得少于 {max(2, size)} 名执法人员，现在选了 {len(officers)} 名，请补足。"
    if len(leaders) != 1:
        return "检查组须有且只有一名组长，请指定一人。"
    leader = next((o for o in officers if o.pid == leaders[0]), None)
    if leader is None:
        return "组长须从所选的检查人员中指定。"
    if not leader.may_lead:
        return f"{leader.name}在名录库中登记为不任组长，请另选组长。"
    return None


def is_forced(eligible: int, team: int) -> bool:
    """Hardly a choice: fewer than twice the team could be called, so the page says that chance had little to say."""
    return eligible < 2 * team


def missing_quals(required: Sequence[str], held: Sequence[frozenset[str]]) -> list[str]:
    """Qualifications that the law asks for and nobody in the team holds, ascending."""
    together = frozenset().union(*held) if held else frozenset()
    return sorted(set(required) - together)
