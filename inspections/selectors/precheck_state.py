"""Whether a visit's 预查比对 is done, and whether the house asks for it (A63, A69)."""

from django.utils import timezone

from bureau.selectors import rule_settings
from inspections.models import PreCheck, Visit


def card(visit: Visit) -> PreCheck | None:
    """What the phone shows: the finished sheet, or None."""
    rows = PreCheck.objects.filter(visit=visit, done_at__isnull=False)
    return rows.select_related("done_by").first()


def is_required(visit: Visit) -> bool:
    year = timezone.localdate().year
    return str(rule_settings.value_of("precheck", visit.authority, year)) == "required"


def is_lacking(visit: Visit) -> bool:
    """Asked for by the house's rule, and not done."""
    return is_required(visit) and card(visit) is None
