"""An entity with a visit still open that is inspected often: whoever arranges visits can merge, put off or leave out (A99)."""

from datetime import date

from django.urls import reverse

from bureau.models import Role, User
from bureau.selectors.waiting import WaitingItem
from registry.selectors import frequent


def for_user(user: User, today: date) -> list[WaitingItem]:
    """One line for one's own authority; a constant number of queries."""
    if not user.has_role(Role.ORGANISER, Role.COORDINATOR) or user.home is None:
        return []
    count = frequent.waiting(user.home, user, today)
    if not count:
        return []
    return [
        WaitingItem(
            verb="合并或调整高频检查",
            url=reverse("inspections:frequent-list"),
            st="soon",
            word="高频检查",
            subject=f"{count} 户短期内多次检查或接近年度上限",
            note="还有在办的检查，可以合并、改期",
            module="检查",
        )
    ]
