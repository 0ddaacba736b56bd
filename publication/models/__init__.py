from publication.models.record import (
    Correction,
    Nondisclosure,
    Objection,
    PublicEntry,
    PublicRecord,
)

__all__ = ["Correction", "Nondisclosure", "Objection", "PublicEntry", "PublicRecord"]
