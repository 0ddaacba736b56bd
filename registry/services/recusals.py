"""回避: declared by the person or entered for them; lifted when it proves to be nothing (A57)."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from bureau import audit
from bureau.errors import Conflict, RuleError
from bureau.models import Agency, User
from registry.models import Entity, Expert, Inspector, Recusal


def declare(
    *,
    authority: Agency,
    person: Inspector | Expert,
    entity: Entity,
    reason: str,
    note: str,
    actor: User,
) -> Recusal:
    """The tie in force between a person and an entity; one that is registered already is returned as it is.

    Raises RuleError for an unknown reason. Basis: A57 (002 二十一, 方案四).
    """
    if reason not in Recusal.Reason.values:
        raise RuleError("请选择回避事由。")
    who = {"inspector": person} if isinstance(person, Inspector) else {"expert": person}
    with transaction.atomic():
        existing = Recusal.objects.filter(
            **who, entity=entity, state=Recusal.State.IN_FORCE
        ).first()
        if existing is not None:
            return existing
        try:
            with transaction.atomic():
                recusal = Recusal.objects.create(
                    authority=authority,
                    entity=entity,
                    reason=reason,
                    note=note.strip(),
                    declared_by=actor,
                    **who,
                )
        except IntegrityError as taken:
            raise Conflict("刚刚已有人登记了此人对该对象的回避，请刷新页面查看。") from taken
        audit.record(
            "recusal.declared",
            f"登记回避：{person}对{entity}，{recusal.get_reason_display()}",
            target=recusal,
            actor=actor,
            about=[person, entity],
            detail={"reason": reason, "note": recusal.note},
        )
    return recusal


def lift(*, recusal: Recusal, note: str, actor: User) -> Recusal:
    """Ends a recusal with the reason why nothing binds any more. Raises Conflict when it was lifted before."""
    if not note.strip():
        raise RuleError("请写明解除回避的理由。")
    with transaction.atomic():
        row = Recusal.objects.select_for_update(of=("self",)).get(pk=recusal.pk)
        if row.state == Recusal.State.LIFTED:
            raise Conflict("这项回避已经解除。")
        row.state, row.lifted_at = Recusal.State.LIFTED, timezone.now()
        row.save(update_fields=["state", "lifted_at"])
        audit.record(
            "recusal.lifted",
            f"解除回避：{note.strip()}",
            target=row,
            actor=actor,
            about=[row.inspector or row.expert or row.entity, row.entity],
            detail={"note": note.strip()},
        )
    return row
