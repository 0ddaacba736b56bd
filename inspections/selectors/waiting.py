"""What waits for a person in this app: its parts joined for the 工作台."""

from datetime import date

from bureau.models import User
from bureau.selectors.waiting import WaitingItem
from inspections.selectors import (
    waiting_before,
    waiting_dispatch,
    waiting_disposals,
    waiting_evidence,
    waiting_fieldwork,
    waiting_frequent,
)


def for_user(user: User, today: date) -> list[WaitingItem]:
    """Everything from dispatch to closing that this person can do now."""
    return [
        *waiting_dispatch.for_user(user, today),
        *waiting_before.for_user(user, today),
        *waiting_fieldwork.for_user(user, today),
        *waiting_disposals.for_user(user, today),
        *waiting_evidence.for_user(user, today),
        *waiting_frequent.for_user(user, today),
    ]
