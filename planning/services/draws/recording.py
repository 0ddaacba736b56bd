"""What every step of a draw writes: its files and events, insert-only, and the protocol's refusals as ours."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db import transaction

import lottery
from bureau.errors import RuleError
from bureau.models import User
from planning.models import Draw, DrawEvent, DrawFile
from planning.selectors import draws as reads
from planning.services import secrets

T = TypeVar("T")
AnyAnnouncement = lottery.EntityAnnouncement | lottery.TeamAnnouncement


def announcement_of(draw: Draw) -> AnyAnnouncement:
    """The announcement as stored. Raises RuleError when the stored bytes are not those that were announced."""
    content = reads.content(draw, "announcement.txt")
    if lottery.sha256(content) != draw.a:
        raise changed(draw, "announcement.txt")
    return said(lambda: lottery.read_announcement(content.decode()))


@transaction.atomic
def note(
    draw: Draw, kind: str, *, actor: User | None, detail: Mapping[str, Any] | None = None
) -> None:
    """One event of a draw; the database holds each kind once per draw."""
    DrawEvent.objects.create(draw=draw, kind=kind, actor=actor, detail=dict(detail or {}))


def store(draw: Draw, contents: Mapping[str, bytes]) -> None:
    DrawFile.objects.bulk_create(
        DrawFile(
            draw=draw,
            name=name,
            content=content,
            sha256=lottery.sha256(content),
            size=len(content),
        )
        for name, content in contents.items()
    )


def nonce_of(draw: Draw) -> str:
    """The random number that was committed to at the lock; only to compute and to reveal."""
    return secrets.unseal(bytes(draw.nonce), about=f"{draw.pk}:nonce")


def list_salt_of(draw: Draw) -> str:
    """The salt of the announced list digests."""
    return secrets.unseal(bytes(draw.list_salt), about=f"{draw.pk}:list_salt")


def changed(draw: Draw, name: str) -> RuleError:
    return RuleError(
        f"抽取 {draw.number} 存储的 {name} 与锁定时公布的指纹不符，可能被改动过，不能继续。"
        "请停止操作，并联系系统管理员和审计人员核查。"
    )


def said(step: Callable[[], T]) -> T:
    """The protocol's own sentence as this portal's refusal."""
    try:
        return step()
    except lottery.ProtocolError as refused:
        raise RuleError(str(refused)) from refused
