"""Certificates that run out: the inspector and those who keep the pool are told once before and once after (A19, A100)."""

from datetime import date, timedelta

from django.urls import reverse

from bureau.models import Agency, Role
from bureau.selectors import rule_settings
from bureau.services import notifications
from registry.models import Inspector


def warn_expiring(*, today: date) -> int:
    """Notices for certificates that end within the setting's days or have ended; returns how many are new."""
    authorities = Agency.objects.filter(kind=Agency.Kind.AUTHORITY, is_active=True)
    return sum(_warn(authority, today) for authority in authorities)


def _warn(authority: Agency, today: date) -> int:
    days = rule_settings.value_of("certificate_warning_days", authority, today.year)
    ending = Inspector.objects.filter(
        authority=authority,
        state=Inspector.State.ACTIVE,
        certificate_expires_on__lte=today + timedelta(days=days),
    ).select_related("user", "unit")
    keepers = None
    told = 0
    for inspector in ending:
        if keepers is None:
            keepers = notifications.holders(authority=authority, roles=[Role.DIVISION_ADMIN])
        expired = inspector.certificate_expires_on < today
        stage = "expired" if expired else "expiring"
        users = {user.pk: user for user in (*keepers, inspector.user) if user is not None}
        told += notifications.notify(
            users=users.values(),
            key=f"certificate:{inspector.pk}:{inspector.certificate_expires_on}:{stage}",
            text=_text(inspector, expired),
            url=reverse("registry:inspector-detail", kwargs={"pk": inspector.pk}),
            authority=authority,
            is_urgent=expired,
        )
    return told


def _text(inspector: Inspector, expired: bool) -> str:
    day = inspector.certificate_expires_on.isoformat()
    who = f"{inspector.name}（{inspector.unit.short_name}，执法证 {inspector.certificate_no}）"
    if expired:
        return f"{who}的执法证已于 {day} 到期，不再参加匹配。换证后请更新有效期。"
    return f"{who}的执法证将于 {day} 到期，请及时换证并更新有效期。"
