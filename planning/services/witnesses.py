"""摇号监督人: who may watch a draw, named before the lock (A50: 003 二(三))."""

from django.db import transaction
from django.utils import timezone

from bureau import audit
from bureau.errors import Forbidden, RuleError
from bureau.models import Role, User
from bureau.selectors import rule_settings
from bureau.services import notifications, transitions
from planning.models import Sitting, SittingWitness
from planning.rules import sittings as rules
from planning.selectors import separation
from planning.services.sitting_desks import require_desk

OFFICE = "局办公室监督人员"


@transaction.atomic
def add_witness(
    *, sitting: Sitting, user: User, actor: User, capacity_text: str = OFFICE
) -> SittingWitness:
    """Names a witness, who then holds the next place. Raises Forbidden for who runs the sitting or organised a task (A50)."""
    sitting, _ = transitions.begin(
        rules.process_of(sitting.purpose), Sitting.objects.all(), sitting.pk, "change", actor
    )
    require_desk(sitting, actor)
    require_independent(sitting, user)
    last = sitting.witnesses.order_by("-position").first()
    if sitting.witnesses.filter(user=user).exists():
        raise RuleError(f"{user.full_name}已经是本次摇号的监督人。")
    witness = SittingWitness.objects.create(
        sitting=sitting,
        user=user,
        position=last.position + 1 if last else 1,
        capacity_text=capacity_text.strip() or OFFICE,
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
    require_desk(sitting, actor)
    audit.record(
        "sitting.witness-removed",
        f"取消监督人：{witness.user.full_name}",
        target=sitting,
        actor=actor,
    )
    sitting.witnesses.filter(pk=witness.pk).delete()


@transaction.atomic
def take_over(*, sitting: Sitting, before: Sitting, actor: User) -> list[SittingWitness]:
    """Names those who watched `before` (the entity draws of the same tasks) for this sitting too, in the same order.

    Raises RuleError when nobody is left to name, Forbidden when one of them now runs the draw.
    """
    held = set(sitting.witnesses.values_list("user_id", flat=True))
    rows = before.witnesses.select_related("user").exclude(user__in=held)
    made = [
        add_witness(sitting=sitting, user=row.user, actor=actor, capacity_text=row.capacity_text)
        for row in rows
        if row.user.has_role_at(sitting.authority_id, Role.WITNESS)
    ]
    if not made:
        raise RuleError("上一场的监督人都已指定，或已没有监督人角色，请逐一指定。")
    return made


def require_enough(sitting: Sitting) -> None:
    """A50: the office sends somebody; how many is a setting."""
    year = timezone.localdate().year
    least = int(rule_settings.value_of("min_witnesses", sitting.authority, year))
    count = sitting.witnesses.count()
    if count < least:
        raise RuleError(f"本单位要求至少 {least} 位监督人，现有 {count} 位，请先指定监督人再锁定。")


def require_independent(sitting: Sitting, user: User) -> None:
    """Who runs the draw or organised the task does not witness it (A50; 按件回避)."""
    if not user.has_role_at(sitting.authority_id, Role.WITNESS):
        raise RuleError(f"{user.full_name}没有“摇号监督人”角色，请系统管理员授予后再指定。")
    if user.pk == sitting.operator_id:
        raise Forbidden(f"{user.full_name}是本次摇号的操作人，不能同时担任监督人，请另行指定。")
    organised = separation.set_up_by(sitting.tasks.all()).get(user.pk)
    if organised is not None:
        raise Forbidden(
            f"{user.full_name}经办过任务“{organised.name}”，不能监督自己经办的任务，请另行指定。"
        )


def require_not_witness(sitting: Sitting, actor: User) -> None:
    """Raises Forbidden for a witness who would lock or compute."""
    if sitting.witnesses.filter(user=actor).exists():
        raise Forbidden("您是本次摇号的监督人，不能同时操作锁定或计算，请由操作人办理。")


def own_place(sitting: Sitting, actor: User) -> SittingWitness:
    """The actor's own row, locked. Raises Forbidden for anybody else."""
    witness = sitting.witnesses.select_for_update().filter(user=actor).first()
    if witness is None:
        raise Forbidden("您不是本次摇号指定的监督人，不能代替监督人办理。")
    return witness
