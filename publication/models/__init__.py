from publication.models.bundle import PublicBundle
from publication.models.firm import FirmRating, FirmRequest, RatedNotice
from publication.models.objection_paper import ObjectionPaper
from publication.models.penalty import Penalty
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
    "ObjectionPaper",
    "Penalty",
    "PublicBundle",
    "PublicEntry",
    "PublicRecord",
    "PublicationDay",
    "Push",
    "PushPackage",
    "PushTarget",
    "RatedNotice",
]
