from registry.models.entity import Entity, EntityRevision, Listing, SavedFilter, SpecialPool
from registry.models.imports import ImportBatch, ImportRow
from registry.models.inspector import Expert, Inspector, Recusal
from registry.models.ledger import FrozenUse, LedgerEntry
from registry.models.mark import RiskMark
from registry.models.matter import Checklist, ChecklistItem, Matter, MatterRevision

__all__ = [
    "Checklist",
    "ChecklistItem",
    "Entity",
    "EntityRevision",
    "Expert",
    "FrozenUse",
    "ImportBatch",
    "ImportRow",
    "Inspector",
    "LedgerEntry",
    "Listing",
    "Matter",
    "MatterRevision",
    "Recusal",
    "RiskMark",
    "SavedFilter",
    "SpecialPool",
]
