from inspections.models.record import (
    ChecklistAnswer,
    DeemedDone,
    Disposal,
    Evidence,
    Finding,
    Signature,
)
from inspections.models.visit import (
    InspectionOrder,
    Notice,
    Replacement,
    TeamMember,
    TeamSitting,
    Visit,
    VisitMatter,
)

__all__ = [
    "ChecklistAnswer",
    "DeemedDone",
    "Disposal",
    "Evidence",
    "Finding",
    "InspectionOrder",
    "Notice",
    "Replacement",
    "Signature",
    "TeamMember",
    "TeamSitting",
    "Visit",
    "VisitMatter",
]
