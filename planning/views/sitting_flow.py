"""What the sitting's page tells one reader to do now, and what comes after: lock, slip, witnesses, beacon, compute, announce,
sign, and on to the team draws over the picks (DRAW §4)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from bureau.models import Role, User
from planning.models import Sitting, Task
from planning.rules import sittings as rules
from planning.rules.sittings import SITTING, Progress
from planning.selectors import sitting_desk
from planning.selectors import sittings as reads

# What belongs to a teams sitting or comes after the draw is its owner's page; here only the address.
OWN_PAGES = {
    ("entities", "lock"): "planning:sitting-lock",
    ("entities", "compute"): "planning:sitting-compute",
    ("teams", "lock"): "inspections:team-sitting-lock",
    ("teams", "compute"): "inspections:team-sitting-compute",
}
DISPATCH, TEAMS = "inspections:dispatch", "inspections:team-board"


@dataclass(frozen=True)
class Act:
    """One button: POST in the page, or a link; `is_new` opens a window of its own."""

    label: str
    url: str
    css: str = "btn-plain"
    is_post: bool = False
    is_new: bool = False
    hidden: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Now:
    """The step at hand. `is_live`: nothing to fill in, the page asks again by itself."""

    title: str
    text: str
    acts: list[Act] = field(default_factory=list)
    then: str = ""
    is_live: bool = True
    needs_witnesses: bool = False  # the witness table with its buttons belongs to this step
    links: list[tuple[str, str, str]] = field(default_factory=list)  # (label, url, state)


def now_for(sitting: Sitting, user: User, progress: Progress, *, is_asked: bool) -> Now:
    """What is to be done now, as this reader sees it."""
    runs = sitting_desk.runs(sitting, user)
    if is_asked:
        return Now(
            "等待作废审批",
            "作废申请批准之前不再办理其他步骤；不同意作废的，从原来的地方接着办。",
        )
    if sitting.state == Sitting.State.PREPARED:
        return _before_lock(sitting, progress, runs)
    if sitting.state == Sitting.State.LOCKED:
        return _before_result(sitting, progress, runs)
    if sitting.state == Sitting.State.VOIDED:
        return Now(
            "本次摇号已作废",
            "公告、名单、结果（如已算出）和作废原因都已公开；重抽编为下一次。",
            [_stage(sitting), *_record(sitting)],
            is_live=False,
        )
    return _after_result(sitting, user, runs)


def own_page(sitting: Sitting, action: str) -> str:
    """The address where this purpose's lock or compute is done."""
    return _address(OWN_PAGES[(sitting.purpose, action)], sitting.pk)


def _before_lock(sitting: Sitting, progress: Progress, runs: bool) -> Now:
    if not runs:
        return Now("等待锁定名单", "由操作人指定监督人，锁定名单，然后发给锁定单。")
    if not progress.witnesses and not progress.has_beacon:
        return Now(
            "指定监督人",
            "在下面指定监督人：操作人和任务经办人不能担任；各自在本人设备上登录，或届时在这台设备上凭密码报数。",
            _again(sitting),
            then="锁定名单",
            is_live=False,
            needs_witnesses=True,
        )
    lock = own_page(sitting, "lock")
    return Now(
        "锁定名单",
        "核对监督人和安排后锁定：候选名单、抽取数和规则从此固定，公告指纹 A 对外公布。",
        [Act(SITTING_LABEL["lock"], lock, "btn-primary"), *_again(sitting)] if lock else [],
        then="打印锁定单，交给监督人",
        is_live=False,
    )


def _before_result(sitting: Sitting, progress: Progress, runs: bool) -> Now:
    is_out = bool(sitting.slip_printed_at or sitting.slip_handed_at)
    if progress.witnesses and not is_out:
        return _slip(sitting, runs)
    if progress.uncommitted or progress.unopened:
        return _witnesses(sitting, progress, runs)
    if progress.has_beacon and not progress.beacon_known:
        return _beacon(sitting, runs)
    if not runs:
        return Now("等待计算结果", "数字都已公开，由操作人计算；结果由这些数字唯一决定。")
    compute = own_page(sitting, "compute")
    return Now(
        "计算抽取结果",
        "数字都已公开。计算一次即为定论，结果和记录同时写入。",
        [Act(SITTING_LABEL["compute"], compute, "btn-primary"), _stage(sitting)],
        then="在投影上宣布结果",
        is_live=False,
    )


def _slip(sitting: Sitting, runs: bool) -> Now:
    if not runs:
        return Now(
            "等待锁定单",
            "由操作人打印锁定单交给每位监督人；拿到之前请不要给出任何数字。",
        )
    url = reverse("planning:sitting-slip-print", args=[sitting.pk])
    return Now(
        "打印锁定单，交给监督人",
        "监督人手里有公告指纹 A 之后，才能收数字。没有打印机的，让监督人当场抄下 A，再确认已经交付。",
        [
            Act("打印锁定单（A4）", url, "btn-primary", is_post=True, is_new=True, hidden={"size": "a4"}),
            Act("A5", url, is_post=True, is_new=True, hidden={"size": "a5"}),
            Act(
                "监督人已持有公告指纹",
                reverse("planning:sitting-slip-handed", args=[sitting.pk]),
                is_post=True,
            ),
        ],
        then="监督人报数",
    )  # fmt: skip


def _witnesses(sitting: Sitting, progress: Progress, runs: bool) -> Now:
    waits = progress.uncommitted or progress.unopened
    verb = "提交承诺" if progress.uncommitted else "公布数字"
    text = f"等待{'、'.join(waits)}{verb}。"
    acts = [_stage(sitting)]
    until = reads.open_until(sitting)
    if runs:
        text += "监督人在本人设备上登录办理；没有设备的，点名单中的“在本机报数”，凭本人密码办理。"
    if until is not None and not progress.uncommitted:
        text += f"公布时限到 {timezone.localtime(until):%m-%d %H:%M}。"
        if runs and timezone.now() >= until:
            text += "时限已过，可以申请作废。"
            acts.append(_void(sitting, "witness", "监督人没有公布，申请作废"))
    due = beacon_due(sitting)
    if progress.uncommitted and due is not None and timezone.now() >= due:
        text = "公共随机值的公布时刻已到，此后的承诺没有意义，本次只能申请作废，重新安排。"
        if runs:
            acts.append(_void(sitting, "late", "没有按时作出承诺，申请作废"))
    return Now(
        "监督人报数：先封存" if progress.uncommitted else "监督人公布数字",
        text,
        acts,
        then="登记公共随机值"
        if progress.has_beacon
        else ("全部公布后计算结果" if not progress.uncommitted else "全部提交后一起公布"),
        needs_witnesses=True,
    )


def _beacon(sitting: Sitting, runs: bool) -> Now:
    due = beacon_due(sitting)
    is_due = due is not None and timezone.now() >= due
    name = f"{sitting.get_beacon_source_display()} 第 {sitting.beacon_round} 期"
    if not is_due:
        moment = timezone.localtime(due) if due else None
        when = f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "约定时刻"
        return Now(
            "等待公共随机值",
            f"{name}在 {when} 之后才公布；在那之前谁也不知道结果。",
            [_stage(sitting)],
            then="登记公布的数值",
        )
    if not runs:
        return Now("等待登记公共随机值", f"{name}应已公布，由操作人登记；可以对照公布页面核对。")
    return Now(
        "登记公共随机值",
        f"照公布页面登记{name}的数值，输两遍。登记后不能更改。",
        [_void(sitting, "round", "这一期没有开出，申请作废")],
        then="计算结果",
        is_live=False,
    )


def beacon_due(sitting: Sitting) -> datetime | None:
    """From when on the value can be entered; None without a beacon."""
    if sitting.beacon_source == Sitting.Beacon.NONE or sitting.beacon_not_before is None:
        return None
    return rules.beacon_due(sitting.beacon_source, sitting.beacon_round, sitting.beacon_not_before)


def _after_result(sitting: Sitting, user: User, runs: bool) -> Now:
    links: list[tuple[str, str, str]] = []
    if sitting.purpose == Sitting.Purpose.ENTITIES:
        links = _dispatches(sitting, user) + _matchings(sitting)
        then = "派发任务，然后在同一批监督人面前匹配检查人员"
    else:
        links = [("回到人员匹配", _address(TEAMS), "")] if runs else []
        then = "提请检查审批"
    return Now(
        "宣布结果，签字备案",
        "在投影上逐行宣布已记录的结果；打印备案表，由操作人和监督人签字。",
        [_stage(sitting, "btn-primary"), *_record(sitting)],
        then=then,
        is_live=False,
        links=[row for row in links if row[1]],
    )


def _dispatches(sitting: Sitting, user: User) -> list[tuple[str, str, str]]:
    if not user.has_role_at(sitting.authority_id, Role.ORGANISER):
        return []
    return [
        (f"派发任务：{task.name}", _address(DISPATCH, task.pk), "待派发")
        for task in sitting.tasks.all()
        if task.state == Task.State.DRAWN
    ]


def _matchings(sitting: Sitting) -> list[tuple[str, str, str]]:
    """The team sittings over the same tasks; where dispatched work has none yet, the board where they are arranged."""
    rows = reads.of_same_tasks(sitting, Sitting.Purpose.TEAMS)
    found = [
        (
            row.title,
            reverse("planning:sitting-detail", args=[row.pk]),
            SITTING.states[row.state],
        )
        for row in rows
    ]
    if any(task.state == Task.State.DISPATCHED for task in sitting.tasks.all()):
        found.append(("安排人员匹配", _address(TEAMS), ""))
    return found


def _again(sitting: Sitting) -> list[Act]:
    """For a matching: the witnesses of the entity draws before, with one press."""
    if sitting.purpose != Sitting.Purpose.TEAMS:
        return []
    named = set(sitting.witnesses.values_list("user_id", flat=True))
    for before in reads.of_same_tasks(sitting, Sitting.Purpose.ENTITIES):
        names = [
            w.user.full_name
            for w in before.witnesses.select_related("user")
            if w.user_id not in named
        ]
        if names:
            return [
                Act(
                    f"沿用抽取对象时的监督人（{'、'.join(names)}）",
                    reverse("planning:sitting-witness-again", args=[sitting.pk]),
                    is_post=True,
                    hidden={"before": str(before.pk)},
                )
            ]
    return []


def _stage(sitting: Sitting, css: str = "btn-plain") -> Act:
    return Act("投影页面", reverse("planning:sitting-stage", args=[sitting.pk]), css, is_new=True)


def _record(sitting: Sitting) -> list[Act]:
    if not sitting.draws.exists():
        return []
    return [
        Act("备案表 PDF", reverse("planning:sitting-record-pdf", args=[sitting.pk]), is_new=True),
        Act("备案表 Word", reverse("planning:sitting-record-docx", args=[sitting.pk])),
    ]


def _void(sitting: Sitting, cause: str, label: str) -> Act:
    url = reverse("planning:sitting-void", args=[sitting.pk])
    return Act(label, f"{url}?cause={cause}", "btn-back")


def _address(name: str, *args: Any) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


SITTING_LABEL = {
    step.action: step.label for step in SITTING.transitions if step.action in {"lock", "compute"}
}
