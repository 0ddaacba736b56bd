"""Text rules of ssj1 (DRAW §1): closed repertoire, ids, lists, times, and the hash `h`.

Everything that will stand in a file of the draw passes through here at the lock, so that a bad
character is named while it can still be corrected.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone

from lottery.errors import ProtocolError

NONE = "-"
NO_DIGEST = "0" * 64
CHINA = timezone(timedelta(hours=8))

_FOREIGN = re.compile(
    "[^\u0020-\u007b\u007d\u007e\u00b7\u2010-\u2027\u2030-\u205e\u3001-\u3029\u3030-\u303f"
    "\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff60\U00020000-\U0002f7ff\U00030000-\U000323af]"
)
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,95}")
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_REASON = re.compile(r"[a-z_]{1,32}")
_LARGEST_INTEGER = 999_999_999


def h(*fields: str) -> str:
    """SHA-256 of `ssj1|f1|…|fn`, in hex. Injective, because no field may hold `|` or be empty.

    Raises ProtocolError for such a field.
    """
    for field in fields:
        if not field or "|" in field:
            raise ProtocolError(f"摘要的每一部分都不能为空，也不能含有“|”：“{field}”。")
    return sha256("|".join(("ssj1", *fields)).encode())


def sha256(content: bytes) -> str:
    """Hex digest of a file's bytes."""
    return hashlib.sha256(content).hexdigest()


def foreign_character(text: str) -> str | None:
    """The first character of `text` outside the repertoire, or None."""
    found = _FOREIGN.search(text)
    return found.group() if found else None


def check_text(text: str, what: str) -> str:
    """A field: not empty, no space at an end, only characters of the repertoire."""
    if not text:
        raise ProtocolError(f"{what}不能为空。")
    if text[0] == " " or text[-1] == " ":
        raise ProtocolError(f"{what}“{text}”的首尾不能有空格。")
    foreign = foreign_character(text)
    if foreign:
        name = f"“{foreign}”" if foreign.isprintable() else ""
        raise ProtocolError(
            f"{what}“{text}”含有不能使用的字符{name}（U+{ord(foreign):04X}），请改写后再锁定。"
        )
    return text


def check_label(text: str, what: str) -> str:
    """A stratum's name, a task's number, a reason: a field other than `-`."""
    if check_text(text, what) == NONE:
        raise ProtocolError(f"{what}不能只写“-”。")
    return text


def check_item(text: str, what: str) -> str:
    """An element of a comma list (a qual or an expert field): a label without a comma."""
    if "," in check_label(text, what):
        raise ProtocolError(f"{what}“{text}”不能含有英文逗号。")
    return text


def check_id(text: str, what: str) -> str:
    """An entity's or a visit's id: ASCII letters, digits, `.`, `_`, `-`; 96 at most."""
    return _check(_ID, text, what, "须以字母或数字开头，只含字母、数字和“._-”，不超过 96 个字符")


def check_code(text: str, what: str) -> str:
    """A code of an authority, unit, matter or inspector: as an id, 64 at most."""
    return _check(_CODE, text, what, "须以字母或数字开头，只含字母、数字和“._-”，不超过 64 个字符")


def check_digest(text: str, what: str) -> str:
    """64 lower-case hex digits: a digest, a nonce or a salt."""
    return _check(_DIGEST, text, what, "须为 64 位小写十六进制数字")


def check_reason_code(text: str, what: str) -> str:
    """A reason in `excluded.tsv` or `conflicts.tsv`."""
    return _check(_REASON, text, what, "须为不超过 32 个小写字母或下划线")


def integer(number: int, what: str, least: int = 0) -> str:
    """A number as it stands in a file. Raises ProtocolError outside least…999,999,999."""
    if not least <= number <= _LARGEST_INTEGER:
        raise ProtocolError(f"{what}须在 {least} 与 {_LARGEST_INTEGER} 之间，现为 {number}。")
    return str(number)


def comma_list(items: Iterable[str]) -> str:
    """Ascending, joined by commas; `-` for none. Raises ProtocolError for a double."""
    ordered = sorted(items)
    if not is_strictly_ascending(ordered):
        raise ProtocolError(f"列表“{','.join(ordered)}”中有重复的项。")
    return ",".join(ordered) or NONE


def split_comma_list(text: str) -> tuple[str, ...]:
    """The elements of a comma list; none for `-`."""
    return () if text == NONE else tuple(text.split(","))


def is_strictly_ascending(items: list[str]) -> bool:
    """Code point order, which is the byte order of UTF-8 (DRAW §1)."""
    return all(items[i] < items[i + 1] for i in range(len(items) - 1))


def moment(at: datetime) -> str:
    """`2026-03-02T09:00:00+08:00`. Raises ProtocolError for a naive time; cuts off microseconds."""
    if at.tzinfo is None:
        raise ProtocolError("时刻必须带时区。")
    return at.astimezone(CHINA).replace(microsecond=0).isoformat()


def day(on: date) -> str:
    """`2026-12-31`."""
    return on.isoformat()


def rows_as_text(rows: Iterable[Iterable[str]]) -> str:
    """Rows of fields as the text of a file: TAB between fields, LF after every line."""
    return "".join("\t".join(row) + "\n" for row in rows)


def _check(shape: re.Pattern[str], text: str, what: str, rule: str) -> str:
    if not shape.fullmatch(text):
        raise ProtocolError(f"{what}“{text}”不合规定：{rule}。")
    return text
