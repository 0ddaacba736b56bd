"""报送数据包: what a platform without interface has not got yet, in its own columns, with contents and digests (A108)."""

import csv
import hashlib
import io
import zipfile
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from openpyxl import Workbook

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, RuleError
from bureau.models import Role, User
from bureau.rules.spreadsheets import neutral
from bureau.services import files, numbers
from publication.models import Push, PushPackage, PushTarget
from publication.rules import frozen
from publication.rules import pushing as rules
from publication.services.pushing import about

MOST = 10_000
ZIP = ("application/zip", ".zip")


def make(
    *, target: PushTarget, period_from: date, period_to: date, actor: User, today: date
) -> PushPackage:
    """Everything of the period that this platform has not been given. Raises RuleError when there is nothing, or too much.

    Of two who make it at once the second finds nothing left.
    """
    require(actor, target.authority_id, Role.PUBLISHER)
    if target.kind != PushTarget.Kind.EXCEL:
        raise RuleError(f"“{target.name}”由接口推送，不用制作数据包。")
    with transaction.atomic():
        row = PushTarget.objects.select_for_update().get(pk=target.pk)
        pushes = list(_waiting(row, period_from, period_to)[: MOST + 1])
        if not pushes:
            raise RuleError("这段时间没有还没报送的公示内容。请换一段时间，或查看以前的数据包。")
        if len(pushes) > MOST:
            raise RuleError(f"这段时间有超过 {MOST} 条，请把时间分短一些。")
        number = numbers.document_number(
            authority=row.authority, kind="push_package", label="报送", year=today.year
        )
        content = _zip(row, pushes, number)
        package: PushPackage = PushPackage.objects.create(
            authority=row.authority,
            target=row,
            number=number,
            period_from=period_from,
            period_to=period_to,
            count=len(pushes),
            file=files.store_bytes(
                content=content,
                name=f"{number}.zip",
                kind=ZIP[0],
                suffix=ZIP[1],
                authority=row.authority,
                by=actor,
            ),
            made_by=actor,
            made_at=timezone.now(),
        )
        Push.objects.filter(pk__in=[push.pk for push in pushes]).update(package=package)
        audit.record(
            "push_package.made",
            f"制作报送数据包 {number}：{row.name}，{len(pushes)} 条",
            target=package,
            actor=actor,
            detail={"sha256": package.file.sha256, "count": len(pushes)},
        )
        return package


def hand_over(
    *, package: PushPackage, receipt_number: str, handed_over_on: date, actor: User, today: date
) -> PushPackage:
    """Notes that the platform has taken it, with the number it gave. Raises Conflict when that was noted already."""
    if not receipt_number.strip():
        raise RuleError("请填写平台回执编号。")
    with transaction.atomic():
        row: PushPackage = PushPackage.objects.select_for_update(of=("self",)).get(pk=package.pk)
        require(actor, row.authority_id, Role.PUBLISHER)
        if row.receipt_number:
            raise Conflict(f"这个数据包已登记报送，回执编号 {row.receipt_number}。请刷新页面查看。")
        if handed_over_on > today or handed_over_on < timezone.localdate(row.made_at):
            raise RuleError("报送日期应在制作数据包以后、今天以前，请核对。")
        row.receipt_number, row.handed_over_on = receipt_number.strip(), handed_over_on
        row.handed_over_by, row.handed_over_at = actor, timezone.now()
        row.save(
            update_fields=["receipt_number", "handed_over_on", "handed_over_by", "handed_over_at"]
        )
        audit.record(
            "push_package.handed_over",
            f"数据包 {row.number} 已报送，回执编号 {row.receipt_number}",
            target=row,
            actor=actor,
        )
        return row


def discard(*, package: PushPackage, actor: User) -> None:
    """Takes back a package that the platform did not take: its records wait for the next one. Raises Conflict when it did."""
    with transaction.atomic():
        row = PushPackage.objects.select_for_update(of=("self",)).get(pk=package.pk)
        require(actor, row.authority_id, Role.PUBLISHER)
        if row.receipt_number:
            raise Conflict(f"这个数据包已登记报送，回执编号 {row.receipt_number}，不能作废。")
        audit.record(
            "push_package.discarded",
            f"作废报送数据包 {row.number}，{row.count} 条重新等待报送",
            target=row,
            actor=actor,
        )
        row.pushes.update(package=None)
        row.delete()


def _waiting(target: PushTarget, period_from: date, period_to: date) -> Any:
    zone = timezone.get_current_timezone()
    rows = Push.objects.filter(
        target=target,
        package__isnull=True,
        record__published_at__gte=datetime.combine(period_from, time.min, zone),
        record__published_at__lte=datetime.combine(period_to, time.max, zone),
    )
    return rows.select_related("record").order_by("record__published_at", "id")


def _zip(target: PushTarget, pushes: list[Push], number: str) -> bytes:
    """One workbook per kind, and the list of contents with what anybody can hash again."""
    members: list[tuple[str, bytes, int]] = []
    for what in PushTarget.What:
        rows = [push for push in pushes if push.what == what]
        if rows:
            members.append((f"{what.label}.xlsx", _workbook(target, rows), len(rows)))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, _ in members:
            archive.writestr(name, content)
        archive.writestr("目录.csv", _contents(target, number, members))
    return out.getvalue()


def _workbook(target: PushTarget, pushes: list[Push]) -> bytes:
    is_penalty = pushes[0].what == PushTarget.What.PENALTY
    standard = rules.PENALTIES if is_penalty else rules.STANDARD
    columns = target.mapping or [list(pair) for pair in standard]
    book = Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    sheet.append([neutral(theirs) for theirs, _ in columns])
    for push in pushes:
        content = frozen.thaw(bytes(push.record.content))
        values = rules.mapped(content, about(push.record), columns)
        sheet.append([neutral(rules.words(value)) for value in values.values()])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _contents(target: PushTarget, number: str, members: list[tuple[str, bytes, int]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["报送编号", "平台", "文件", "条数", "SHA-256", "SM3"])
    for name, content, count in members:
        digests = [hashlib.sha256(content).hexdigest(), hashlib.new("sm3", content).hexdigest()]
        writer.writerow([number, neutral(target.name), name, count, *digests])
    return b"\xef\xbb\xbf" + out.getvalue().encode()
