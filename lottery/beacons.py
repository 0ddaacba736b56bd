"""Public values that nobody knows before a named time (DRAW §4.3)."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from lottery.errors import ProtocolError
from lottery.text import CHINA, check_digest, integer

KL8 = "cwl-kl8"
DRAND = "drand-quicknet"
SOURCES = {KL8: "中国福利彩票快乐8", DRAND: "drand quicknet 公共随机信标"}
REFUSED_SOURCES = {
    "福彩3D": "只有 1000 种号码（约 10 比特）",
    "排列3": "只有 1000 种号码（约 10 比特）",
    "排列5": "只有 10 万种号码（约 17 比特）",
    "七乐彩": "约 200 万种号码（约 21 比特）",
    "双色球": "约 1770 万种号码（约 24 比特）",
    "大乐透": "约 2140 万种号码（约 24 比特）",
    "股票指数": "取值范围窄，收盘前已大致可知",
}

_GENESIS = datetime(2023, 8, 23, 15, 9, 27, tzinfo=UTC)  # 1692803367 seconds since 1970
_PERIOD = timedelta(seconds=3)
_KL8_ROUND = re.compile(r"[0-9]{7}")
_KL8_NUMBER = re.compile(r"0[1-9]|[1-7][0-9]|80")


def check_source(source: str) -> str:
    """Raises ProtocolError, with the reason, for a source of fewer than 60 bits or unknown."""
    if source in SOURCES:
        return source
    reason = REFUSED_SOURCES.get(source)
    if reason:
        raise ProtocolError(
            f"不能用“{source}”作信标：{reason}，操作人可以事先对照全部号码挑选名单。"
            "请改用快乐8或 drand。"
        )
    raise ProtocolError(f"不认识的信标“{source}”，请改用快乐8或 drand。")


def check_round(source: str, round_number: str) -> str:
    """A round as text: 7 digits for 快乐8, an integer from 1 for drand."""
    if check_source(source) == KL8:
        if not _KL8_ROUND.fullmatch(round_number):
            raise ProtocolError(f"快乐8期号须为 7 位数字，实为“{round_number}”。")
        return round_number
    if not round_number.isascii() or not round_number.isdigit():
        raise ProtocolError(f"drand 轮次须为整数，实为“{round_number}”。")
    if round_number != integer(int(round_number), "drand 轮次", least=1):
        raise ProtocolError(f"drand 轮次“{round_number}”不能以 0 开头。")
    return round_number


def check_value(source: str, value: str) -> str:
    """The value alone, as in record.txt. Raises ProtocolError for another form."""
    if check_source(source) == DRAND:
        return check_digest(value, "drand 信标取值（randomness）")
    if kl8_value(value.split(".")) != value:
        raise ProtocolError("快乐8取值须按升序以“.”相连，如 03.05.…。")
    return value


def kl8_value(numbers: Iterable[str | int]) -> str:
    """Twenty numbers as drawn, in any order → `03.05.…`. Raises ProtocolError if not 20 of 1–80."""
    texts = sorted(f"{n:02d}" if isinstance(n, int) else n for n in numbers)
    if len(texts) != 20 or len(set(texts)) != 20 or not all(map(_KL8_NUMBER.fullmatch, texts)):
        raise ProtocolError("快乐8须为 20 个 01–80 之间的不同号码，请核对开奖公告。")
    return ".".join(texts)


def drand_time(round_number: int) -> datetime:
    """When a round appears, China time."""
    return (_GENESIS + (round_number - 1) * _PERIOD).astimezone(CHINA)


def drand_round_from(moment: datetime) -> int:
    """The first round that appears at or after `moment` (what to announce for a `not-before`)."""
    return max(1, 1 - (_GENESIS - moment) // _PERIOD)
