"""Excel import: a file is read, every row staged and judged, then written in one transaction or dropped."""

from registry.services.imports import entities, inspectors, ledger, matters
from registry.services.imports.checking import sentence
from registry.services.imports.committing import COMMIT_JOB, commit, drop, start_commit
from registry.services.imports.kinds import ROLES, columns_of, committer, importer_of
from registry.services.imports.reading import Refused
from registry.services.imports.staging import (
    STAGE_JOB,
    is_busy,
    receive,
    restage,
    stage,
    store,
)

# Named here so that the four kinds of this app are registered with the package.
BUILT_IN = (entities.Entities, inspectors.Inspectors, matters.Matters, ledger.Ledger)
__all__ = [
    "BUILT_IN",
    "COMMIT_JOB",
    "ROLES",
    "STAGE_JOB",
    "Refused",
    "columns_of",
    "commit",
    "committer",
    "drop",
    "importer_of",
    "is_busy",
    "receive",
    "restage",
    "sentence",
    "stage",
    "start_commit",
    "store",
]
