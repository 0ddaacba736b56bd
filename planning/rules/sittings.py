"""How a sitting (摇号会) moves, and what it still waits for (DRAW §4; A44, A50)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bureau.rules.processes import Process, Transition
from lottery import beacons
from lottery.errors import ProtocolError

ORGANISER, COORDINATOR = "organiser", "coordinator"
WITNESS, HEAD = "witness", "head"

SITTING = Process(
    name="摇号会",
    states={
        "prepared": "待锁定",
        "locked": "名单已锁定",
        "computed": "已抽取",
        "voided": "已作废",
    },
    css={"prepared": "wait", "locked": "lock", "computed": "done", "voided": "off"},
    transitions=(
        Transition("prepared", "change", "prepared", (ORGANISER,), "修改安排"),
        Transition("prepared", "discard", "discarded", (ORGANISER,), "取消本次安排"),
        Transition(
            "prepared",
            "lock",
            "locked",
            (ORGANISER,),
            "锁定名单，发布公告",
            "名单、各层抽取数和规则从此固定，公告指纹对外公布，任何人都不能再改；要改只能作废后重抽，作废会公开。",
        ),
        Transition("locked", "slip", "locked", (ORGANISER,), "打印锁定单"),
        Transition("locked", "commit", "locked", (WITNESS,), "提交监督承诺"),
        Transition("locked", "open", "locked", (WITNESS,), "公布监督数字"),
        Transition("locked", "beacon", "locked", (ORGANISER,), "登记公共随机值"),
        Transition(
            "locked",
            "compute",
            "computed",
            (ORGANISER,),
            "计算抽取结果",
            "结果由已经公开的数字唯一决定，计算一次即为定论；没有“重抽”，只能作废，作废会公开。",
        ),
        Transition("locked", "request_void", "locked", (ORGANISER,), "申请作废", needs_reason=True),
        Transition(
            "computed", "request_void", "computed", (ORGANISER,), "申请作废", needs_reason=True
        ),
    ),
)

# Teams are matched by the executing unit (A53: 002 十九), whose coordinators work as the organiser does.
TEAM_SITTING = replace(
    SITTING,
    transitions=tuple(
        replace(step, roles=(ORGANISER, COORDINATOR)) if step.roles == (ORGANISER,) else step
        for step in SITTING.transitions
    ),
)


def process_of(purpose: str) -> Process:
    """The transition table of a sitting of this purpose."""
    return TEAM_SITTING if purpose == "teams" else SITTING


def operators(purpose: str) -> tuple[str, ...]:
    """Who may arrange and run a sitting of this purpose."""
    return (ORGANISER, COORDINATOR) if purpose == "teams" else (ORGANISER,)


SERIES = {"entities": "E", "teams": "T"}


@dataclass(frozen=True)
class Progress:
    """What of a locked sitting is done: the state of its witnesses and beacon, without any database."""

    witnesses: tuple[str, ...]  # names, in order
    committed: frozenset[str]
    opened: frozenset[str]
    has_beacon: bool
    beacon_known: bool
    beacon_not_before: datetime | None

    @property
    def needs_commitments(self) -> bool:
        """witness.txt is due with two witnesses or more, and with one if there is a beacon (DRAW §3)."""
        return len(self.witnesses) >= 2 or (len(self.witnesses) == 1 and self.has_beacon)

    @property
    def uncommitted(self) -> list[str]:
        if not self.needs_commitments:
            return []
        return [name for name in self.witnesses if name not in self.committed]

    @property
    def unopened(self) -> list[str]:
        return [name for name in self.witnesses if name not in self.opened]

    @property
    def missing(self) -> list[str]:
        """One sentence for each thing without which nothing can be computed."""
        found = []
        if self.uncommitted:
            found.append(f"等待{'、'.join(self.uncommitted)}提交监督承诺。")
        if self.unopened:
            found.append(f"等待{'、'.join(self.unopened)}公布监督数字。")
        if self.has_beacon and not self.beacon_known:
            found.append("等待登记公共随机值。")
        return found


def least_digits(witnesses: int) -> int:
    """How many digits each witness gives at least (DRAW §3): alone 12, two or more 8 each."""
    return {0: 0, 1: 12}.get(witnesses, 8)


def arrangement_faults(
    *,
    digits_each: int,
    witnesses: int | None,
    beacon_source: str,
    beacon_round: str,
    beacon_not_before: datetime | None,
    now: datetime,
    is_deferred: bool,
    has_reveal_date: bool,
) -> list[tuple[str, str]]:
    """(field, sentence) for everything wrong with a sitting's arrangement; `witnesses` None while they are not named yet."""
    faults = []
    if not 8 <= digits_each <= 64:
        faults.append(("digits_each", "每位监督人给出的位数须在 8 与 64 之间。"))
    if witnesses is not None:
        faults += _witness_faults(witnesses, digits_each, beacon_source)
    if beacon_source == "none" and (beacon_round or beacon_not_before):
        faults.append(("beacon_source", "填写了期号或时刻，请选择公共随机源，或清空这两项。"))
    if beacon_source != "none":
        faults += _beacon_faults(beacon_source, beacon_round, beacon_not_before, now)
    if is_deferred and not has_reveal_date:
        faults.append(("reveal_by", "延后公开须写明最迟公开日。"))
    return faults


def _witness_faults(witnesses: int, digits_each: int, source: str) -> list[tuple[str, str]]:
    if witnesses == 0 and source == "none":
        return [("", "没有监督人时必须使用公共随机源；请指定监督人，或选用公共随机源。")]
    least = least_digits(witnesses)
    if digits_each < least:
        return [
            (
                "digits_each",
                f"{witnesses} 位监督人时每人至少给出 {least} 位数字，现为 {digits_each} 位，请改为 {least} 位以上。",
            )
        ]
    return []


def _beacon_faults(
    source: str, number: str, not_before: datetime | None, now: datetime
) -> list[tuple[str, str]]:
    try:
        beacons.check_source(source)
    except ProtocolError as refused:  # too small, with the reason
        return [("beacon_source", str(refused))]
    if not_before is None:
        return [("beacon_not_before", "请填写公共随机值最早在何时公布，名单须在此前锁定。")]
    if not_before <= now:
        return [("beacon_not_before", "公布时刻已经过去，请改用以后的一期。")]
    try:
        beacons.check_round(source, number)
    except ProtocolError as refused:
        return [("beacon_round", str(refused))]
    if source == beacons.DRAND and beacons.drand_time(int(number)) < not_before:
        return [("beacon_round", "这一轮在所写时刻之前就会公布，请改用更晚的一轮。")]
    return []


def beacon_due(source: str, number: str, not_before: datetime) -> datetime:
    """From when on the value can exist: never before the announced moment, and with drand not before its round appears."""
    if source == beacons.DRAND:
        return max(not_before, beacons.drand_time(int(number)))
    return not_before


def open_until(ready_at: datetime, minutes: int) -> datetime:
    """By when a witness must have opened, counted from the moment when everybody could (DRAW §3)."""
    return ready_at + timedelta(minutes=minutes)


def device_text(own_device: bool) -> str:
    """Where a witness gave something, as pages and the record say it (DRAW §4)."""
    return "本人设备" if own_device else "操作人设备"


PROMISES = {
    "several": "只要有一位监督人是诚实的（各自在本人设备上作出承诺），并保存着锁定单，结果就不可能被操纵。",
    "one": "只有一位监督人：如果这位监督人是诚实的，结果就不可能被操纵。",
    "beacon": "使用公共随机源：即使没有一位监督人诚实，凡在公共随机值公布之前就持有公告指纹 A（以及承诺文件的摘要）的人，都能确认结果没有被操纵。",
}
NOT_PROMISED = (
    "不能保证锁定之前名录库是正确的：候选和排除两份名单合起来必须恰好是范围内的全部对象，由审计核对。",
    "不能保证从抽取到检查之间没有人向企业通风报信：每次查看封存名单都会留痕。",
    "不能保证服务器提供的承诺页面是诚实的：可以下载离线页面自行计算承诺。",
)


def verdict_text(code: int, line: str) -> str:
    """The verifier's last line in the words of the office; what differs (code 1) it says itself (DRAW §3)."""
    word, _, rest = line.partition(" ")
    if code == 0:
        return "核验程序从公开文件重新算出了同样的结果（VERIFIED）。"
    if word == "VOID":
        return f"这次抽取已作废：{rest}"
    if word == "SEALED":
        day = rest.removeprefix("until ")
        if day == "immediate":
            return "公告与链条相符；名单在算出结果时公开，公开后可以整体核验。"
        return f"公告与链条相符；名单最迟于 {day} 公开，公开后可以整体核验。"
    return line


def promises(witnesses: int, has_beacon: bool) -> list[str]:
    """What is promised of this draw, in the words that stand beside it (DRAW §4)."""
    found = []
    if witnesses:
        found.append(PROMISES["several" if witnesses >= 2 else "one"])
    if has_beacon:
        found.append(PROMISES["beacon"])
    return found


def commitment_doubts(*, server_made: Sequence[str], other_device: Sequence[str]) -> list[str]:
    """What weakens a commitment, naming the witnesses (DRAW §4.2)."""
    doubts = []
    if server_made:
        doubts.append(
            f"{'、'.join(server_made)}的承诺由服务器代算：服务器在承诺之前已看到数字，这份承诺只防其他监督人，不防系统管理者。"
        )
    if other_device:
        doubts.append(
            f"{'、'.join(other_device)}的承诺在操作人的设备上作出：只防其他监督人，不防操作人。"
        )
    return doubts
