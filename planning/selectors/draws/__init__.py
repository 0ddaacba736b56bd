"""Reading draws: their files, their state, what must wait, the chain, results and the written record."""

from planning.selectors.draws.chains import chain, recurring_digits
from planning.selectors.draws.contents import (
    LISTS,
    FileRow,
    content,
    file_rows,
    files,
    public_file,
    stored,
    verdict,
)
from planning.selectors.draws.results import (
    DUTIES,
    ResultRow,
    ResultStratum,
    TeamRow,
    strata_with_result,
    team_rows,
)
from planning.selectors.draws.sealing import (
    BETRAYING_REASONS,
    betrayed_by,
    entity_ids,
    reveal_candidates,
    sealed_before,
)
from planning.selectors.draws.sheets import RecordSheet, SheetDraw, record_sheet
from planning.selectors.draws.states import (
    STATE_WORDS,
    beacon_value,
    exclusions,
    for_user,
    is_revealed,
    kinds,
    neighbours,
    seed_of,
    state_of,
    timeline,
)

__all__ = [
    "BETRAYING_REASONS",
    "DUTIES",
    "LISTS",
    "STATE_WORDS",
    "FileRow",
    "RecordSheet",
    "ResultRow",
    "ResultStratum",
    "SheetDraw",
    "TeamRow",
    "beacon_value",
    "betrayed_by",
    "chain",
    "content",
    "entity_ids",
    "exclusions",
    "file_rows",
    "files",
    "for_user",
    "is_revealed",
    "kinds",
    "neighbours",
    "public_file",
    "record_sheet",
    "recurring_digits",
    "reveal_candidates",
    "sealed_before",
    "seed_of",
    "state_of",
    "stored",
    "strata_with_result",
    "team_rows",
    "timeline",
    "verdict",
]
