"""What was pushed where, what failed, what waits for a package; in constant numbers of queries."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from bureau.models import OutboxMessage, User
from publication.models import PublicEntry, Push, PushPackage, PushTarget

State = OutboxMessage.State
PARTS: dict[str, tuple[str, Q]] = {
    "failed": ("没有送达", Q(message__state=State.FAILED)),
    "waiting": ("正在发送", Q(message__state=State.WAITING)),
    "unpacked": (
        "待报送",
        Q(target__kind=PushTarget.Kind.EXCEL) & (Q(package=None) | Q(package__receipt_number="")),
    ),
    "sent": ("已送达", Q(message__state=State.SENT) | Q(package__handed_over_on__isnull=False)),
}


@dataclass(frozen=True)
class Told:
    """How it stands with one push, in words."""

    push: Push
    st: str
    word: str
    note: str

    @property
    def may_resend(self) -> bool:
        return self.push.message is not None and self.push.message.state == State.FAILED


def rows(user: User, part: str) -> "QuerySet[Push]":
    """Pushes of one part within the user's scope, to be paged by -id."""
    found: QuerySet[Push] = Push.objects.visible_to(user).filter(PARTS[part][1])
    return found.select_related("target", "record", "message", "package")


def counts(user: User) -> dict[str, int]:
    """Open parts only: what has arrived is too many to count on every page."""
    found = Push.objects.visible_to(user).aggregate(
        **{
            part: Count("pk", filter=condition)
            for part, (_, condition) in PARTS.items()
            if part != "sent"
        }
    )
    return dict(found)


def told(push: Push) -> Told:
    message, package = push.message, push.package
    if message is None:
        if package is None:
            return Told(push, "wait", "待报送", "还没有制作数据包")
        if not package.receipt_number:
            return Told(push, "soon", "待报送", f"在数据包 {package.number} 里")
        return Told(push, "done", "已报送", f"回执 {package.receipt_number}，{package.number}")
    if message.state == State.SENT:
        return Told(push, "done", "已送达", f"回执 {message.receipt.get('number', '')}")
    if message.state == State.FAILED:
        return Told(push, "bad", "没有送达", f"{message.error}已试 {message.attempts} 次。")
    return Told(push, "run", "正在发送", "")


def of_entry(entry: PublicEntry) -> list[Told]:
    """Where every version of one published thing went."""
    found = Push.objects.filter(record__subject=entry.subject)
    return [
        told(push)
        for push in found.select_related("target", "record", "message", "package").order_by("-id")
    ]


def targets(user: User) -> "QuerySet[PushTarget]":
    found: QuerySet[PushTarget] = PushTarget.objects.visible_to(user)
    return found.select_related("authority").order_by("authority_id", "name")


def packages(user: User) -> "QuerySet[PushPackage]":
    found: QuerySet[PushPackage] = PushPackage.objects.visible_to(user)
    return found.select_related("target", "file", "made_by", "handed_over_by")


def excel_targets(authority_ids: Any) -> "QuerySet[PushTarget]":
    return PushTarget.objects.filter(
        authority_id__in=authority_ids, kind=PushTarget.Kind.EXCEL, is_active=True
    )


def open_by_target(authority_ids: Any) -> list[tuple[PushTarget, int, int, int]]:
    """(platform, failed, not in a package, in a package not handed over) of platforms with something open; one query."""
    found = PushTarget.objects.filter(authority_id__in=authority_ids).annotate(
        failed=Count("pushes", filter=Q(pushes__message__state=State.FAILED)),
        loose=Count("pushes", filter=Q(kind="excel", pushes__message=None, pushes__package=None)),
        packed=Count(
            "pushes", filter=Q(pushes__package__isnull=False, pushes__package__receipt_number="")
        ),
    )
    return [
        (row, row.failed, row.loose, row.packed)
        for row in found.order_by("name")
        if row.failed or row.loose or row.packed
    ]
