from publication.models.firm import FirmRating, FirmRequest, RatedNotice
from publication.models.push import Push, PushPackage, PushTarget
from publication.models.record import (
    Correction,
    Nondisclosure,
    Objection,
    PublicEntry,
    PublicRecord,
)
from publication.models.schedule import PublicationDay

__all__ = [
    "Correction",
    "FirmRating",
    "FirmRequest",
    "Nondisclosure",
    "Objection",
    "PublicEntry",
    "PublicRecord",
    "PublicationDay",
    "Push",
    "PushPackage",
    "PushTarget",
    "RatedNotice",
]
