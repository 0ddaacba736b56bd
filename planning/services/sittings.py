"""摇号会: prepare, name witnesses, lock, commit, open, compute (DRAW §4; A44, A50). One row lock decides who is first."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial

from django.db import IntegrityError, transaction
from django.utils import timezone

import lottery
from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Agency, Role, User
from bureau.selectors import rule_settings
from bureau.services import notifications, transitions
from planning.models import Draw, Sitting, SittingWitness, Supplement, Task, WitnessCommitment
from planning.rules import sittings as rules
from planning.rules.processes import TASK
from planning.selectors import draws as reads
from planning.selectors import sittings as progress
from planning.services import draws, entity_draws, picks

Freeze = Callable[[Sitting, str], Sequence[Draw]]
Apply = Callable[[Draw, bytes], object]


@transaction.atomic
def prepare(
    *,
    purpose: str,
    tasks: Sequence[Task],
    unit: Agency,
    title: str,
    planned_at: datetime,
    actor: User,
    place: str = "",
    digits_each: int = 12,
    beacon_source: str = "none",
    beacon_round: str = "",
    beacon_not_before: datetime | None = None,
    reveal: str = "immediate",
    reveal_by: date | None = None,
    action: str = "lock",
) -> Sitting:
    """A sitting for one task or several; `actor` becomes its operator.

    Entities: the tasks allow `action` (`supplement` for a 补抽) and are in no other open sitting. Raises RuleError, Conflict or Forbidden.
    """
    authority = unit.authority
    if authority is None or not tasks:
        raise RuleError("请至少选择一项任务。")
    require(actor, authority.pk, *rules.operators(purpose))
    if any(task.authority_id != authority.pk for task in tasks):
        raise RuleError("一次摇号会只能办理本单位的任务，请去掉其他单位的任务。")
    if purpose == Sitting.Purpose.ENTITIES:
        _require_free(entity_draws.hold([task.pk for task in tasks], action=action))
    round_number = beacon_round.strip()
    if beacon_source == "drand-quicknet" and not round_number and beacon_not_before:
        round_number = str(lottery.drand_round_from(beacon_not_before))
    sitting = Sitting(
        authority=authority,
        unit=unit,
        purpose=purpose,
        title=title.strip(),
        place=place.strip(),
        planned_at=planned_at,
        operator=actor,
        digits_each=digits_each,
        beacon_source=beacon_source,
        beacon_round=round_number,
        beacon_not_before=beacon_not_before,
        reveal=reveal,
        reveal_by=reveal_by if reveal == "deferred" else None,
    )
    _require_sound(sitting, witnesses=None)
    sitting.save(force_insert=True)
    sitting.tasks.set(tasks)
    audit.record("sitting.prepared", "安排摇号会", target=sitting, actor=actor, about=list(tasks))
    return sitting


@transaction.atomic
def add_witness(
    *, sitting: Sitting, user: User, actor: User, capacity_text: str = "局办公室监督人员"
) -> SittingWitness:
    """Names a witness, who then holds the next place. Raises Forbidden for who runs the sitting or organised a task (A50)."""
    sitting, _ = transitions.begin(
        rules.process_of(sitting.purpose), Sitting.objects.all(), sitting.pk, "change", actor
    )
    _require_independent(sitting, user)
    last = sitting.witnesses.order_by("-position").first()
    if sitting.witnesses.filter(user=user).exists():
        raise RuleError(f"{user.full_name}已经是本次摇号的监督人。")
    witness = SittingWitness.objects.create(
        sitting=sitting,
        user=user,
        position=last.position + 1 if last else 1,
        capacity_text=capacity_text.strip() or "局办公室监督人员",
    )
    audit.record(
        "sitting.witness-added", f"指定监督人：{user.full_name}", target=sitting, actor=actor
    )
    notifications.notify(
        users=[user],
        key=f"sitting.witness:{sitting.pk}",
        text=f"您被指定为“{sitting.title}”的监督人，请届时到场或在线监督。",
        url=f"/desk/planning/sittings/{sitting.pk}/",
        authority=sitting.authority,
    )
    return witness


@transaction.atomic
def remove_witness(*, sitting: Sitting, witness: SittingWitness, actor: User) -> None:
    """Takes a witness off before the lock."""
    sitting, _ = transitions.begin(
        rules.process_of(sitting.purpose), Sitting.objects.all(), sitting.pk, "change", actor
    )
    audit.record(
        "sitting.witness-removed",
        f"取消监督人：{witness.user.full_name}",
        target=sitting,
        actor=actor,
    )
    sitting.witnesses.filter(pk=witness.pk).delete()


@transaction.atomic
def discard(*, sitting: Sitting, actor: User) -> None:
    """Takes back an arrangement that was never locked; after the lock a sitting can only be voided."""
    sitting, _ = transitions.begin(
        rules.process_of(sitting.purpose), Sitting.objects.all(), sitting.pk, "discard", actor
    )
    audit.record(
        "sitting.discarded",
        "取消摇号安排（尚未锁定）",
        target=sitting,
        actor=actor,
        about=list(sitting.tasks.all()),
    )
    sitting.witnesses.all().delete()
    sitting.delete()


@transaction.atomic
def lock_with(
    *, sitting: Sitting, purpose: str, freeze: Freeze, actor: User, reason: str = ""
) -> Sitting:
    """Locks a sitting of either purpose: `freeze(sitting, reason)` makes its draws in this transaction.

    Raises Conflict when it is locked already, RuleError when the arrangement no longer fits.
    """
    sitting, _ = transitions.begin(
        rules.process_of(sitting.purpose),
        Sitting.objects.select_related("authority", "unit"),
        sitting.pk,
        "lock",
        actor,
    )
    _require_purpose(sitting, purpose)
    _require_not_witness(sitting, actor)
    for witness in sitting.witnesses.select_related("user"):
        _require_independent(sitting, witness.user)
    _require_witnesses(sitting)
    _require_sound(sitting, witnesses=sitting.witnesses.count())
    made = list(freeze(sitting, reason))
    if not made:
        raise RuleError("本次摇号没有可以锁定的名单，请核对任务。")
    sitting.state = Sitting.State.LOCKED
    sitting.save(update_fields=["state"])
    audit.record(
        "sitting.locked",
        f"锁定 {len(made)} 份名单并发布公告",
        target=sitting,
        actor=actor,
        about=list(made),
        detail={"a": {draw.number: draw.a for draw in made}},
    )
    _tell_superior(sitting, made)
    notifications.notify(
        users=[w.user for w in sitting.witnesses.select_related("user")],
        key=f"sitting.locked:{sitting.pk}",
        text=f"“{sitting.title}”的名单已锁定，请领取锁定单，核对公告指纹后给出数字。",
        url=f"/desk/planning/sittings/{sitting.pk}/",
        authority=sitting.authority,
        is_urgent=True,
    )
    return sitting


def lock(*, sitting: Sitting, actor: User, reason: str = "") -> Sitting:
    """Locks an entities sitting: freezes the pool of each task, tasks → locked (A18, A46).

    `reason` is needed when one of the tasks was drawn before. Raises Conflict, Forbidden or RuleError.
    """
    return lock_with(
        sitting=sitting,
        purpose=Sitting.Purpose.ENTITIES,
        freeze=partial(_freeze_tasks, actor=actor),
        actor=actor,
        reason=reason,
    )


@transaction.atomic
def commit(
    *,
    sitting: Sitting,
    commitments: Mapping[str, str],
    actor: User,
    own_device: bool = True,
    server_made: bool = False,
) -> SittingWitness:
    """A witness's commitments, one per draw number, before anybody opens. The last one publishes witness.txt (DRAW §3, §4).

    Raises Forbidden for anybody but a named witness, Conflict when given before, RuleError for a missing or bad value or
    when the beacon's time has come: what is promised after it proves nothing.
    """
    sitting, _ = transitions.begin(
        rules.process_of(sitting.purpose), Sitting.objects.all(), sitting.pk, "commit", actor
    )
    witness = _own_place(sitting, actor)
    state = progress.progress(sitting)
    if not state.needs_commitments:
        raise RuleError("本次摇号只有一位监督人，不需要先作承诺，请直接公布数字。")
    if witness.committed_at is not None:
        raise Conflict("您已经提交过承诺，不能更改。请等待其他监督人，全部提交后再公布数字。")
    now = timezone.now()
    if sitting.beacon_not_before is not None and now >= sitting.beacon_not_before:
        raise RuleError(
            "公共随机值的公布时刻已到，此后的承诺没有意义。请申请作废本次摇号，重新安排。"
        )
    own_draws = list(sitting.draws.order_by("chain_number"))
    rows = [
        WitnessCommitment(
            witness=witness,
            draw=draw,
            value=draws.said(
                partial(
                    lottery.text.check_digest,
                    commitments.get(draw.number, "").strip(),
                    f"抽取 {draw.number} 的承诺",
                )
            ),
        )
        for draw in own_draws
    ]
    try:
        with transaction.atomic():
            WitnessCommitment.objects.bulk_create(rows)
    except IntegrityError as taken:
        raise RuleError("这份承诺与另一位监督人的相同，请重新生成盐值后再提交。") from taken
    witness.committed_at, witness.own_device, witness.server_made = now, own_device, server_made
    witness.save(update_fields=["committed_at", "own_device", "server_made"])
    audit.record(
        "sitting.committed",
        "提交监督承诺" + ("" if own_device else "（在操作人设备上）"),
        target=sitting,
        actor=actor,
        role="摇号监督人",
        detail={"commitments": {row.draw.number: row.value for row in rows}},
    )
    if not progress.progress(sitting).uncommitted:
        for draw in own_draws:
            values = draw.commitments.order_by("witness__position").values_list("value", flat=True)
            draws.publish_commitments(draw, commitments=list(values), actor=actor)
    return witness


@transaction.atomic
def commit_on_server(
    *, sitting: Sitting, digits: str, actor: User, own_device: bool = True
) -> tuple[str, dict[str, str]]:
    """Without JavaScript: the server draws the salt and computes the commitments. Returns (salt, commitments).

    Neither salt nor digits are stored: the witness keeps them and opens with them. Pages say that the server saw them.
    """
    draws.said(partial(lottery.check_witness_digits, digits, sitting.digits_each))
    salt = lottery.new_secret()
    commitments = {
        draw.number: lottery.witness_commitment(draw.a, salt, digits)
        for draw in sitting.draws.all()
    }
    commit(
        sitting=sitting,
        commitments=commitments,
        actor=actor,
        own_device=own_device,
        server_made=True,
    )
    return salt, commitments


@transaction.atomic
def open_digits(*, sitting: Sitting, digits: str, actor: User, salt: str = "") -> SittingWitness:
    """A witness opens digits and salt, after everybody has committed; one alone without a beacon gives digits only.

    Raises RuleError unless they fit every commitment of this witness; Conflict when opened before.
    """
    sitting, _ = transitions.begin(
        rules.process_of(sitting.purpose), Sitting.objects.all(), sitting.pk, "open", actor
    )
    witness = _own_place(sitting, actor)
    if witness.opened_at is not None:
        raise Conflict("您的数字已经公布，不能更改。")
    state = progress.progress(sitting)
    if state.uncommitted:
        raise RuleError(
            f"还有监督人没有提交承诺（{'、'.join(state.uncommitted)}），现在公布数字会被他人利用。请等全部提交后再公布。"
        )
    digits, salt = digits.strip(), salt.strip()
    draws.said(partial(lottery.check_witness_digits, digits, sitting.digits_each))
    if state.needs_commitments:
        opening = lottery.WitnessOpening(digits=digits, salt=salt)
        for row in witness.commitments.select_related("draw"):
            draws.said(partial(lottery.check_opening, row.draw.a, row.value, opening))
    witness.digits, witness.salt = digits, salt if state.needs_commitments else ""
    witness.opened_at = timezone.now()
    witness.save(update_fields=["digits", "salt", "opened_at"])
    audit.record(
        "sitting.opened",
        f"公布监督数字 {digits}",
        target=sitting,
        actor=actor,
        role="摇号监督人",
        detail={"digits": digits, "salt": witness.salt},
    )
    if not progress.progress(sitting).unopened:
        given = list(sitting.witnesses.values_list("digits", "salt"))
        for draw in sitting.draws.all():
            draws.note(
                draw,
                "opened",
                actor=actor,
                detail={"digits": [d for d, _ in given], "salts": [s or "-" for _, s in given]},
            )
    return witness


@transaction.atomic
def set_beacon(*, sitting: Sitting, value: str, actor: User) -> str:
    """The beacon's public value, once, not before its time and in its own form (DRAW §4.3). Returns the value recorded."""
    sitting, _ = transitions.begin(
        rules.process_of(sitting.purpose), Sitting.objects.all(), sitting.pk, "beacon", actor
    )
    if sitting.beacon_source == Sitting.Beacon.NONE or sitting.beacon_not_before is None:
        raise RuleError("本次摇号没有约定公共随机源，不能登记随机值。")
    if timezone.now() < sitting.beacon_not_before:
        moment = timezone.localtime(sitting.beacon_not_before)
        raise RuleError(
            f"约定的公共随机值要到 {moment:%Y-%m-%d %H:%M:%S} 之后才会公布，现在不能登记。"
        )
    if reads.beacon_value(sitting):
        raise Conflict("公共随机值已经登记，不能更改；登记有误只能申请作废。")
    checked = draws.said(partial(_beacon_form, sitting.beacon_source, value.strip()))
    for draw in sitting.draws.all():
        draws.note(
            draw,
            "beacon",
            actor=actor,
            detail={
                "source": sitting.beacon_source,
                "round": sitting.beacon_round,
                "value": checked,
            },
        )
    audit.record(
        "sitting.beacon-entered",
        f"登记公共随机值（{sitting.get_beacon_source_display()} 第 {sitting.beacon_round} 期）",
        target=sitting,
        actor=actor,
        detail={"value": checked},
    )
    return checked


@transaction.atomic
def compute_with(*, sitting: Sitting, purpose: str, apply: Apply, actor: User) -> Sitting:
    """Computes all draws of a sitting, once: of fifty who press, one computes and the others get 409.

    `apply(draw, result)` is called for each draw in this transaction. Immediate draws are revealed at once.
    Raises RuleError naming what is missing; nothing is recorded then.
    """
    sitting, _ = transitions.begin(
        rules.process_of(sitting.purpose),
        Sitting.objects.select_related("authority"),
        sitting.pk,
        "compute",
        actor,
    )
    _require_purpose(sitting, purpose)
    _require_not_witness(sitting, actor)
    missing = progress.progress(sitting).missing
    if missing:
        raise RuleError("还不能计算：" + "".join(missing))
    if progress.open_void_request(sitting) is not None:
        raise RuleError("本次摇号有一项作废申请待批准，请等批准结果出来再办理。")
    given = contributions(sitting)
    own_draws = list(
        sitting.draws.select_related("sitting", "task", "authority").order_by("chain_number")
    )
    for draw in own_draws:
        result = draws.compute(draw, given, actor=actor)
        apply(draw, result)
        audit.record(
            "draw.computed",
            f"计算抽取结果 {draw.number}",
            target=draw,
            actor=actor,
            about=[sitting, draw.task],
            detail={"result": lottery.sha256(result)},
        )
    sitting.state = Sitting.State.COMPUTED
    sitting.save(update_fields=["state"])
    if sitting.reveal == "immediate":
        for draw in own_draws:
            draws.reveal(draw, actor=actor)
    return sitting


def compute(*, sitting: Sitting, actor: User) -> Sitting:
    """Computes an entities sitting: picks as rows, tasks → drawn, all in one transaction (DRAW §4.4)."""
    return compute_with(
        sitting=sitting,
        purpose=Sitting.Purpose.ENTITIES,
        apply=partial(_apply_entities, at=timezone.now()),
        actor=actor,
    )


def contributions(sitting: Sitting) -> draws.Contributions:
    """What was given so far, in the order in which the witnesses were named."""
    has_salts = progress.progress(sitting).needs_commitments
    return draws.Contributions(
        openings=tuple(
            lottery.WitnessOpening(digits=w.digits, salt=w.salt if has_salts else None)
            if w.opened_at is not None
            else None
            for w in sitting.witnesses.order_by("position")
        ),
        beacon=reads.beacon_value(sitting) or None,
    )


def _tell_superior(sitting: Sitting, made: Sequence[Draw]) -> None:
    """A reaches the superior before any digit is given; reading the notice is its receipt (DRAW §3)."""
    superior = sitting.authority.superior
    if superior is None:
        return
    readers = notifications.holders(authority=superior, roles=[Role.SUPERIOR])
    for draw in made:
        notifications.notify(
            users=readers,
            key=f"draw.locked:{draw.pk}",
            text=f"{sitting.authority.short_name}锁定名单 {draw.number}，公告指纹 A：{draw.a}",
            url=f"/desk/planning/draws/{draw.number}/",
            authority=superior,
        )


def _freeze_tasks(sitting: Sitting, reason: str, *, actor: User) -> list[Draw]:
    today = timezone.localdate()
    extra = Supplement.objects.filter(sitting=sitting).first()
    tasks = entity_draws.hold(
        list(sitting.tasks.values_list("pk", flat=True)), action="supplement" if extra else "lock"
    )
    made = []
    for task in tasks:
        made.append(
            entity_draws.freeze_task(
                sitting=sitting,
                task=task,
                today=today,
                reason=extra.reason if extra else reason,
                actor=actor,
                counts=extra.counts if extra else None,
            )
        )
        if extra is None:
            _move(task, "lock")
    return made


def _apply_entities(draw: Draw, result: bytes, *, at: datetime) -> None:
    if Supplement.objects.filter(sitting_id=draw.sitting_id).exists():
        (task,) = entity_draws.hold([draw.task_id], action="supplement")
        entity_draws.record_picks(draw=draw, result=result)
        picks.reopen(task, None)
        return
    (task,) = entity_draws.hold([draw.task_id], action="compute")
    entity_draws.record_picks(draw=draw, result=result)
    task.drawn_at = at
    _move(task, "compute", "drawn_at")


def _move(task: Task, action: str, *fields: str) -> None:
    step = TASK.find(task.state, action)
    if step is None:
        raise Conflict(f"任务“{task.name}”现在是“{task.get_state_display()}”，不能再办这一步。")
    task.state = step.to
    task.save(update_fields=["state", *fields])


def _require_free(tasks: Sequence[Task]) -> None:
    taken = (
        Sitting.objects.filter(
            tasks__in=[task.pk for task in tasks],
            purpose=Sitting.Purpose.ENTITIES,
            state__in=[Sitting.State.PREPARED, Sitting.State.LOCKED],
        )
        .distinct()
        .first()
    )
    if taken is not None:
        raise RuleError(f"所选任务已安排在“{taken.title}”，请先在那里办理或取消那次安排。")


def _require_sound(sitting: Sitting, *, witnesses: int | None) -> None:
    faults = rules.arrangement_faults(
        digits_each=sitting.digits_each,
        witnesses=witnesses,
        beacon_source=sitting.beacon_source,
        beacon_round=sitting.beacon_round,
        beacon_not_before=sitting.beacon_not_before,
        now=timezone.now(),
        is_deferred=sitting.reveal == "deferred",
        has_reveal_date=sitting.reveal_by is not None,
    )
    if not sitting.title:
        faults.append(("title", "请填写摇号会名称。"))
    if sitting.reveal_by is not None and sitting.reveal_by < timezone.localdate():
        faults.append(("reveal_by", "最迟公开日已经过去，请改晚。"))
    if faults:
        raise RuleError("".join(sentence for _, sentence in faults))


def _require_witnesses(sitting: Sitting) -> None:
    """A50: the office sends somebody; how many is a setting."""
    year = timezone.localdate().year
    least = int(rule_settings.value_of("min_witnesses", sitting.authority, year))
    count = sitting.witnesses.count()
    if count < least:
        raise RuleError(f"本单位要求至少 {least} 位监督人，现有 {count} 位，请先指定监督人再锁定。")


def _require_independent(sitting: Sitting, user: User) -> None:
    """Who runs the draw or organised the task does not witness it (A50; 按件回避)."""
    if not user.has_role_at(sitting.authority_id, Role.WITNESS):
        raise RuleError(f"{user.full_name}没有“摇号监督人”角色，请系统管理员授予后再指定。")
    if user.pk == sitting.operator_id:
        raise Forbidden(f"{user.full_name}是本次摇号的操作人，不能同时担任监督人，请另行指定。")
    organised = sitting.tasks.filter(created_by=user).first()
    if organised is not None:
        raise Forbidden(
            f"{user.full_name}是任务“{organised.name}”的经办人，不能监督自己经办的任务，请另行指定。"
        )


def _require_not_witness(sitting: Sitting, actor: User) -> None:
    if sitting.witnesses.filter(user=actor).exists():
        raise Forbidden("您是本次摇号的监督人，不能同时操作锁定或计算，请由操作人办理。")


def _require_purpose(sitting: Sitting, purpose: str) -> None:
    if sitting.purpose != purpose:
        raise RuleError(
            f"这次摇号会的内容是“{sitting.get_purpose_display()}”，请在对应的页面办理。"
        )


def _own_place(sitting: Sitting, actor: User) -> SittingWitness:
    witness = sitting.witnesses.select_for_update().filter(user=actor).first()
    if witness is None:
        raise Forbidden("您不是本次摇号指定的监督人，不能代替监督人办理。")
    return witness


def _beacon_form(source: str, value: str) -> str:
    if source == "cwl-kl8":
        words = value.replace("，", " ").replace(",", " ").replace(".", " ").split()
        value = lottery.kl8_value(word.zfill(2) for word in words)
    return lottery.check_value(source, value.lower() if source == "drand-quicknet" else value)
