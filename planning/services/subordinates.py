"""A superior draws from its subordinates' pools, and they inspect what is drawn of them (A15)."""

from collections.abc import Sequence

from django.db import transaction

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, RuleError
from bureau.models import Role, User
from planning.models import Task, TaskParticipant
from planning.selectors import shares as selectors
from planning.services.pools import ask_keepers

Part = TaskParticipant.Part


def choose(*, task: Task, owners: Sequence[int], actor: User) -> Task:
    """Whose listings this draft draws from; nobody: the own pool again. The chosen ones also carry the visits out.

    Raises RuleError for an agency that is no legal person directly below, Conflict once the task is no draft,
    Forbidden without the organiser's role. Basis: A15 (004 二(二)).
    """
    with transaction.atomic():
        rows = Task.objects.select_for_update(of=("self",)).select_related("authority")
        row: Task = rows.get(pk=task.pk)
        require(actor, row.authority_id, Role.ORGANISER)
        if row.state != Task.State.DRAFT:
            raise Conflict(
                f"任务现在是“{row.get_state_display()}”，名录来源不能再改。请先退回草稿。"
            )
        if row.draw_source != Task.DrawSource.OWN:
            raise RuleError("名单不在本系统抽取的任务，不选择下级名录库。")
        chosen = list(selectors.subordinates(row.authority).filter(pk__in=owners))
        if len(chosen) != len(set(owners)):
            raise RuleError("只能选择直接下级单位的名录库，请重新选择。")
        before = list(row.participants.filter(part=Part.POOL).values_list("agency_id", flat=True))
        row.participants.filter(agency__in=before).delete()
        TaskParticipant.objects.bulk_create(
            TaskParticipant(task=row, agency=agency, part=part)
            for agency in chosen
            for part in (Part.POOL, Part.EXECUTING)
        )
        names = "、".join(agency.name for agency in chosen)
        audit.record(
            "task.pools_chosen",
            f"从下级名录库抽取：{names}" if names else "改为从本单位名录库抽取",
            target=row,
            actor=actor,
            about=chosen,
            detail={"before": before, "after": [agency.code for agency in chosen]},
        )
        if row.scheme.strip():
            ask_keepers(task=row)
        return row
