#!/usr/bin/env python3
"""核验一次“双随机”抽取（规程 ssj1）。只用 Python 标准库，不联网，单个文件即可运行。

用法：python3 verify.py 文件夹

文件夹里放这次抽取已经公开的文件。程序逐字节检查每个文件，重新计算结果，最后一行是结论：
  VERIFIED          全部一致（退出码 0）
  （一句话）         哪个文件、哪一行、什么问题（退出码 1）
  VOID 原因          已作废，已公开的部分一致（退出码 3）
  SEALED until 日期  尚未揭示，已公开的部分一致（退出码 3）

It shares no code with the portal that drew: what agrees here was computed twice.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple

LISTS = {
    "entities": ("candidates", "excluded"),
    "teams": ("visits", "inspectors", "conflicts"),
}
PROTOCOL_FILES = ("announcement.txt", "witness.txt", "record.txt", "reveal.txt", "void.txt")
KNOWN_FILES = {
    *PROTOCOL_FILES,
    "result.tsv",
    *(name + ".tsv" for names in LISTS.values() for name in names),
}
LARGEST_FILE = 1 << 31

ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,95}")
CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
HEX = re.compile(r"[0-9a-f]{64}")
INTEGER = re.compile(r"0|[1-9][0-9]{0,8}")
DIGITS = re.compile(r"[0-9]+")
REASON = re.compile(r"[a-z_]{1,32}")
ROLE = re.compile(r"[LME]")
DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\+08:00")
KL8_ROUND = re.compile(r"[0-9]{7}")
OUTSIDE = re.compile(
    "[^\t\n\u0020-\u007b\u007d\u007e\u00b7\u2010-\u2027\u2030-\u205e\u3001-\u3029\u3030-\u303f"
    "\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff60\U00020000-\U0002f7ff\U00030000-\U000323af]"
)
CHINA = timezone(timedelta(hours=8))
DRAND_GENESIS = datetime(2023, 8, 23, 15, 9, 27, tzinfo=timezone.utc)  # noqa: UP017 (Python 3.8)
DRAND_PERIOD = timedelta(seconds=3)


class Refused(Exception):
    """One Chinese sentence: which file, which line, what is wrong."""


class Outcome(NamedTuple):
    """What the folder is: the exit code, the last line, and a plain account before it."""

    code: int
    line: str
    account: tuple[str, ...]


class Announcement(NamedTuple):
    digest: str
    kind: str
    lists: dict[str, tuple[int, str]]
    strata: list[tuple[str, int, int]]
    team: int
    nonce_commitment: str
    witnesses: int
    digits_each: int
    source: str
    round: str
    until: str

    @property
    def needs_witness_file(self) -> bool:
        return self.witnesses >= 2 or (self.witnesses == 1 and self.source != "none")


class Record(NamedTuple):
    digits: str
    beacon: str
    result: str


class Visit(NamedTuple):
    id: str
    quals: list[str]
    fields: list[str]


class Inspector(NamedTuple):
    pid: str
    role: str
    capacity: int
    quals: set[str]


class Lines:
    """The rows of one file; keyed files are taken row after row in their fixed order."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self.number = 0
        self.rows = split(name, content)

    def wrong(self, problem: str) -> Refused:
        return Refused(f"{self.name} 第 {self.number} 行：{problem}。")

    def next_key(self) -> str:
        return self.rows[self.number][0] if self.number < len(self.rows) else ""

    def take(self, key: str, *sizes: int) -> list[str]:
        self.number += 1
        if self.number > len(self.rows):
            raise self.wrong(f"缺少“{key}”这一项")
        found, *values = self.rows[self.number - 1]
        if found != key:
            raise self.wrong(f"此处应为“{key}”，实为“{shown(found)}”")
        if len(values) not in sizes:
            raise self.wrong(f"“{key}”的字段个数不对，有 {len(values)} 个")
        return values

    def each(self) -> Iterator[list[str]]:
        for self.number, row in enumerate(self.rows, 1):  # noqa: B020 (rows stay as they are)
            yield row

    def end(self) -> None:
        if self.number < len(self.rows):
            self.number += 1
            raise self.wrong(f"多出一行“{shown(self.rows[self.number - 1][0])}”")

    def match(self, shape: re.Pattern[str], value: str, what: str) -> str:
        if not shape.fullmatch(value):
            raise self.wrong(f"{what}“{shown(value)}”写法不合规定")
        return value

    def integer(self, value: str, what: str, least: int = 0) -> int:
        number = int(self.match(INTEGER, value, what))
        if number < least:
            raise self.wrong(f"{what}不能小于 {least}，实为 {number}")
        return number

    def day(self, value: str, what: str) -> str:
        parts = DATE.fullmatch(value)
        try:
            if parts:
                date(*map(int, parts.groups()))
                return value
        except ValueError:
            pass
        raise self.wrong(f"{what}“{shown(value)}”不是有效日期")

    def time(self, value: str, what: str) -> str:
        parts = TIME.fullmatch(value)
        try:
            if parts:
                year, month, day, hour, minute, second = map(int, parts.groups())
                datetime(year, month, day, hour, minute, second)
                return value
        except ValueError:
            pass
        raise self.wrong(f"{what}“{shown(value)}”不是有效时刻（须写到秒并带 +08:00）")

    def comma_list(self, value: str, what: str) -> list[str]:
        items = [] if value == "-" else value.split(",")
        if any(item in ("", "-") for item in items):
            raise self.wrong(f"{what}中有空的一项或“-”")
        if not is_ascending(items):
            raise self.wrong(f"{what}没有按升序排列或有重复")
        return items


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1 or arguments[0] in ("-h", "--help"):
        print("用法：python3 verify.py 文件夹", file=sys.stderr)
        return 2
    try:
        outcome = check(read_folder(arguments[0]))
    except Refused as refused:
        outcome = Outcome(1, str(refused), ())
    except OSError as error:
        outcome = Outcome(1, f"无法读取“{shown(str(error.filename))}”，请检查它的读取权限。", ())
    except Exception as error:  # A citizen gets one sentence, never a traceback.
        outcome = Outcome(1, f"核验没有完成：程序遇到意外情况 {type(error).__name__}。", ())
    for line in (*outcome.account, outcome.line):
        print(line)
    return outcome.code


def read_folder(path: str) -> dict[str, bytes]:
    """The files of a folder by name. Only known names and regular files are let in."""
    if not os.path.isdir(path):
        raise Refused(f"找不到文件夹“{shown(path)}”。")
    files = {}
    for name in sorted(os.listdir(path)):
        if name not in KNOWN_FILES:
            raise Refused(f"文件夹中有不认识的文件“{shown(name)}”。")
        full = os.path.join(path, name)
        state = os.lstat(full)
        if not stat.S_ISREG(state.st_mode):
            raise Refused(f"{name} 不是普通文件。")
        if state.st_size > LARGEST_FILE:
            raise Refused(f"{name} 过大，无法核验。")
        with open(full, "rb") as stream:
            files[name] = stream.read()
    return files


def check(files: Mapping[str, bytes]) -> Outcome:
    """Check everything that is there. Raises Refused with the first thing wrong."""
    if "announcement.txt" not in files:
        raise Refused("缺少 announcement.txt。")
    announcement = read_announcement(files["announcement.txt"])
    check_names(files, announcement)
    commits = read_witness(files, announcement)
    void_reason = read_void(files, announcement)
    record = read_record(files, announcement, commits)
    account = [f"公告摘要 A：{announcement.digest}（请与见证人手中的锁定单核对）"]
    if announcement.source != "none" and record is not None and record.beacon != "-":
        account.append(
            f"信标：{announcement.source} 第 {announcement.round} 期，取值 {record.beacon}"
            "（本程序不联网，请到发布机构的网站核对）"
        )
    if "reveal.txt" in files:
        account += check_revealed(files, announcement, record)
    if "void.txt" in files:
        return Outcome(3, f"VOID {void_reason}", tuple(account))
    if "reveal.txt" not in files:
        account.append("名单和结果尚未揭示；以上只检查了已经公开的文件。")
        return Outcome(3, f"SEALED until {announcement.until}", tuple(account))
    return Outcome(0, "VERIFIED", tuple(account))


# ---------------------------------------------------------------- which files may be there


def check_names(files: Mapping[str, bytes], announcement: Announcement) -> None:
    lists = {name + ".tsv" for name in LISTS[announcement.kind]}
    for name in sorted(set(files) - lists - set(PROTOCOL_FILES) - {"result.tsv"}):
        raise Refused(f"文件夹中有不属于这类抽取的文件“{shown(name)}”。")
    is_revealed = "reveal.txt" in files
    for name in sorted(lists):
        must_match(files, name, is_revealed, "reveal.txt")
    if is_revealed and "void.txt" not in files:
        must_match(files, "record.txt", True, "reveal.txt")
    if not announcement.needs_witness_file:
        if "witness.txt" in files:
            raise Refused("witness.txt 不应存在：按公告，这次抽取不需要见证承诺文件。")
    elif "record.txt" in files:
        must_match(files, "witness.txt", True, "record.txt")
    if "result.tsv" in files and not (is_revealed and "record.txt" in files):
        raise Refused("result.tsv 不应存在：没有 reveal.txt 和 record.txt 时，结果不公开。")


def must_match(files: Mapping[str, bytes], name: str, is_due: bool, because: str) -> None:
    if is_due and name not in files:
        raise Refused(f"缺少 {name}：已有 {because}，它必须一并公开。")
    if not is_due and name in files:
        raise Refused(f"{name} 不应存在：还没有 {because}。")


# ---------------------------------------------------------------- the keyed files


def read_announcement(content: bytes) -> Announcement:
    lines = Lines("announcement.txt", content)
    (kind,) = lines.take("ssj1-announcement", 1)
    if kind not in LISTS:
        raise lines.wrong(f"不认识的抽取种类“{shown(kind)}”")
    locked_at = read_head(lines)
    if kind == "entities":
        read_scope(lines)
        (matters,) = lines.take("matters", 1)
        for matter in lines.comma_list(matters, "事项代码") or [""]:
            lines.match(CODE, matter, "事项代码")
    lists = {name: read_count(lines, name) for name in LISTS[kind]}
    strata = read_strata(lines, lists["candidates"][0]) if kind == "entities" else []
    team = lines.integer(lines.take("team", 1)[0], "每组人数", 2) if kind == "teams" else 0
    nonce_commitment = lines.match(HEX, lines.take("nonce_commitment", 1)[0], "随机数承诺")
    witnesses, digits_each = read_witness_numbers(lines)
    source, number = read_beacon(lines, locked_at)
    if witnesses == 0 and source == "none":
        raise lines.wrong("没有见证人时必须有信标")
    until = read_reveal_rule(lines, locked_at)
    lines.end()
    return Announcement(
        sha256(content), kind, lists, strata, team, nonce_commitment,
        witnesses, digits_each, source, number, until,
    )  # fmt: skip


def read_head(lines: Lines) -> str:
    lines.match(CODE, lines.take("authority", 1)[0], "机关代码")
    lines.match(CODE, lines.take("unit", 1)[0], "单位代码")
    if lines.take("task", 1) == ["-"]:
        raise lines.wrong("任务编号不能为“-”")
    draw = lines.integer(lines.take("draw", 1)[0], "抽取次序", 1)
    lines.match(HEX, lines.take("previous", 1)[0], "前一公告摘要")
    (reason,) = lines.take("reason", 1)
    if (reason == "-") != (draw == 1):
        raise lines.wrong("首次抽取的原因须为“-”，重抽或补抽必须写明原因")
    return lines.time(lines.take("locked_at", 1)[0], "锁定时刻")


def read_scope(lines: Lines) -> None:
    (scope,) = lines.take("scope", 1)
    names = []
    for part in [] if scope == "-" else scope.split(";"):
        name, *values = part.split("=")
        if not name or len(values) != 1 or "," in name or not all(values[0].split(",")):
            raise lines.wrong(f"范围条件“{shown(part)}”写法不合规定")
        names.append(name)
    if not is_ascending(names):
        raise lines.wrong("范围条件没有按字段名升序排列或有重复")


def read_count(lines: Lines, name: str) -> tuple[int, str]:
    count, digest = lines.take(name, 2)
    return lines.integer(count, "条数"), lines.match(HEX, digest, "名单摘要")


def read_strata(lines: Lines, candidates: int) -> list[tuple[str, int, int]]:
    strata: list[tuple[str, int, int]] = []
    total = 0
    while not strata or lines.next_key() == "stratum":
        label, k, reserve = lines.take("stratum", 3)
        if label == "-":
            raise lines.wrong("层名不能为“-”")
        if strata and strata[-1][0] >= label:
            raise lines.wrong("各层没有按层名升序排列或有重复")
        strata.append((label, lines.integer(k, "抽取数"), lines.integer(reserve, "备选数")))
        total += strata[-1][1]
        if total > candidates:
            raise lines.wrong("抽取数之和超过了候选名单的条数")
    return strata


def read_witness_numbers(lines: Lines) -> tuple[int, int]:
    witnesses, digits_each = lines.take("witness", 2)
    count = lines.integer(witnesses, "见证人数")
    each = lines.integer(digits_each, "每人数字位数")
    least = {0: 0, 1: 12}.get(count, 8)
    if each < least or (count == 0 and each != 0):
        raise lines.wrong(f"{count} 名见证人每人 {each} 位数字，不合规定（至少 {least} 位）")
    return count, each


def read_beacon(lines: Lines, locked_at: str) -> tuple[str, str]:
    source, *rest = lines.take("beacon", 1, 3)
    if source == "none" and not rest:
        return source, "-"
    if source not in ("cwl-kl8", "drand-quicknet") or not rest:
        raise lines.wrong(f"不接受的信标“{shown(source)}”")
    number, not_before = rest[0], lines.time(rest[1], "信标时刻")
    if locked_at >= not_before:
        raise lines.wrong("锁定时刻必须早于信标时刻")
    if source == "cwl-kl8":
        return source, lines.match(KL8_ROUND, number, "期号")
    appears = DRAND_GENESIS + (lines.integer(number, "轮次", 1) - 1) * DRAND_PERIOD
    if appears.astimezone(CHINA).isoformat() < not_before:
        raise lines.wrong("这一轮信标在所写的信标时刻之前就已公布")
    return source, number


def read_reveal_rule(lines: Lines, locked_at: str) -> str:
    mode, *rest = lines.take("reveal", 1, 2)
    if mode == "immediate" and not rest:
        return mode
    if mode != "deferred" or not rest:
        raise lines.wrong("揭示方式须为 immediate，或 deferred 加最迟日期")
    latest = lines.day(rest[0], "最迟日期")
    if locked_at[:10] > latest:
        raise lines.wrong("锁定日期晚于最迟揭示日期")
    return latest


def open_keyed(files: Mapping[str, bytes], name: str, announcement: Announcement) -> Lines:
    lines = Lines(name, files[name])
    (named,) = lines.take("ssj1-" + name[:-4], 1)
    if named != announcement.digest:
        raise lines.wrong("所写的公告摘要与 announcement.txt 不符")
    return lines


def read_witness(files: Mapping[str, bytes], announcement: Announcement) -> list[str]:
    if "witness.txt" not in files:
        return []
    lines = open_keyed(files, "witness.txt", announcement)
    commits: dict[str, None] = {}
    while len(commits) < announcement.witnesses:
        commit = lines.match(HEX, lines.take("commit", 1)[0], "见证承诺")
        if commit in commits:
            raise lines.wrong("两份见证承诺相同")
        commits[commit] = None
    lines.end()
    return list(commits)


def read_void(files: Mapping[str, bytes], announcement: Announcement) -> str:
    if "void.txt" not in files:
        return ""
    lines = open_keyed(files, "void.txt", announcement)
    (reason,) = lines.take("reason", 1)
    lines.time(lines.take("at", 1)[0], "作废时刻")
    lines.end()
    return reason


def read_record(
    files: Mapping[str, bytes], announcement: Announcement, commits: list[str]
) -> Record | None:
    if "record.txt" not in files:
        return None
    lines = open_keyed(files, "record.txt", announcement)
    digits, is_open = read_digits(lines, announcement, commits)
    beacon = read_beacon_value(lines, announcement)
    (witness,) = lines.take("witness", 1)
    if witness != (sha256(files["witness.txt"]) if commits else "-"):
        raise lines.wrong("witness.txt 的摘要不符")
    (result,) = lines.take("result", 1)
    is_complete = is_open and (beacon != "-" or announcement.source == "none")
    if is_complete:
        lines.match(HEX, result, "结果摘要")
    elif result != "-":
        raise lines.wrong("数字或信标不全，结果须为“-”")
    elif "void.txt" not in files:
        raise lines.wrong("数字或信标不全的抽取必须作废，但没有 void.txt")
    lines.end()
    if (result != "-" and "reveal.txt" in files) != ("result.tsv" in files):
        raise Refused("result.tsv 的有无与 record.txt 的“result”一项不符。")
    return Record(digits, beacon, result)


def read_digits(lines: Lines, announcement: Announcement, commits: list[str]) -> tuple[str, bool]:
    """The digits verbatim, and whether every witness opened."""
    (digits,) = lines.take("digits", 1)
    given = split_given(digits, announcement.witnesses)
    if len(given) != announcement.witnesses:
        raise lines.wrong(f"应有 {announcement.witnesses} 名见证人的数字")
    for number in given:
        if number != "-":
            lines.match(DIGITS, number, "见证数字")
            if len(number) != announcement.digits_each:
                raise lines.wrong(f"见证数字须为每人 {announcement.digits_each} 位")
    (joined,) = lines.take("salts", 1)
    salts = split_given(joined, len(commits))
    if len(salts) != len(commits):
        raise lines.wrong(f"应有 {len(commits)} 个盐值")
    for number, salt, commit in zip(given, salts, commits):  # noqa: B905 (Python 3.8)
        if (number == "-") != (salt == "-"):
            raise lines.wrong("见证数字与盐值必须同时有或同时缺")
        if salt != "-":
            lines.match(HEX, salt, "盐值")
            if h("witness", announcement.digest, salt, number) != commit:
                raise lines.wrong("见证数字和盐值与 witness.txt 中的承诺不符")
    return digits, "-" not in given


def split_given(joined: str, count: int) -> list[str]:
    return [] if count == 0 and joined == "-" else joined.split(",")


def read_beacon_value(lines: Lines, announcement: Announcement) -> str:
    (value,) = lines.take("beacon", 1)
    if value == "-":
        return value
    if announcement.source == "none":
        raise lines.wrong("公告没有信标，此处须为“-”")
    if announcement.source == "drand-quicknet":
        return lines.match(HEX, value, "信标取值")
    numbers = value.split(".")
    if len(numbers) != 20 or not is_ascending(numbers) or not all(map(is_ball, numbers)):
        raise lines.wrong("快乐8取值须为 20 个 01–80 的不同号码，升序，以“.”相连")
    return value


def is_ball(number: str) -> bool:
    return re.fullmatch("[0-9]{2}", number) is not None and 1 <= int(number) <= 80


# ---------------------------------------------------------------- the revealed draw


def check_revealed(
    files: Mapping[str, bytes], announcement: Announcement, record: Record | None
) -> list[str]:
    lines = open_keyed(files, "reveal.txt", announcement)
    nonce = lines.match(HEX, lines.take("nonce", 1)[0], "随机数")
    if h("nonce", nonce) != announcement.nonce_commitment:
        raise lines.wrong("随机数与公告中的承诺不符")
    list_salt = lines.match(HEX, lines.take("list_salt", 1)[0], "名单盐值")
    lines.end()
    lists = {name: read_list(files, announcement, name, list_salt) for name in announcement.lists}
    counts = "，".join(f"{name}.tsv {len(rows.rows)} 条" for name, rows in lists.items())
    account = [f"名单：{counts}，摘要与公告一致"]
    kind = EntityDraw if announcement.kind == "entities" else TeamDraw
    draw = kind(announcement, lists)
    if record is None or record.result == "-":
        return account
    if sha256(files["result.tsv"]) != record.result:
        raise Refused("result.tsv 的摘要与 record.txt 不符。")
    seed = h("seed", announcement.digest, nonce, record.digits, record.beacon)
    rows = [f"ssj1-result\t{announcement.digest}", f"seed\t{seed}", *draw.rows(seed)]
    compare_result(files["result.tsv"], rows)
    return [*account, f"结果：种子 {seed}，重新计算 {len(rows)} 行，逐字节一致"]


def read_list(
    files: Mapping[str, bytes], announcement: Announcement, name: str, list_salt: str
) -> Lines:
    content = files[name + ".tsv"]
    count, digest = announcement.lists[name]
    if h("list", name, list_salt, sha256(content)) != digest:
        raise Refused(f"{name}.tsv 的摘要与公告不符。")
    lines = Lines(name + ".tsv", content)
    if len(lines.rows) != count:
        raise Refused(f"{name}.tsv 有 {len(lines.rows)} 条，公告为 {count} 条。")
    width = {"candidates": 2, "excluded": 2, "conflicts": 3}.get(name, 4)
    key_width = 2 if name == "conflicts" else 1
    before = ""
    keys = set()
    for row in lines.each():
        if len(row) != width:
            raise lines.wrong(f"应有 {width} 个字段，实有 {len(row)} 个")
        whole = "\t".join(row)
        if before >= whole:
            raise lines.wrong("没有按升序排列或有重复行")
        before = whole
        key = tuple(row[:key_width])
        if key in keys:
            raise lines.wrong(f"“{shown(' '.join(key))}”重复出现")
        keys.add(key)
        lines.match(CODE if name == "inspectors" else ID, row[0], "编号")
    return lines


def compare_result(content: bytes, rows: list[str]) -> None:
    expected = [(row + "\n").encode("utf-8") for row in rows]
    if content == b"".join(expected):
        return
    found = content.splitlines(keepends=True)
    same = 0
    while same < min(len(found), len(expected)) and found[same] == expected[same]:
        same += 1
    raise Refused(f"result.tsv 第 {same + 1} 行：与重新计算的结果不符。")


class EntityDraw:
    """Draw of entities (DRAW §5), by a plain full sort."""

    def __init__(self, announcement: Announcement, lists: Mapping[str, Lines]) -> None:
        self.strata = announcement.strata
        self.members: dict[str, list[str]] = {label: [] for label, _, _ in self.strata}
        candidates, excluded = lists["candidates"], lists["excluded"]
        for identifier, label in candidates.each():
            if label not in self.members:
                raise candidates.wrong(f"公告中没有“{shown(label)}”这一层")
            self.members[label].append(identifier)
        self.check_excluded(excluded, {row[0] for row in candidates.rows})
        for label, k, _ in self.strata:
            if k > len(self.members[label]):
                raise Refused(
                    f"announcement.txt：“{shown(label)}”层只有 {len(self.members[label])} 个，"
                    f"不能抽取 {k} 个。"
                )

    def check_excluded(self, excluded: Lines, drawable: set[str]) -> None:
        for identifier, reason in excluded.each():
            excluded.match(REASON, reason, "排除原因")
            if identifier in drawable:
                raise excluded.wrong(f"“{shown(identifier)}”同时在 candidates.tsv 中")

    def rows(self, seed: str) -> list[str]:
        rows = []
        for label, k, reserve in self.strata:
            order = sorted((h("entity", seed, label, i), i) for i in self.members[label])
            for rank, (ticket, identifier) in enumerate(order[: k + reserve], 1):
                state = "selected" if rank <= k else "reserve"
                rows.append(f"entity\t{label}\t{rank}\t{state}\t{identifier}\t{ticket}")
        return rows


class TeamDraw:
    """Matching of teams (DRAW §6)."""

    def __init__(self, announcement: Announcement, lists: Mapping[str, Lines]) -> None:
        self.size = announcement.team
        visits, inspectors, conflicts = (lists[name] for name in LISTS["teams"])
        self.visits: list[Visit] = []
        for identifier, quals, fields, target in visits.each():
            visits.match(HEX, target, "对象承诺")
            asked = visits.comma_list(quals, "资质"), visits.comma_list(fields, "专家领域")
            self.visits.append(Visit(identifier, *asked))
        self.inspectors: list[Inspector] = []
        for pid, role, capacity, quals in inspectors.each():
            inspectors.match(ROLE, role, "角色")
            limit = inspectors.integer(capacity, "可承担次数")
            held = set(inspectors.comma_list(quals, "资质"))
            self.inspectors.append(Inspector(pid, role, limit, held))
        self.barred = self.read_conflicts(conflicts)

    def read_conflicts(self, conflicts: Lines) -> set[tuple[str, str]]:
        visit_ids = {visit.id for visit in self.visits}
        pids = {person.pid for person in self.inspectors}
        barred = set()
        for visit_id, pid, reason in conflicts.each():
            if visit_id not in visit_ids:
                raise conflicts.wrong(f"visits.tsv 中没有“{shown(visit_id)}”")
            if pid not in pids:
                raise conflicts.wrong(f"inspectors.tsv 中没有“{shown(pid)}”")
            conflicts.match(REASON, reason, "回避原因")
            barred.add((visit_id, pid))
        return barred

    def rows(self, seed: str) -> list[str]:
        rows = []
        load = dict.fromkeys((person.pid for person in self.inspectors), 0)
        order = [(not (v.quals or v.fields), h("visit", seed, v.id), v.id, v) for v in self.visits]
        for _, ticket, visit_id, visit in sorted(order):
            eligible = sorted(
                (load[person.pid], h("inspector", seed, visit_id, person.pid), person.pid, person)
                for person in self.inspectors
                if load[person.pid] < person.capacity and (visit_id, person.pid) not in self.barred
            )
            tickets = {pid: mark for _, mark, pid, _ in eligible}
            team = self.match_team(visit, [person for _, _, _, person in eligible])
            rows.append(f"visit\t{visit_id}\t{'filled' if team else 'unfilled'}\t{ticket}")
            for duty, pid in team:
                load[pid] += 1
                rows.append(f"team\t{visit_id}\t{duty}\t{pid}\t{tickets[pid]}")
        return rows

    def match_team(self, visit: Visit, eligible: list[Inspector]) -> list[tuple[str, str]]:
        """Who goes, in the order chosen; empty where a step finds nobody."""
        officers = [person for person in eligible if person.role != "E"]
        experts = [person for person in eligible if person.role == "E"]
        chosen = [person for person in officers if person.role == "L"][:1]
        if not chosen or not cover(visit.quals, officers, chosen):
            return []
        others = [person for person in officers if person not in chosen]
        chosen += others[: max(0, self.size - len(chosen))]
        called: list[Inspector] = []
        if len(chosen) < self.size or not cover(visit.fields, experts, called):
            return []
        duties = ["leader"] + ["member"] * (len(chosen) - 1) + ["expert"] * len(called)
        return [(duty, person.pid) for duty, person in zip(duties, chosen + called)]  # noqa: B905


def cover(wanted: list[str], people: list[Inspector], chosen: list[Inspector]) -> bool:
    """Add to `chosen` the first holder of each label nobody chosen holds; False if none does."""
    for label in wanted:
        if not any(label in person.quals for person in chosen):
            holder = next((p for p in people if label in p.quals and p not in chosen), None)
            if holder is None:
                return False
            chosen.append(holder)
    return True


# ---------------------------------------------------------------- text


def is_ascending(items: Sequence[str]) -> bool:
    """Strictly, in code point order, which is the byte order of UTF-8."""
    return all(items[i] < items[i + 1] for i in range(len(items) - 1))


def h(*fields: str) -> str:
    return sha256("|".join(("ssj1", *fields)).encode("utf-8"))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def split(name: str, content: bytes) -> list[list[str]]:
    """The rows of a file as fields, after the text rules of DRAW §1."""

    def wrong(place: int, problem: str) -> Refused:
        return Refused(f"{name} 第 {content.count(10, 0, place) + 1} 行：{problem}。")

    if not content:
        return []
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise wrong(error.start, "不是 UTF-8 编码") from None
    outside = OUTSIDE.search(text)
    if outside:
        place = len(text[: outside.start()].encode("utf-8"))
        raise wrong(place, f"含有不允许的字符 U+{ord(outside.group()):04X}")
    if not text.endswith("\n"):
        raise wrong(len(content), "行末缺少换行符（LF）")
    rows = [line.split("\t") for line in text[:-1].split("\n")]
    for number, row in enumerate(rows, 1):
        for field in row:
            if not field or field[0] == " " or field[-1] == " ":
                raise Refused(f"{name} 第 {number} 行：有空字段，或字段首尾有空格。")
    return rows


def shown(text: str, longest: int = 60) -> str:
    """Foreign text in a sentence of ours: one line, short, nothing invisible."""
    cut = text if len(text) <= longest else text[:longest] + "…"
    return re.sub(OUTSIDE, lambda c: f"<U+{ord(c.group()):04X}>", re.sub(r"[\t\n]", " ", cut))


if __name__ == "__main__":
    for output in (sys.stdout, sys.stderr):
        output.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
