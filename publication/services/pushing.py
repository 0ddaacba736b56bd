"""推送: every published record on its way to the platforms that receive it, with receipts (A88, A108)."""

from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, RuleError
from bureau.models import OutboxMessage, Role, User
from bureau.services import outbox
from publication.models import PublicRecord, Push, PushTarget
from publication.rules import frozen
from publication.rules import pushing as rules
from publication.services import push_transport

KIND = "push"
QUIET = 60  # seconds in which a platform that did not answer is not asked again
SENDERS = (Role.PUBLISHER, Role.SYSTEM_ADMIN)


def push(kind: str, record: PublicRecord) -> int:
    """Sends `record` to every active platform of its authority that receives `kind` (PushTarget.What).

    Call it in the transaction that made the record: one row per record and platform, however often it is called.
    Returns how many platforms are new to it.
    """
    what = PushTarget.What(kind)
    targets = PushTarget.objects.filter(
        authority=record.authority, is_active=True, receives__contains=[what]
    )
    return sum(_put(target, record, what) for target in targets)


def put_past(target: PushTarget, record: PublicRecord) -> bool:
    """One record that was published before the platform was there; whether it is new to it."""
    what = record.kind if record.kind != "result" or record.version == 1 else "correction"
    return what in target.receives and _put(target, record, what)


def _put(target: PushTarget, record: PublicRecord, what: str) -> bool:
    row, is_new = Push.objects.get_or_create(
        target=target, record=record, defaults={"authority": record.authority, "what": what}
    )
    if is_new and target.kind == PushTarget.Kind.HTTP:
        row.message = outbox.put(
            kind=KIND,
            key=f"push:{row.pk}",
            label=f"推送至{target.name}：{record.title}",
            authority=record.authority,
            payload={"push": str(row.pk)},
        )
        row.save(update_fields=["message"])
    return is_new


def deliver(message: OutboxMessage) -> dict[str, Any]:
    """One attempt, called by the outbox. Returns the receipt; raises RuleError with what went wrong.

    Twice for one record is once for the platform: the key stays. A later version waits for the one before it.
    """
    row = Push.objects.select_related("target", "record").get(pk=message.payload["push"])
    if not row.target.is_active:
        raise RuleError("这个平台已停用。启用后再重新发送。")
    earlier = Push.objects.filter(
        target=row.target,
        record__subject=row.record.subject,
        record__version__lt=row.record.version,
    ).exclude(message__state=OutboxMessage.State.SENT)
    if earlier.exists():
        raise RuleError("同一内容的前一版还没有送达，先等前一版。")
    quiet = f"push-quiet:{row.target_id}"
    if cache.get(quiet):
        raise RuleError("平台刚才没有应答，稍后自动再试。")
    try:
        receipt = push_transport.post(
            url=row.target.url,
            credential=row.target.credential,
            key=f"push:{row.pk}",
            content=content_of(row),
        )
    except push_transport.Unreachable:
        cache.set(quiet, True, QUIET)
        raise
    return receipt | {"at": timezone.now().isoformat(timespec="seconds")}


def content_of(row: Push) -> bytes:
    """The bytes that leave, made of the frozen content."""
    return rules.body(
        key=f"push:{row.pk}",
        what=row.what,
        content=frozen.thaw(bytes(row.record.content)),
        record=about(row.record),
        mapping=row.target.mapping,
    )


def about(record: PublicRecord) -> dict[str, Any]:
    return {
        "id": str(record.pk),
        "subject": record.subject,
        "version": record.version,
        "title": record.title,
        "sha256": record.sha256,
        "previous_sha256": record.previous_sha256,
        "published_at": timezone.localtime(record.published_at).isoformat(timespec="seconds"),
    }


def resend(*, push: Push, actor: User) -> Push:
    """Tries a failed one again now, instead of waiting for its turn. Raises Conflict when it has arrived meanwhile."""
    with transaction.atomic():
        rows = Push.objects.select_for_update(of=("self",)).select_related("target", "record")
        row: Push = rows.get(pk=push.pk)
        require(actor, row.authority_id, *SENDERS)
        if row.message_id is None:
            raise RuleError("这个平台没有接口，请在“报送数据包”里制作并登记。")
        message = OutboxMessage.objects.select_for_update().get(pk=row.message_id)
        if message.state == OutboxMessage.State.SENT:
            raise Conflict("这条记录已经送达，不用再发。请刷新页面查看回执。")
        cache.delete(f"push-quiet:{row.target_id}")
        outbox.send_again(message)
        audit.record(
            "push.resent",
            f"重新推送至{row.target.name}：{row.record.title}",
            target=row,
            actor=actor,
            about=[row.record],
        )
    row.refresh_from_db()
    return row
