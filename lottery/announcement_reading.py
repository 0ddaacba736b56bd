"""An announcement from its text (DRAW §3). Order and form are checked by writing it again: the text must come out."""

from datetime import date, datetime
from typing import Any

from lottery.announcement import (
    Beacon,
    EntityAnnouncement,
    ListCommitment,
    Stratum,
    TeamAnnouncement,
    Witnesses,
)
from lottery.errors import ProtocolError
from lottery.text import CHINA


def read_announcement(text: str) -> EntityAnnouncement | TeamAnnouncement:
    """The announcement that has this very text. Raises ProtocolError if there is none."""
    try:
        announcement = _announcement(_Rows(text))
    except (ValueError, IndexError, KeyError) as error:
        if isinstance(error, ProtocolError):
            raise
        raise ProtocolError("公告的格式不对，请核对文件。") from error
    if announcement.to_text() != text:
        raise ProtocolError("公告的写法不合规程，请核对文件。")
    return announcement


class _Rows:
    """Values by key. Raises ValueError, IndexError or KeyError for what is missing or no number."""

    def __init__(self, text: str) -> None:
        self._rows = [line.split("\t") for line in text.split("\n")[:-1]]

    def all(self, key: str) -> list[list[str]]:
        return [row[1:] for row in self._rows if row[0] == key]

    def values(self, key: str) -> list[str]:
        return self.all(key)[0]

    def one(self, key: str) -> str:
        return self.values(key)[0]

    def number(self, key: str) -> int:
        return int(self.one(key))

    def commitment(self, key: str) -> ListCommitment:
        count, digest = self.values(key)
        return ListCommitment(count=int(count), digest=digest)


def _announcement(rows: _Rows) -> EntityAnnouncement | TeamAnnouncement:
    count, each = rows.values("witness")
    common: dict[str, Any] = {
        **{
            key: rows.one(key)
            for key in ("authority", "unit", "task", "previous", "reason", "nonce_commitment")
        },
        "draw": rows.number("draw"),
        "locked_at": _moment(rows.one("locked_at")),
        "witnesses": Witnesses(count=int(count), digits_each=int(each)),
        "beacon": _beacon(rows.values("beacon")),
        "reveal_by": _reveal_by(rows.values("reveal")),
    }
    if rows.one("ssj1-announcement") == EntityAnnouncement.kind:
        return EntityAnnouncement(
            **common,
            scope=rows.one("scope"),
            matters=tuple(rows.one("matters").split(",")),
            candidates=rows.commitment("candidates"),
            excluded=rows.commitment("excluded"),
            strata=tuple(
                Stratum(label=label, k=int(k), reserve=int(reserve))
                for label, k, reserve in rows.all("stratum")
            ),
        )
    return TeamAnnouncement(
        **common,
        visits=rows.commitment("visits"),
        inspectors=rows.commitment("inspectors"),
        conflicts=rows.commitment("conflicts"),
        team=rows.number("team"),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(CHINA)


def _beacon(values: list[str]) -> Beacon | None:
    source, *rest = values
    if source == "none":
        return None
    return Beacon(source=source, round=rest[0], not_before=_moment(rest[1]))


def _reveal_by(values: list[str]) -> date | None:
    mode, *rest = values
    return date.fromisoformat(rest[0]) if mode == "deferred" else None
