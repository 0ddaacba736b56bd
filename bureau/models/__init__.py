from bureau.models.agency import Agency
from bureau.models.audit import AuditEvent, AuditSeal, Checkpoint
from bureau.models.region import Region
from bureau.models.setting import CalendarDay, RuleSetting
from bureau.models.user import Membership, Role, User
from bureau.models.wording import DocumentWording
from bureau.models.work import Job, Notification, NumberSeries, OutboxMessage, StoredFile

__all__ = [
    "Agency",
    "AuditEvent",
    "AuditSeal",
    "CalendarDay",
    "Checkpoint",
    "DocumentWording",
    "Job",
    "Membership",
    "Notification",
    "NumberSeries",
    "OutboxMessage",
    "Region",
    "Role",
    "RuleSetting",
    "StoredFile",
    "User",
]
