"""更正 as its pages, its printed form and the public page need it (A81)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from bureau.services import wordings
from inspections.rules.corrected import Result
from inspections.rules.outcomes import public_label
from inspections.selectors.records import method_labels
from publication.models import Correction
from publication.rules.forms_correction import CORRECTION_FORM


@dataclass(frozen=True)
class Difference:
    """One line of the comparison 更正前后对照."""

    label: str
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def rows() -> "QuerySet[Correction]":
    return Correction.objects.select_related(
        "authority",
        "objection",
        "record",
        "visit_matter__visit__entity",
        "visit_matter__visit__unit",
        "visit_matter__matter",
        "visit_matter__task",
        "requested_by",
        "decided_by",
    )


def waiting(authority_ids: Collection[Any]) -> "QuerySet[Correction]":
    """Those that wait for the head, the oldest first."""
    found = rows().filter(authority_id__in=authority_ids, state=Correction.State.REQUESTED)
    return found.order_by("requested_at", "id")


def printed(row: Correction) -> dict[str, Any]:
    """What 结果更正审批表 prints, in the bureau's wording (A81)."""
    form = wordings.of(CORRECTION_FORM.key, row.authority)
    return {"row": row, "differences": differences(row), "form": form}


def differences(row: Correction) -> list[Difference]:
    """更正前后对照, every part of the result on one line."""
    before, after = Result.from_json(row.before), Result.from_json(row.after)
    return [
        Difference("检查结果", public_label(before.codes), public_label(after.codes)),
        Difference(
            "检查方式", method_labels(list(before.methods)), method_labels(list(after.methods))
        ),
        Difference("结果说明", before.note or "无", after.note or "无"),
        Difference("发现的问题", _findings(before), _findings(after)),
    ]


def _findings(result: Result) -> str:
    lines = [
        f"{number}．{fact}（依据：{basis}）{'现场措施：' + measure if measure else ''}"
        for number, (fact, basis, measure) in enumerate(result.findings, 1)
    ]
    return "\n".join(lines) or "无"
