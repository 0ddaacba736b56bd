"""回避: which people may not go to which entities (A57)."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from registry.models import Recusal


def in_force(
    inspector_ids: Collection[int],
    entity_ids: Collection[int],
    expert_ids: Collection[int] = (),
) -> QuerySet[Recusal]:
    """Recusals that bind between these people and these entities, with both loaded. One query. Basis: A57 (002 二十一)."""
    return _between(inspector_ids, entity_ids, expert_ids).filter(state=Recusal.State.IN_FORCE)


def lifted_pairs(
    inspector_ids: Collection[int], entity_ids: Collection[int]
) -> set[tuple[int, int]]:
    """(inspector, entity) where a person decided that there is nothing: a namesake found by rule no longer binds."""
    rows = _between(inspector_ids, entity_ids, ()).filter(state=Recusal.State.LIFTED)
    return {
        (inspector_id, entity_id)
        for inspector_id, entity_id in rows.values_list("inspector_id", "entity_id")
        if inspector_id is not None
    }


def lifted_expert_pairs(
    expert_ids: Collection[int], entity_ids: Collection[int]
) -> set[tuple[int, int]]:
    """The same for experts; no query without any."""
    if not expert_ids:
        return set()
    rows = _between((), entity_ids, expert_ids).filter(state=Recusal.State.LIFTED)
    return {
        (expert_id, entity_id)
        for expert_id, entity_id in rows.values_list("expert_id", "entity_id")
        if expert_id is not None
    }


def _between(
    inspector_ids: Collection[int], entity_ids: Collection[int], expert_ids: Collection[int]
) -> QuerySet[Recusal]:
    return Recusal.objects.filter(
        Q(inspector_id__in=list(inspector_ids)) | Q(expert_id__in=list(expert_ids)),
        entity_id__in=list(entity_ids),
    ).select_related("inspector", "expert", "entity")
