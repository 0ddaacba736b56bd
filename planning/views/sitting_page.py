"""What the sitting's page and the projector show, put together for one reader."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from bureau.models import Role, User
from bureau.selectors import trail
from planning.forms.sittings import BeaconForm, CommitForm, OpenForm, WitnessForm
from planning.models import Draw, Sitting
from planning.rules import sittings as rules
from planning.rules.sittings import SITTING, Progress
from planning.selectors import draws as reads
from planning.selectors import sitting_desk
from planning.selectors import sittings as progress_of
from planning.services import voids
from planning.views import offline, sitting_flow


def word(sitting: Sitting) -> tuple[str, str]:
    """(class, word) of the sitting's state."""
    return SITTING.css[sitting.state], SITTING.states[sitting.state]


def detail_context(sitting: Sitting, user: User) -> dict[str, Any]:
    progress = progress_of.progress(sitting)
    witnesses = list(sitting.witnesses.select_related("user").prefetch_related("commitments__draw"))
    own = list(
        sitting.draws.select_related("task", "unit")
        .prefetch_related("events")
        .order_by("chain_number")
    )
    mine = next((w for w in witnesses if w.user_id == user.pk), None)
    is_locked = sitting.state == Sitting.State.LOCKED
    is_organiser = sitting_desk.runs(sitting, user)
    asked = progress_of.open_void_request(sitting)
    context: dict[str, Any] = {
        "sitting": sitting,
        "st": word(sitting)[0],
        "state_word": word(sitting)[1],
        "steps": steps(sitting, progress, own),
        "tasks": list(sitting.tasks.select_related("unit")),
        "draws": [_draw_card(draw) for draw in own],
        "witnesses": witnesses,
        "progress": progress,
        "mine": mine,
        "beacon_value": reads.beacon_value(sitting) if progress.beacon_known else "",
        "void_request": asked,
        "past_voids": sitting.void_requests.exclude(state="submitted").select_related(
            "requested_by", "decided_by"
        ),
        "recurring": reads.recurring_digits(sitting),
        "promises": rules.promises(len(witnesses), progress.has_beacon),
        "not_promised": rules.NOT_PROMISED,
        "doubts": rules.commitment_doubts(
            server_made=[w.user.full_name for w in witnesses if w.server_made],
            other_device=[
                w.user.full_name for w in witnesses if w.committed_at and not w.own_device
            ],
        ),
        "now": sitting_flow.now_for(sitting, user, progress, is_asked=asked is not None),
        "runs": is_organiser,
        "receipt": progress_of.superior_receipt(own),
        "offline_sha256": offline.sha256(),
        "actions": actions(sitting, user, progress, is_asked=asked is not None),
        "events": trail.of(sitting, reader=user),
        "trail_url": trail.full_url(sitting),
        "arrangement": _arrangement(sitting),
        "may_change": is_organiser and sitting.state == Sitting.State.PREPARED,
    }
    if context["may_change"]:
        context["witness_form"] = WitnessForm(sitting=sitting)
    is_out = bool(sitting.slip_printed_at or sitting.slip_handed_at)
    if is_locked and mine is not None and is_out and asked is None:
        if progress.needs_commitments and mine.committed_at is None:
            context["commit_form"] = CommitForm(sitting=sitting, initial={"own_device": True})
        elif mine.opened_at is None and not progress.uncommitted:
            context["open_form"] = OpenForm(has_salt=progress.needs_commitments)
    due = sitting_flow.beacon_due(sitting)
    if (
        is_locked
        and is_organiser
        and asked is None
        and due is not None
        and not progress.beacon_known
        and not progress.unopened
        and timezone.now() >= due
    ):
        context["beacon_form"] = BeaconForm()
    return context


def steps(sitting: Sitting, progress: Progress, own: list[Draw]) -> list[dict[str, str]]:
    """The steps of a sitting with where it stands."""
    has_lock = sitting.state != Sitting.State.PREPARED
    is_done = bool(own) and all("computed" in reads.kinds(draw) for draw in own)
    is_public = bool(own) and all("revealed" in reads.kinds(draw) for draw in own)
    found = [("安排", True), ("名单锁定", has_lock)]
    if progress.needs_commitments:
        found.append(("封存报数", has_lock and not progress.uncommitted))
    if progress.witnesses:
        found.append(("公布数字", has_lock and not progress.unopened))
    if progress.has_beacon:
        found.append(("公共随机值", progress.beacon_known))
    found += [("计算结果", is_done), ("公开名单", is_public)]
    shown, is_current_found = [], False
    for label, done in found:
        state = "done" if done else "wait"
        if not done and not is_current_found:
            state, is_current_found = "current", True
        shown.append({"label": label, "state": state, "note": ""})
    if sitting.state == Sitting.State.VOIDED:
        shown = [s | {"state": "off"} if s["state"] != "done" else s for s in shown]
        shown.append({"label": "已作废", "state": "bad", "note": ""})
    return shown


def actions(
    sitting: Sitting, user: User, progress: Progress, *, is_asked: bool
) -> dict[str, list[Any]]:
    """What is not the step at hand (that is `sitting_flow`'s), from the process table; what others do, in words."""
    held = {
        role
        for role in (Role.ORGANISER, Role.COORDINATOR, Role.WITNESS, Role.HEAD)
        if user.has_role_at(sitting.authority_id, role)
    }
    if not sitting_desk.runs(sitting, user):  # has the role, at another unit
        held -= {Role.ORGANISER, Role.COORDINATOR}
    mine: list[Any] = []
    for step in rules.process_of(sitting.purpose).available(sitting.state, held):
        found = _button(sitting, step.action, step.label, is_asked=is_asked)
        if found:
            mine.append(found)
    theirs: list[Any] = []
    if sitting.state == Sitting.State.LOCKED:
        theirs += [("监督人", sentence) for sentence in progress.missing]
    if sitting.state == Sitting.State.PREPARED and not held & set(rules.operators(sitting.purpose)):
        is_matching = sitting.purpose == Sitting.Purpose.TEAMS
        who = f"{sitting.unit.short_name}分派员或任务经办" if is_matching else "任务经办"
        theirs.append((who, "指定监督人，锁定名单。"))
    if is_asked:
        if may_decide(sitting, user):
            url = reverse("planning:sitting-void-decide", args=[sitting.pk])
            mine.insert(0, ("审批作废申请", url, "btn-primary", "get", None, ""))
        else:
            who = "上级主管部门" if voids.needs_superior(sitting) else "主要负责人"
            theirs.append((who, "审批作废申请。"))
    return {"mine": mine, "theirs": theirs}


def may_decide(sitting: Sitting, user: User) -> bool:
    """Whether this reader approves a void here."""
    if voids.needs_superior(sitting):
        return sitting.authority_id in user.subordinate_ids
    return user.has_role_at(sitting.authority_id, Role.HEAD)


def lock_points(sitting: Sitting) -> list[str]:
    names = [w.user.full_name for w in sitting.witnesses.select_related("user")]
    return [
        f"任务：{'、'.join(task.name for task in sitting.tasks.all())}。",
        f"监督人：{'、'.join(names) or '没有'}；锁定后不能增减。",
        "锁定后请立即打印锁定单交给监督人，并把公告指纹报送上级，然后才能给出数字。",
    ]


def _button(sitting: Sitting, action: str, label: str, *, is_asked: bool) -> tuple[Any, ...] | None:
    if action == "discard":
        url = reverse("planning:sitting-discard", args=[sitting.pk])
        return (label, url, "btn-plain", "get", None, "")
    if action == "request_void" and not is_asked:
        url = reverse("planning:sitting-void", args=[sitting.pk])
        return (label, url, "btn-back", "get", None, "")
    return None


def _draw_card(draw: Draw) -> dict[str, Any]:
    state = reads.state_of(draw)
    return {
        "draw": draw,
        "st": reads.STATE_WORDS[state][0],
        "word": reads.STATE_WORDS[state][1],
        "strata": reads.strata_with_result(
            draw, with_rows=reads.is_revealed(draw), first=reads.ON_A_PAGE
        ),
        "teams": reads.team_rows(draw) if reads.is_revealed(draw) else [],
        "exclusions": reads.exclusions(draw),
        "seed": reads.seed_of(draw) if reads.is_revealed(draw) else "",
        "is_revealed": reads.is_revealed(draw),
        "is_computed": "computed" in reads.kinds(draw),
        "result_sha256": result_digest(draw),
        "all_drawn": bool(draw.counts.get("strata"))
        and all(s["k"] == s["n"] for s in draw.counts["strata"]),
    }


def result_digest(draw: Draw) -> str:
    event = next((e for e in draw.events.all() if e.kind == "computed"), None)
    return str(event.detail["result"]) if event else ""


def _arrangement(sitting: Sitting) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = [
        ("内容", sitting.get_purpose_display()),
        ("组织单位", sitting.unit.name),
        ("地点", sitting.place),
        ("操作人", sitting.operator.full_name),
        ("每人位数", f"{sitting.digits_each} 位"),
        ("公共随机源", sitting.get_beacon_source_display()),
    ]
    if sitting.beacon_source != Sitting.Beacon.NONE:
        rows.append(("期号", sitting.beacon_round))
        due = sitting_flow.beacon_due(sitting)
        if due is not None:
            rows.append(("公布不早于", f"{timezone.localtime(due):%Y-%m-%d %H:%M:%S}"))
    rows.append(("公开方式", sitting.get_reveal_display()))
    for label, at in (
        ("锁定单打印", sitting.slip_printed_at),
        ("锁定单交付", sitting.slip_handed_at),
    ):
        if at is not None:
            rows.append((label, f"{timezone.localtime(at):%m-%d %H:%M}"))
    return rows
