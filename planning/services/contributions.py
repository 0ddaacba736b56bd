"""What is given after the lock: commitments, digits, the beacon's value (DRAW §3, §4). Each once, each in its own time."""

from collections.abc import Mapping
from functools import partial

from django.db import IntegrityError, transaction
from django.utils import timezone

import lottery
from bureau import audit
from bureau.errors import Conflict, RuleError
from bureau.models import User
from bureau.services import transitions
from planning.models import Sitting, SittingWitness, WitnessCommitment
from planning.rules import sittings as rules
from planning.selectors import draws as reads
from planning.selectors import sittings as progress
from planning.services import draws, slips, witnesses
from planning.services.sitting_desks import require_desk


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
    witness = witnesses.own_place(sitting, actor)
    slips.require_out(sitting)
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
        detail={
            "commitments": {row.draw.number: row.value for row in rows},
            "device": rules.device_text(own_device),
        },
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
def open_digits(
    *, sitting: Sitting, digits: str, actor: User, salt: str = "", own_device: bool = True
) -> SittingWitness:
    """A witness opens digits and salt, after everybody has committed; one alone without a beacon gives digits only.

    `own_device` False: signed in again on the operator's.

    Raises RuleError unless they fit every commitment of this witness; Conflict when opened before.
    """
    sitting, _ = transitions.begin(
        rules.process_of(sitting.purpose), Sitting.objects.all(), sitting.pk, "open", actor
    )
    witness = witnesses.own_place(sitting, actor)
    if witness.opened_at is not None:
        raise Conflict("您的数字已经公布，不能更改。")
    slips.require_out(sitting)
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
    witness.opened_at, witness.opened_on_own = timezone.now(), own_device
    witness.save(update_fields=["digits", "salt", "opened_at", "opened_on_own"])
    audit.record(
        "sitting.opened",
        f"公布监督数字 {digits}" + ("" if own_device else "（在操作人设备上）"),
        target=sitting,
        actor=actor,
        role="摇号监督人",
        detail={
            "digits": digits,
            "salt": witness.salt,
            "device": rules.device_text(own_device),
        },
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
    require_desk(sitting, actor)
    if sitting.beacon_source == Sitting.Beacon.NONE or sitting.beacon_not_before is None:
        raise RuleError("本次摇号没有约定公共随机源，不能登记随机值。")
    due = rules.beacon_due(sitting.beacon_source, sitting.beacon_round, sitting.beacon_not_before)
    if timezone.now() < due:
        moment = timezone.localtime(due)
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


def given_so_far(sitting: Sitting) -> draws.Contributions:
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


def _beacon_form(source: str, value: str) -> str:
    if source == "cwl-kl8":
        words = value.replace("，", " ").replace(",", " ").replace(".", " ").split()
        value = lottery.kl8_value(word.zfill(2) for word in words)
    return lottery.check_value(source, value.lower() if source == "drand-quicknet" else value)
