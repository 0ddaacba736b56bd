"""A list drawn on a superior's platform: taken over with its number and receipt, never recomputable here (A108)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from bureau import audit
from bureau.errors import RuleError
from bureau.models import StoredFile, User
from bureau.services import files, transitions
from planning.models import Pick, Task
from planning.rules.processes import TASK
from registry.models import Listing
from registry.rules.cells import as_text
from registry.rules.columns import ENTITY_COLUMNS
from registry.rules.texts import clean, half_width
from registry.services.imports import reading

_CODE = (replace(ENTITY_COLUMNS[0], group="", needed=True),)
_MOST = 20_000


@dataclass(frozen=True)
class CodeRow:
    """One code and where it stood: the line of the paste or the row of the sheet."""

    row: int
    code: str


def codes_of_text(text: str) -> list[CodeRow]:
    """One code a line, in the first column of what was pasted from a table."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        cells = half_width(line).replace(",", "\t").replace(";", "\t").split("\t")
        code = _normal(next((cell for cell in cells if cell.strip()), ""))
        if code and any(character.isdigit() for character in code):
            found.append(CodeRow(number, code))
    return found


def codes_of_file(content: bytes) -> list[CodeRow]:
    """The code column of an .xlsx or CSV. Raises reading.Refused when there is no such column."""
    roster = reading.choose(reading.read(content, is_csv=not content.startswith(b"PK")), _CODE)
    place = roster.match.places["code"]
    found = []
    for row in roster.rows:
        code = _normal(as_text(row.cells[place]) if place < len(row.cells) else "")
        if code:
            found.append(CodeRow(row.number, code))
    return found


def import_lists(
    *,
    task: Task,
    codes: Sequence[CodeRow],
    receipt: str,
    actor: User,
    file: StoredFile | None = None,
) -> int:
    """Picks without a draw, in the platform's order; the task is then drawn. Returns how many.

    Raises RuleError naming row and code of everything that is unknown or stands twice: nothing is taken over then.
    """
    receipt = receipt.strip()
    if not receipt:
        raise RuleError("请填写平台回执（回执编号或下发通知文号），名单以此为据。")
    if not codes:
        raise RuleError("没有读到代码。请每行粘贴一个代码，或上传带“统一社会信用代码”列的表格。")
    if len(codes) > _MOST:
        raise RuleError(f"一次最多导入 {_MOST} 户，现为 {len(codes)} 户，请核对名单。")
    with transaction.atomic():
        rows = Task.objects.select_related("authority")
        row: Task = transitions.begin(TASK, rows, task.pk, "import_lists", actor)[0]
        if row.draw_source != Task.DrawSource.PLATFORM:
            raise RuleError(
                "本任务在本系统摇号，不能导入平台名单。请在任务设置中改为上级平台抽取。"
            )
        if not row.matters.exists():
            raise RuleError("任务还没有抽查事项，请先选择事项。")
        listings = _listings(row, codes)
        _refuse_unknown(codes, listings)
        executing = list(
            row.participants.filter(part="executing").values_list("agency_id", flat=True)
        )
        only = executing[0] if len(executing) == 1 else None
        Pick.objects.bulk_create(
            [
                Pick(
                    authority=row.authority,
                    task=row,
                    entity_id=listings[code.code].entity_id,
                    unit_id=only or listings[code.code].unit_id,
                    rank=rank,
                )
                for rank, code in enumerate(codes, 1)
            ],
            batch_size=1000,
        )
        row.state, row.drawn_at, row.platform_receipt = Task.State.DRAWN, timezone.now(), receipt
        row.save(update_fields=["state", "drawn_at", "platform_receipt"])
        audit.record(
            "task.lists_imported",
            f"导入{row.platform_name}抽取名单 {len(codes)} 户（不可复算）",
            target=row,
            actor=actor,
            detail={
                "number": row.platform_number,
                "receipt": receipt,
                "count": len(codes),
                "file": file.sha256 if file else "",
            },
        )
        return len(codes)


def read_upload(
    *, task: Task, upload: object, name: str, actor: User
) -> tuple[list[CodeRow], StoredFile]:
    """Keeps the uploaded list with its digest and reads its codes. Raises RuleError, reading.Refused."""
    stored = files.store(
        upload=upload,  # type: ignore[arg-type]
        name=name,
        authority=task.authority,
        by=actor,
        accept=("xlsx", "csv"),
    )
    return codes_of_file(files.read(stored)), stored


def _normal(text: str) -> str:
    return half_width(clean(text).text).strip().upper()


def _listings(task: Task, codes: Sequence[CodeRow]) -> dict[str, Listing]:
    wanted = {row.code for row in codes}
    found: dict[str, Listing] = {}
    for listing in (
        Listing.objects.filter(authority_id=task.authority_id)
        .in_pool()
        .filter(Q(entity__code__in=wanted) | Q(entity__public_code__in=wanted))
        .select_related("entity")
    ):
        found.setdefault(listing.entity.code, listing)
        found.setdefault(listing.entity.public_code, listing)
    return found


def _refuse_unknown(codes: Sequence[CodeRow], listings: Mapping[str, Listing]) -> None:
    unknown = [row for row in codes if row.code not in listings]
    if unknown:
        named = "；".join(f"第 {row.row} 行“{row.code}”" for row in unknown[:20])
        more = f"等共 {len(unknown)} 户" if len(unknown) > 20 else ""
        raise RuleError(
            f"名录库中没有这些代码：{named}{more}。请核对代码，或先在名录库登记后再导入；本次没有导入任何一户。"
        )
    seen: dict[int, CodeRow] = {}
    for row in codes:
        entity = listings[row.code].entity_id
        if entity in seen:
            raise RuleError(
                f"第 {row.row} 行“{row.code}”与第 {seen[entity].row} 行是同一对象，请删去一行后再导入。"
            )
        seen[entity] = row
