"""What must leave: a row written with the change, delivered later, retried, its receipt kept."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from bureau.errors import RuleError
from bureau.models import Agency, OutboxMessage
from bureau.services import jobs

log = logging.getLogger(__name__)
UNEXPECTED = "程序出错，详情记在服务日志里（待发事项 {pk}），系统会自动再试。请联系系统管理员。"
Deliver = Callable[[OutboxMessage], dict[str, Any]]
KINDS: dict[str, Deliver] = {}


def delivers(kind: str) -> Callable[[Deliver], Deliver]:
    """Registers who delivers messages of this kind; returns the receipt; may be called twice for one message."""

    def register(deliver: Deliver) -> Deliver:
        KINDS[kind] = deliver
        return deliver

    return register


def put(
    *, kind: str, key: str, label: str, authority: Agency | None, payload: dict[str, Any]
) -> OutboxMessage:
    """Writes the message in the caller's transaction; the same key twice is one message."""
    message, is_new = OutboxMessage.objects.get_or_create(
        key=key,
        defaults={"kind": kind, "label": label[:200], "authority": authority, "payload": payload},
    )
    if is_new:
        jobs.send("bureau.deliver_outbox")
    return message


def send_again(message: OutboxMessage) -> None:
    """Due now instead of after its pause; the caller holds the row's lock."""
    message.next_at = timezone.now()
    message.save(update_fields=["next_at"])
    jobs.send("bureau.deliver_outbox")


def deliver_waiting(limit: int = 100) -> int:
    """Delivers what is due; one message failing does not stop the others. Returns how many went out."""
    sent = 0
    for pk in list(
        OutboxMessage.objects.exclude(state=OutboxMessage.State.SENT)
        .filter(next_at__lte=timezone.now())
        .order_by("id")
        .values_list("pk", flat=True)[:limit]
    ):
        sent += _deliver(pk)
    return sent


def _deliver(pk: int) -> int:
    try:
        with transaction.atomic():
            message = (
                OutboxMessage.objects.select_for_update(skip_locked=True)
                .exclude(state=OutboxMessage.State.SENT)
                .filter(pk=pk)
                .first()
            )
            if message is None:
                return 0
            message.receipt = KINDS[message.kind](message)
            message.state, message.sent_at, message.error = (
                OutboxMessage.State.SENT,
                timezone.now(),
                "",
            )
            message.attempts += 1
            message.save(update_fields=["receipt", "state", "sent_at", "error", "attempts"])
            return 1
    except Exception as failure:  # the outbox is the other place that may catch everything
        told = isinstance(failure, RuleError)  # a sentence for people already
        if told:
            log.warning("outbox message %s: %s", pk, failure)
        else:
            log.exception("outbox message %s failed", pk)
        with transaction.atomic():
            message = OutboxMessage.objects.select_for_update().get(pk=pk)
            message.attempts += 1
            message.state = OutboxMessage.State.FAILED
            message.error = (str(failure) if told else UNEXPECTED.format(pk=pk))[:500]
            message.next_at = timezone.now() + timedelta(minutes=min(2**message.attempts, 240))
            message.save(update_fields=["attempts", "state", "error", "next_at"])
        return 0
