"""Draws of both kinds: freeze the lists, compute twice, reveal. What a kind of draw leads to is its caller's (DRAW §2–§5)."""

from bureau.errors import RuleError
from planning.selectors.draws import files
from planning.services.draws.computing import Contributions, compute
from planning.services.draws.freezing import freeze
from planning.services.draws.recording import announcement_of, note, said
from planning.services.draws.revealing import open_sealed, reveal, reveal_due
from planning.services.draws.voiding import check_reason, record_incomplete, void
from planning.services.draws.witnessing import publish_commitments

__all__ = [
    "Contributions",
    "RuleError",
    "announcement_of",
    "check_reason",
    "compute",
    "files",
    "freeze",
    "note",
    "open_sealed",
    "publish_commitments",
    "record_incomplete",
    "reveal",
    "reveal_due",
    "said",
    "void",
]
