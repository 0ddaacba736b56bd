"""检查结果与后续处置 (A94): the codes stand in registry, because a matter presets them; visits record them here."""

from registry.rules.outcomes import (
    DISPOSALS,
    GROUP_LABELS,
    OUTCOMES,
    Disposal,
    Outcome,
    OutcomeGroup,
    choices,
    preset_disposals,
    public_label,
    selection_problem,
)

__all__ = [
    "DISPOSALS",
    "GROUP_LABELS",
    "OUTCOMES",
    "Disposal",
    "Outcome",
    "OutcomeGroup",
    "choices",
    "preset_disposals",
    "public_label",
    "selection_problem",
]
