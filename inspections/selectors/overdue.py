"""逾期未办结的处置 by unit and by person: whoever delays can be named (A94b); as a page, CSV and Excel."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from openpyxl import Workbook

from bureau.models import User
from bureau.rules.spreadsheets import neutral
from inspections.models import Disposal
from inspections.rules.disposal_paths import STAGES
from inspections.selectors.disposals import measure_label

HEADS = (
    "单位",
    "处置编号",
    "检查对象",
    "抽查事项",
    "措施",
    "进展",
    "责任单位",
    "责任人",
    "期限",
    "逾期天数",
)
MOST = 20_000


@dataclass(frozen=True)
class Share:
    """What one unit or one person has open and late."""

    name: str
    sub: str
    open: int
    overdue: int
    days: int
    query: str


def rows(user: User, today: date) -> "QuerySet[Disposal]":
    """Open and past their deadline within the user's scope, the longest overdue first."""
    found: QuerySet[Disposal] = (
        Disposal.objects.visible_to(user)
        .filter(state=Disposal.State.OPEN, due_on__lt=today)
        .select_related(
            "authority",
            "responsible",
            "responsible_user",
            "visit_matter__visit__entity",
            "visit_matter__matter",
        )
    )
    return found


def by_unit(user: User, today: date) -> list[Share]:
    """Responsible units with something overdue, the worst first; one query."""
    return [
        Share(
            row["responsible__name"],
            row["authority__name"],
            row["n"],
            row["late"],
            (today - row["first"]).days,
            f"unit={row['responsible_id']}",
        )
        for row in _grouped(user, today, "responsible_id", "responsible__name", "authority__name")
    ]


def by_person(user: User, today: date) -> list[Share]:
    """The named persons; what no person was named for stands with its unit. One query."""
    return [
        Share(
            row["responsible_user__full_name"] or "未指定责任人",
            row["unit"],
            row["n"],
            row["late"],
            (today - row["first"]).days,
            f"person={row['responsible_user_id']}"
            if row["responsible_user_id"]
            else f"unit={row['responsible_id']}",
        )
        for row in _grouped(
            user,
            today,
            "responsible_user_id",
            "responsible_user__full_name",
            "responsible_id",
            unit=F("responsible__name"),
        )
    ]


def as_csv(user: User, today: date) -> bytes:
    """UTF-8 with its mark, so that a spreadsheet shows the characters."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADS)
    for line in _lines(user, today):
        writer.writerow(line)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(user: User, today: date) -> bytes:
    """The list, and who has how many."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("逾期清单")
    sheet.freeze_panes = "A2"
    sheet.append(list(HEADS))
    for line in _lines(user, today):
        sheet.append(line)
    for title, shares in (
        ("按责任单位", by_unit(user, today)),
        ("按责任人", by_person(user, today)),
    ):
        totals = book.create_sheet(title)
        totals.append(["名称", "所属", "未办结", "逾期", "最长逾期天数"])
        for share in shares:
            totals.append(
                [neutral(share.name), neutral(share.sub), share.open, share.overdue, share.days]
            )
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _grouped(user: User, today: date, *keys: str, **named: Any) -> Iterable[dict[str, Any]]:
    late = Q(due_on__lt=today)
    groups = (
        Disposal.objects.visible_to(user)
        .filter(state=Disposal.State.OPEN)
        .order_by()
        .values(*keys, **named)
        .annotate(n=Count("pk"), late=Count("pk", filter=late), first=Min("due_on"))
        .filter(late__gt=0)
        .order_by("-late", "first", keys[0])
    )
    return list(groups)


def _lines(user: User, today: date) -> Iterable[list[Any]]:
    for row in rows(user, today).order_by("due_on", "id")[:MOST]:
        words = (
            row.authority.name,
            row.number,
            row.visit_matter.visit.entity.name,
            row.visit_matter.matter.name,
            measure_label(row.measure),
            STAGES.get(row.stage, row.stage),
            row.responsible.name,
            row.responsible_user.full_name if row.responsible_user else "",
        )
        yield [
            *(neutral(word) for word in words),
            row.due_on.isoformat(),
            (today - row.due_on).days,
        ]
