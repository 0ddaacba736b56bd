"""What of 一单两库 waits for a person."""

from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone

from bureau.models import Role, User
from bureau.selectors import calendar, rule_settings
from bureau.selectors.waiting import WaitingItem
from registry.models import ImportBatch, Inspector


def for_user(user: User, today: date) -> list[WaitingItem]:
    """Imports to check, and certificates running out, for those who keep the pools."""
    if not user.has_role(Role.DIVISION_ADMIN, Role.ORGANISER, Role.SYSTEM_ADMIN):
        return []
    return [*_imports(user), *_certificates(user, today)]


def _imports(user: User) -> list[WaitingItem]:
    batches = ImportBatch.objects.filter(
        uploaded_by=user, state=ImportBatch.State.STAGED
    ).select_related("file")[:20]
    return [
        WaitingItem(
            verb="核对并写入导入", url=reverse("registry:import-detail", kwargs={"pk": batch.pk}), st="wait", word="待核对",
            subject=batch.file.name, note=f"新增 {batch.new}，变更 {batch.changed}，有错误 {batch.errors}", module="一单两库",
            since=timezone.localdate(batch.uploaded_at),
        )
        for batch in batches
    ]  # fmt: skip


def _certificates(user: User, today: date) -> list[WaitingItem]:
    if not user.has_role(Role.DIVISION_ADMIN):
        return []
    days = rule_settings.value_of("certificate_warning_days", user.home, today.year)
    units = [s.agency_id for s in user.seats if s.role == Role.DIVISION_ADMIN]
    rows = Inspector.objects.filter(
        authority_id__in=user.own_authority_ids,
        state=Inspector.State.ACTIVE,
        certificate_expires_on__lte=today + timedelta(days=days),
    ).filter(unit_id__in=units)
    known = calendar.calendar()
    return [
        WaitingItem(
            verb="更新执法证", url=reverse("registry:inspector-detail", kwargs={"pk": row.pk}),
            st="bad" if row.certificate_expires_on < today else "soon",
            word="已过期" if row.certificate_expires_on < today else "快到期", subject=row.name, note=f"执法证 {row.certificate_no}",
            module="一单两库", due=calendar.due(row.certificate_expires_on, today, known=known),
        )
        for row in rows
    ]  # fmt: skip
