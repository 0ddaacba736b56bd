"""Telling people: one row per person and key, however often the job that tells them runs."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from bureau.models import Agency, Notification, User


def notify(
    *,
    users: Iterable[User],
    key: str,
    text: str,
    url: str = "",
    authority: Agency | None = None,
    is_urgent: bool = False,
) -> int:
    """Writes the notice for everybody who does not have it yet; returns how many are new."""
    before = Notification.objects.filter(key=key).count()
    Notification.objects.bulk_create(
        [
            Notification(
                user=user,
                authority=authority,
                key=key,
                text=text[:300],
                url=url,
                is_urgent=is_urgent,
            )
            for user in users
        ],
        ignore_conflicts=True,
    )
    return Notification.objects.filter(key=key).count() - before


def holders(*, authority: Agency, roles: Iterable[str], unit: Agency | None = None) -> list[User]:
    """Active people who hold one of `roles` at the authority (or at this unit of it)."""
    today = timezone.localdate()
    seats = Q(
        memberships__role__in=list(roles),
        memberships__from_on__lte=today,
        memberships__agency__authority=authority,
    ) & (Q(memberships__to_on__isnull=True) | Q(memberships__to_on__gte=today))
    if unit is not None and unit.pk != authority.pk:
        seats &= Q(memberships__agency=unit)
    return list(User.objects.filter(seats, is_active=True).distinct())


def mark_read(*, user: User, notification: Notification | None = None) -> int:
    """Marks one, or all, of this person's notices as read."""
    rows = Notification.objects.filter(user=user, read_at__isnull=True)
    if notification is not None:
        rows = rows.filter(pk=notification.pk)
    return rows.update(read_at=timezone.now())
