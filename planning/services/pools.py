"""每次抽查前对“两库”更新确认 (A18): by the keepers of the pools, not by who organises the task."""

from datetime import date

from django.db import transaction
from django.urls import reverse

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Agency, Role, User
from bureau.services import notifications
from planning.models import PoolConfirmation, Task
from planning.selectors import pool_confirmations, pool_parts


def confirm(*, task: Task, pool: str, actor: User, today: date) -> PoolConfirmation:
    """Stores who confirmed the pool as it stands: its count and fingerprint.

    Raises Forbidden to the task's own organiser (naming who may), RuleError for an empty pool, Conflict after the lock.
    """
    with transaction.atomic():
        row = (
            Task.objects.select_for_update(of=("self",)).select_related("authority").get(pk=task.pk)
        )
        owner_id = _part_of(row, actor)
        if actor.pk == row.created_by_id:
            raise Forbidden(
                f"任务由您经办，两库须由名录库管理人员确认。可以确认的有：{keepers_text(row)}。"
            )
        has_supplement = row.supplements.filter(sitting__state="prepared").exists()
        if row.state not in {Task.State.DRAFT, Task.State.READY} and not has_supplement:
            raise Conflict(f"任务现在是“{row.get_state_display()}”，不用再确认两库。")
        if row.draw_source == Task.DrawSource.PLATFORM:
            raise RuleError("上级平台抽取的任务，名录在平台上确认，本系统不用再确认。")
        label = str(PoolConfirmation.Pool(pool).label)
        count, fingerprint = pool_confirmations.fingerprint(row, pool, today, owner_id)
        if not count:
            raise RuleError(f"{label}中没有符合本任务的记录，不能确认。请先更新名录库。")
        confirmation = PoolConfirmation.objects.create(
            task=row,
            pool=pool,
            confirmed_by=actor,
            count=count,
            fingerprint=fingerprint,
            authority_id=owner_id,
        )
        audit.record(
            "pool.confirmed",
            f"确认{label}（{count}）",
            target=row,
            actor=actor,
            detail={"pool": pool, "count": count, "fingerprint": fingerprint},
        )
        return confirmation


def require_confirmed(*, task: Task, today: date) -> None:
    """Both pools are confirmed as they stand now (A18). Raises RuleError naming pool, change and who has to confirm."""
    waiting = [pool for pool in pool_confirmations.confirmations(task, today) if not pool.is_fresh]
    if not waiting:
        return
    sentences = []
    for pool in waiting:
        last = pool.confirmation
        if last is None:
            sentences.append(f"{pool.label}还没有确认。")
        else:
            sentences.append(
                f"{pool.label}在{last.confirmed_by.full_name}确认之后有变动"
                f"（确认时 {last.count}，现为 {pool.count}），须重新确认。"
            )
    raise RuleError(
        f"任务“{task.name}”：{''.join(sentences)}请由{keepers_text(task)}在任务页确认。"
    )


def ask_keepers(*, task: Task) -> int:
    """Tells the keepers that this task waits for them; each of them once."""
    keepers = [user for user in _keepers(task) if user.pk != task.created_by_id]
    return notifications.notify(
        users=keepers,
        key=f"pool:{task.pk}",
        text=f"任务“{task.name}”等待确认两库，请核对名录后确认。",
        url=reverse("planning:task-detail", args=[task.pk]),
        authority=task.authority,
    )


def keepers_text(task: Task) -> str:
    """Who may confirm, by name; what to do when there is nobody."""
    names = [user.full_name for user in _keepers(task) if user.pk != task.created_by_id]
    if not names:
        return "内设机构管理员（目前没有任务经办以外的人担任，请系统管理员指定一人）"
    return f"内设机构管理员{'、'.join(names[:6])}"


def keepers_of(task: Task) -> list[User]:
    """Who may confirm the pools of this authority's tasks."""
    return _keepers(task)


def _keepers(task: Task) -> list[User]:
    """Those of the task's own authority, or of each subordinate whose pool a superior draws from (A15)."""
    owners = Agency.objects.filter(pk__in=pool_parts.owners_of(task)).order_by("code")
    return [
        user
        for owner in list(owners) or [task.authority]
        for user in notifications.holders(authority=owner, roles=[Role.DIVISION_ADMIN])
    ]


def _part_of(task: Task, actor: User) -> int | None:
    """Whose part of the pool this person confirms: None for the task's own authority. Raises Forbidden."""
    owners = pool_parts.owners_of(task)
    for owner in owners:
        if actor.has_role_at(owner, Role.DIVISION_ADMIN):
            return owner
    if owners:
        raise Forbidden(
            f"本任务从下级单位的名录库抽取，两库由名录所属单位确认。可以确认的有：{keepers_text(task)}。"
        )
    require(actor, task.authority_id, Role.DIVISION_ADMIN)
    return None
