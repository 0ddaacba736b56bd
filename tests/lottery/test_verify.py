"""verify.py as a citizen runs it: a lone file somewhere else, a folder, one last line."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lottery import verify
from tests.lottery.folders import BEACON, REFUSED, VECTORS, VERIFIED, load, made

RUN = [sys.executable, "-I"]


@pytest.fixture(scope="module")
def lone_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("download") / "verify.py"
    shutil.copy(verify.__file__, copy)
    return copy


def run(lone_file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*RUN, str(lone_file), *arguments],
        capture_output=True,
        text=True,
        cwd=lone_file.parent,
        check=False,
    )


@pytest.mark.parametrize("name", VERIFIED)
def test_it_verifies_each_vector(lone_file: Path, name: str) -> None:
    done = run(lone_file, str(VECTORS / name))

    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "VERIFIED")


@pytest.mark.parametrize(
    ("name", "line"),
    [("sealed", "SEALED until 2026-06-30"), ("void", "VOID 名录未更新，上级批准作废")],
)
def test_it_names_the_state_of_a_draw_that_is_not_final(
    lone_file: Path, name: str, line: str
) -> None:
    done = run(lone_file, str(VECTORS / name))

    assert (done.returncode, done.stdout.splitlines()[-1]) == (3, line)


@pytest.mark.parametrize("name", REFUSED)
def test_it_refuses_with_one_line(lone_file: Path, name: str) -> None:
    done = run(lone_file, str(VECTORS / "refused" / name))

    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (1, 1, "")


@pytest.mark.parametrize("arguments", [(), ("a", "b"), ("--help",)])
def test_wrong_usage_exits_2(lone_file: Path, arguments: tuple[str, ...]) -> None:
    done = run(lone_file, *arguments)

    assert (done.returncode, done.stdout) == (2, "")


def test_a_missing_folder_is_one_line(lone_file: Path) -> None:
    done = run(lone_file, "/nowhere/at all")

    assert (done.returncode, done.stdout) == (1, "找不到文件夹“/nowhere/at all”。\n")


@pytest.mark.parametrize("extra", ["notes.txt", ".DS_Store", "Result.tsv", "visits.tsv"])
def test_an_unknown_file_is_refused(lone_file: Path, tmp_path: Path, extra: str) -> None:
    folder = shutil.copytree(VECTORS / "v1", tmp_path / "draw")
    (folder / extra).write_bytes(b"")

    done = run(lone_file, str(folder))

    assert (done.returncode, done.stdout.count("\n")) == (1, 1)
    assert extra in done.stdout


def test_a_symlink_a_folder_and_a_pipe_are_no_files_of_a_draw(tmp_path: Path) -> None:
    folder = shutil.copytree(VECTORS / "v1", tmp_path / "draw")
    (folder / "excluded.tsv").unlink()
    lines = []
    for place in (
        lambda path: path.symlink_to(VECTORS / "v1" / "excluded.tsv"),
        lambda path: path.mkdir(),
        os.mkfifo,
    ):
        place(folder / "excluded.tsv")
        with pytest.raises(verify.Refused) as refused:
            verify.read_folder(str(folder))
        lines.append(str(refused.value))
        path = folder / "excluded.tsv"
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()

    assert lines == ["excluded.tsv 不是普通文件。"] * 3


@pytest.mark.parametrize("name", VERIFIED)
@pytest.mark.parametrize("mask", [0x01, 0x20, 0xFF])
def test_any_changed_byte_is_refused(name: str, mask: int) -> None:
    files = load(name)
    accepted = []
    for file, content in files.items():
        for place in range(len(content)):
            changed = bytearray(content)
            changed[place] ^= mask
            if is_accepted(files | {file: bytes(changed)}):
                accepted.append((file, place))

    assert accepted == []


@pytest.mark.parametrize("name", VERIFIED)
def test_any_byte_or_line_taken_or_added_is_refused(name: str) -> None:
    files = load(name)
    changes = []
    for file, content in files.items():
        lines = content.splitlines(keepends=True)
        changes += [
            (file, content[:-1]),
            (file, content + b"\n"),
            (file, b"\xef\xbb\xbf" + content),
        ]
        changes += [(file, content.replace(b"\n", b"\r\n"))] * bool(content)
        changes += [(file, b"".join(lines[:n] + lines[n + 1 :])) for n in range(len(lines))]
        changes += [
            (file, b"".join(lines[:n] + lines[n:][:1] + lines[n:])) for n in range(len(lines))
        ]
        changes += [(file, b"".join(lines[:n] + lines[n : n + 2][::-1] + lines[n + 2 :]))
                    for n in range(len(lines) - 1)]  # fmt: skip

    real = [(file, content) for file, content in changes if content != files[file]]

    assert [file for file, content in real if is_accepted(files | {file: content})] == []


@pytest.mark.parametrize("name", VERIFIED)
def test_a_missing_file_is_refused_unless_the_draw_is_then_sealed(name: str) -> None:
    files = load(name)
    states = {file: is_accepted({k: v for k, v in files.items() if k != file}) for file in files}

    assert not any(states.values())


def is_accepted(files: dict[str, bytes]) -> bool:
    try:
        verify.check(files)
    except verify.Refused:
        return False
    return True


@pytest.mark.parametrize("name", ["v1", "v4", "v5", "void"])
def test_garbage_is_one_line_and_never_a_traceback(
    lone_file: Path, tmp_path: Path, name: str
) -> None:
    folder = shutil.copytree(VECTORS / name, tmp_path / "draw")
    (folder / "announcement.txt").write_bytes(bytes(range(256)) * 4000)

    done = run(lone_file, str(folder))

    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (1, 1, "")


def test_a_terminal_without_chinese_still_gets_its_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, verify.__file__, str(VECTORS / "void")],
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii"},
        check=False,
    )

    assert (done.returncode, done.stderr) == (3, b"")
    assert done.stdout.splitlines()[-1].startswith(b"VOID \\u540d")


TWO = {"witness": "2\t8", "digits": "12345678,12345678", "witness_file": True}
DRAND = {"witness": "0\t0", "digits": "-", "beacon": BEACON}
DRAND_LINE = "drand-quicknet\t27433012\t2026-04-02T12:00:00+08:00"


def drand(**changes: object) -> dict[str, bytes]:
    files_beacon = changes.pop("value", BEACON)
    line = str(changes.pop("line", DRAND_LINE))
    digits = changes.pop("digits", "-")
    witness = changes.pop("witness", "0\t0")
    return made_with_beacon(line, str(files_beacon), digits=digits, witness=witness, **changes)


def made_with_beacon(line: str, value: str, **changes: object) -> dict[str, bytes]:
    edits = dict(changes.pop("replace", {}))  # type: ignore[call-overload]
    edits["announcement"] = ("beacon\tnone", f"beacon\t{line}")
    return made(beacon=value, replace=edits, **changes)  # type: ignore[arg-type]


KL8 = "01.02.03.04.05.06.07.08.09.10.11.12.13.14.15.16.17.18.19.80"
KL8_LINE = "cwl-kl8\t2026083\t2026-04-02T21:30:00+08:00"

ACCEPTED = {
    "a plain draw": lambda: made(),
    "a team draw": lambda: made("teams"),
    "two witnesses who throw the same": lambda: made(**TWO),
    "one witness beside a beacon": lambda: drand(
        witness="1\t12", digits="004207731905", witness_file=True
    ),
    "a beacon alone": lambda: drand(),
    "a lottery's numbers": lambda: drand(line=KL8_LINE, value=KL8),
    "an id of 96 characters": lambda: made(replace={"candidates": ("E3", "E" + "3" * 95)}),
    "a code of 64 characters": lambda: made(authority="A" + "0" * 63),
    "scope for everyone": lambda: made(scope="-"),
    "scope values in any order": lambda: made(scope="类别=乙,甲;行业=林业"),
    "no excluded": lambda: made(lists={"excluded": ""}),
    "a stratum without candidates": lambda: made(stratum="A级\t2\t1\n空层\t0\t5"),
    "more reserves than candidates": lambda: made(stratum="A级\t2\t999999999"),
    "nobody to draw from": lambda: made(lists={"candidates": ""}, stratum="A级\t0\t0"),
    "a redraw with its reason": lambda: made(draw="2", reason="补录后重抽"),
    "locked on the latest date itself": lambda: made(reveal="deferred\t2026-03-02"),
    "a leap day": lambda: made(reveal="deferred\t2028-02-29"),
    "experts only where asked": lambda: made("teams", lists={"conflicts": ""}),
    "no visits at all": lambda: made("teams", lists={"visits": "", "conflicts": ""}),
    "a capacity of nine digits": lambda: made(
        "teams", replace={"inspectors": ("I1\tL\t3", "I1\tL\t999999999")}
    ),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_it_accepts(case: str) -> None:
    assert verify.check(ACCEPTED[case]()).line == "VERIFIED"


STATES = {
    "sealed with nothing but the announcement": (
        lambda: only(made(), "announcement.txt"),
        "SEALED until immediate",
    ),
    "sealed with commitments only": (
        lambda: only(made(**TWO), "announcement.txt", "witness.txt"),
        "SEALED until immediate",
    ),
    "sealed until a date": (
        lambda: only(made(reveal="deferred\t2026-12-31"), "announcement.txt", "record.txt"),
        "SEALED until 2026-12-31",
    ),
    "void and revealed": (lambda: made(void="名录有误"), "VOID 名录有误"),
    "void and not yet revealed": (
        lambda: only(made(void="名录有误"), "announcement.txt", "void.txt", "record.txt"),
        "VOID 名录有误",
    ),
    "void before anyone committed": (
        lambda: made(**TWO, void="停电", drop=("witness.txt", "record.txt", "result.tsv")),
        "VOID 停电",
    ),
    "void because one did not open": (
        lambda: made(
            **TWO,
            void="未按时公开数字",
            result="-",
            replace={"record": opened_one()},
        ),
        "VOID 未按时公开数字",
    ),
    "void because the only one did not give": (
        lambda: made(digits="-", void="未到场", result="-"),
        "VOID 未到场",
    ),
    "void because the round was not held": (
        lambda: drand(value="-", void="信标停发", result="-"),
        "VOID 信标停发",
    ),
}


def opened_one() -> tuple[str, str]:
    return "digits\t12345678,12345678\nsalts\t" + "01" * 32, "digits\t-,12345678\nsalts\t-"


def only(files: dict[str, bytes], *names: str) -> dict[str, bytes]:
    return {name: files[name] for name in names}


@pytest.mark.parametrize("case", STATES)
def test_it_says_what_state_the_draw_is_in(case: str) -> None:
    build, line = STATES[case]

    assert verify.check(build())[:2] == (3, line)


L64 = "f" * 64
BROKEN = {
    # text
    "a full-width space": (lambda: made(task="示范　1号"), "U+3000"),
    "a bar": (lambda: made(task="示范|1号"), "U+007C"),
    "a space before a field": (lambda: made(task=" 示范"), "首尾有空格"),
    "a space after a field": (lambda: made(task="示范 "), "首尾有空格"),
    "an empty field": (lambda: made(task=""), "空字段"),
    "an empty line": (lambda: made(replace={"announcement": ("draw", "\ndraw")}), "空字段"),
    "a BOM": (lambda: made(replace={"announcement": ("ssj1-a", "\ufeffssj1-a")}), "U+FEFF"),
    "CRLF": (lambda: made(replace={"record": ("\n", "\r\n")}), "U+000D"),
    "an empty announcement": (lambda: made(add={"announcement.txt": ""}), "缺少"),
    "a list without its last LF": (
        lambda: made(
            replace={"excluded": ("cap\n", "cap")},
            excluded="1\t" + list_digest("excluded", "E9\tannual_cap"),
        ),
        "换行",
    ),
    "a list of one empty line": (
        lambda: made(lists={"excluded": "\n"}),
        "空字段",
    ),
    # announcement
    "an unknown kind": (lambda: made(replace={"announcement": ("entities", "people")}), "种类"),
    "keys out of order": (
        lambda: made(replace={"announcement": ("draw\t1\nprevious", "previous\t1\ndraw")}),
        "应为“draw”",
    ),
    "a key too many": (
        lambda: made(replace={"announcement": ("immediate\n", "immediate\nnote\tx\n")}),
        "多出一行",
    ),
    "a key twice": (
        lambda: made(replace={"announcement": ("draw\t1\n", "draw\t1\ndraw\t1\n")}),
        "应为“previous”",
    ),
    "a field too many": (lambda: made(task="示范\t示范"), "字段个数"),
    "an authority of 65 characters": (lambda: made(authority="A" * 65), "机关代码"),
    "a unit that begins with a dot": (lambda: made(unit=".kcz"), "单位代码"),
    "no task number": (lambda: made(task="-"), "任务编号"),
    "draw zero": (lambda: made(draw="0", reason="重抽"), "抽取次序"),
    "draw with a leading zero": (lambda: made(draw="01"), "抽取次序"),
    "draw of ten digits": (lambda: made(draw="1000000000", reason="重抽"), "抽取次序"),
    "draw in full-width digits": (lambda: made(draw="１"), "抽取次序"),
    "a signed draw": (lambda: made(draw="+1"), "抽取次序"),
    "a redraw without reason": (lambda: made(draw="2"), "重抽"),
    "previous in capitals": (lambda: made(previous="A" * 64), "前一公告"),
    "previous too short": (lambda: made(previous="0" * 63), "前一公告"),
    "a second 60": (lambda: made(locked_at="2026-03-02T09:00:60+08:00"), "时刻"),
    "an hour 24": (lambda: made(locked_at="2026-03-02T24:00:00+08:00"), "时刻"),
    "another zone": (lambda: made(locked_at="2026-03-02T09:00:00+00:00"), "时刻"),
    "Z for the zone": (lambda: made(locked_at="2026-03-02T01:00:00Z"), "时刻"),
    "30 February": (lambda: made(locked_at="2026-02-30T09:00:00+08:00"), "时刻"),
    "a latest date that is none": (lambda: made(reveal="deferred\t2026-02-29"), "日期"),
    "locked after the latest date": (lambda: made(reveal="deferred\t2026-03-01"), "晚于"),
    "deferred without date": (lambda: made(reveal="deferred"), "揭示方式"),
    "immediate with a date": (lambda: made(reveal="immediate\t2026-12-31"), "揭示方式"),
    "scope with fields out of order": (lambda: made(scope="行业=a;信用=b"), "升序"),
    "scope with a field twice": (lambda: made(scope="a=1;a=2"), "升序"),
    "scope without value": (lambda: made(scope="a="), "范围"),
    "scope with an empty value": (lambda: made(scope="a=1,,2"), "范围"),
    "scope with a second =": (lambda: made(scope="a=1=2"), "范围"),
    "scope with a comma in a name": (lambda: made(scope="a,b=2"), "范围"),
    "scope ending in a semicolon": (lambda: made(scope="a=1;"), "范围"),
    "no matter": (lambda: made(matters="-"), "事项"),
    "matters out of order": (lambda: made(matters="B,A"), "事项"),
    "a matter twice": (lambda: made(matters="A,A"), "事项"),
    "an empty matter": (lambda: made(matters="A,"), "事项"),
    "a matter of 65 characters": (lambda: made(matters="A" * 65), "事项"),
    "a wrong count": (
        lambda: made(excluded="2\t" + list_digest("excluded", "E9\tannual_cap\n")),
        "1 条，公告为 2 条",
    ),
    "no stratum": (
        lambda: made(replace={"announcement": ("stratum\tA级\t2\t1\n", "")}),
        "应为“stratum”",
    ),
    "a stratum called -": (lambda: made(stratum="-\t0\t0\nA级\t2\t1"), "层名"),
    "a stratum twice": (lambda: made(stratum="A级\t2\t1\nA级\t0\t0"), "升序"),
    "strata in UTF-16 order": (lambda: made(stratum="A级\t2\t1\n𠮷\t0\t0\n（专）\t0\t0"), "升序"),
    "k above its stratum": (
        lambda: made(lists={"candidates": "E1\tA级\nE2\tB级\n"}, stratum="A级\t2\t0\nB级\t0\t0"),
        "不能抽取 2 个",
    ),
    "no witness and no beacon": (lambda: made(witness="0\t0", digits="-"), "必须有信标"),
    "one witness with 11 digits": (lambda: made(witness="1\t11", digits="0" * 11), "12"),
    "two witnesses with 7 digits": (lambda: made(witness="2\t7"), "8"),
    "no witness but digits": (lambda: drand(witness="0\t8"), "0 名"),
    "3D as a beacon": (lambda: drand(line="fc3d\t2026083\t2026-04-02T21:30:00+08:00"), "信标"),
    "none with a round": (lambda: made(beacon="-", replace={
        "announcement": ("beacon\tnone", "beacon\tnone\t1\t2026-04-02T21:30:00+08:00")}), "信标"),
    "a lottery round of 6 digits": (
        lambda: drand(line=KL8_LINE.replace("2026083", "202683"), value=KL8), "期号"),
    "a round with a leading zero": (lambda: drand(line=DRAND_LINE.replace("2743", "02743")), "轮次"),
    "drand round 0": (lambda: drand(line=DRAND_LINE.replace("27433012", "0")), "轮次"),
    "a round one before not-before": (
        lambda: drand(line="drand-quicknet\t27433011\t2026-04-02T12:00:00+08:00"), "之前就已公布"),
    "locked at not-before": (
        lambda: drand(line=KL8_LINE, value=KL8, locked_at="2026-04-02T21:30:00+08:00"), "早于"),
    # witness.txt and record.txt
    "a witness file that is not due": (lambda: made(add={"witness.txt": "x\n"}), "不需要"),
    "a witness file that is missing": (lambda: made(**TWO, drop=("witness.txt",)), "缺少 witness"),
    "a commitment too many": (
        lambda: made(**TWO, replace={"witness": ("commit", f"commit\t{L64}\ncommit")}), "多出一行"),
    "a commitment too few": (lambda: made(witness="3\t8", digits="12345678,12345678",
                                         witness_file=True), "commit"),
    "two equal commitments": (
        lambda: equal_commitments(), "相同"),
    "an opening that does not fit": (
        lambda: made(**TWO, replace={"record": ("digits\t1", "digits\t2")}), "承诺不符"),
    "salts where none are due": (lambda: made(salts=L64), "盐值"),
    "a salt in capitals": (lambda: made(**TWO, salts=",".join(["AA" * 32, "02" * 32])), "盐值"),
    "digits too long": (lambda: made(digits="0042077319055"), "每人 12 位"),
    "digits that are letters": (lambda: made(digits="00420773190a"), "见证数字"),
    "digits of one witness too many": (lambda: made(digits="004207731905,004207731905"), "1 名"),
    "digits without witnesses": (lambda: drand(digits="004207731905"), "0 名"),
    "a beacon value that was not announced": (lambda: made(beacon=BEACON), "没有信标"),
    "a drand value in capitals": (lambda: drand(value=BEACON.upper()), "信标取值"),
    "nineteen numbers": (lambda: drand(line=KL8_LINE, value=KL8[3:]), "快乐8"),
    "a number twice": (lambda: drand(line=KL8_LINE, value=KL8.replace("02", "01")), "快乐8"),
    "number 81": (lambda: drand(line=KL8_LINE, value=KL8.replace("80", "81")), "快乐8"),
    "number 00": (lambda: drand(line=KL8_LINE, value=KL8.replace("01.", "00.")), "快乐8"),
    "a missing value without void": (lambda: drand(value="-", result="-"), "必须作废"),
    "missing digits without void": (lambda: made(digits="-", result="-"), "必须作废"),
    "a result without digits": (lambda: made(digits="-", void="x"), "结果须为"),
    "no result though all is there": (lambda: made(result="-", void="x"), "结果摘要"),
    "a salt without its digits": (
        lambda: made(**TWO, void="x", result="-",
                     replace={"record": ("digits\t12345678,", "digits\t-,")}), "同时"),
    "a record of another draw": (
        lambda: made(replace={"record": ("ssj1-record\t", f"ssj1-record\t{L64[:0]}0")}), "摘要"),
    # reveal.txt, void.txt and the folder
    "another nonce": (lambda: made(replace={"reveal": ("0a0a", "0a0b")}), "随机数"),
    "another list salt": (lambda: made(replace={"reveal": ("0b0b", "0b0c")}), "摘要与公告不符"),
    "no record": (lambda: made(drop=("record.txt",)), "缺少 record.txt"),
    "a list missing": (lambda: made(drop=("excluded.tsv",)), "缺少 excluded.tsv"),
    "a result missing": (lambda: made(drop=("result.tsv",)), "result.tsv"),
    "a sealed draw with a list": (lambda: made(drop=("reveal.txt", "result.tsv")), "不应存在"),
    "a sealed draw with its result": (
        lambda: made(drop=("reveal.txt", "candidates.tsv", "excluded.tsv")), "不应存在"),
    "a void draw with lists nobody can check": (
        lambda: made(void="x", drop=("reveal.txt", "result.tsv")), "不应存在"),
    "a void draw with a result but no record": (
        lambda: made(void="x", drop=("record.txt",)), "result.tsv"),
    "a void at no time": (lambda: made(void="x", replace={"void": ("03-03", "13-03")}), "时刻"),
    "a void without reason": (lambda: made(void="x", replace={"void": ("reason\tx\n", "")}), "reason"),
    "a void of another draw": (
        lambda: made(void="x", replace={"void": ("ssj1-void\t", "ssj1-void\t0")}), "摘要"),
    "lists of the other kind": (lambda: made(add={"visits.tsv": ""}), "不属于"),
    # lists
    "a candidate without stratum": (lambda: made(replace={"candidates": ("E3\tA级", "E3")}), "2 个字段"),
    "candidates out of order": (lambda: made(lists={"candidates": "E2\tA级\nE1\tA级\n"}), "升序"),
    "a candidate twice": (lambda: made(lists={"candidates": "E1\tA级\nE1\tA级\n"}), "重复"),
    "an id of 97 characters": (lambda: made(replace={"candidates": ("E3", "E" * 97)}), "编号"),
    "an id in Chinese": (lambda: made(replace={"candidates": ("E3", "采矿")}), "编号"),
    "an id that begins with a hyphen": (
        lambda: made(lists={"candidates": "-E\tA级\nE1\tA级\nE2\tA级\n"}), "编号"),
    "a candidate in stratum -": (lambda: made(replace={"candidates": ("E3\tA级", "E3\t-")}), "层"),
    "a reason in capitals": (lambda: made(replace={"excluded": ("annual", "Annual")}), "排除原因"),
    "a reason of 33 letters": (lambda: made(replace={"excluded": ("annual_cap", "a" * 33)}), "排除原因"),
    "an excluded candidate": (lambda: made(replace={"excluded": ("E9", "E3")}), "同时在"),
    # teams
    "a team of one": (lambda: made("teams", team="1"), "每组人数"),
    "scope in a team draw": (
        lambda: made("teams", replace={"announcement": ("visits", "scope\t-\nvisits")}), "visits"),
    "a target that is no digest": (lambda: made("teams", replace={"visits": ("cc", "cg")}), "对象"),
    "quals out of order": (lambda: made("teams", replace={"visits": ("测绘", "矿产,测绘")}), "资质"),
    "a qual called -": (lambda: made("teams", replace={"visits": ("测绘", "-,测绘")}), "资质"),
    "an unknown role": (lambda: made("teams", replace={"inspectors": ("I3\tM", "I3\tH")}), "角色"),
    "a capacity below zero": (
        lambda: made("teams", replace={"inspectors": ("I3\tM\t3", "I3\tM\t-1")}), "可承担次数"),
    "an inspector twice": (
        lambda: made("teams", replace={"inspectors": ("I2\tM\t3\t测绘", "I1\tM\t3\t测绘")}), "重复"),
    "a conflict of no visit": (lambda: made("teams", lists={"conflicts": "V3\tI1\tdeclared\n"}), "V3"),
    "a conflict twice": (
        lambda: made("teams", lists={"conflicts": "V1\tI1\tdeclared\nV1\tI1\tfound\n"}), "重复"),
    "a conflict without reason": (
        lambda: made("teams", lists={"conflicts": "V1\tI1\t-\n"}), "回避原因"),
    # result
    "a result that was bent": (
        lambda: made(replace={"result": ("selected", "reserve")}), "重新计算"),
}  # fmt: skip


def list_digest(name: str, text: str) -> str:
    from tests.lottery.folders import LIST_SALT, h, sha256

    return h("list", name, LIST_SALT, sha256(text.encode()))


def equal_commitments() -> dict[str, bytes]:
    files = made(**TWO)
    head, first, _ = files["witness.txt"].splitlines(keepends=True)
    return files | {"witness.txt": head + first + first}


@pytest.mark.parametrize("case", BROKEN)
def test_it_refuses(case: str) -> None:
    build, phrase = BROKEN[case]

    with pytest.raises(verify.Refused, match=r"^[^\n]+。$") as refused:
        verify.check(build())

    assert phrase in str(refused.value)
