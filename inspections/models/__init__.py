from inspections.models.cases import (
    ContactAttempt,
    DeemedReport,
    ListCheck,
    MergeConsent,
    Transfer,
)
from inspections.models.delivery import FieldDelivery
from inspections.models.dossier import Dossier
from inspections.models.record import (
    ChecklistAnswer,
    DeemedDone,
    Disposal,
    Evidence,
    Finding,
    Signature,
)
from inspections.models.team import PoolConsent, Replacement, TeamMember, TeamSitting
from inspections.models.visit import InspectionOrder, Notice, Visit, VisitMatter

__all__ = [
    "ChecklistAnswer",
    "ContactAttempt",
    "DeemedDone",
    "DeemedReport",
    "Disposal",
    "Dossier",
    "Evidence",
    "FieldDelivery",
    "Finding",
    "InspectionOrder",
    "ListCheck",
    "MergeConsent",
    "Notice",
    "PoolConsent",
    "Replacement",
    "Signature",
    "TeamMember",
    "TeamSitting",
    "Transfer",
    "Visit",
    "VisitMatter",
]
