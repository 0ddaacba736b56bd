"""At the lock: what a verifier would refuse later is refused while it can still be corrected."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from lottery import (
    NO_DIGEST,
    Beacon,
    ChainLink,
    Conflict,
    EntityAnnouncement,
    Inspector,
    ListCommitment,
    ProtocolError,
    Role,
    Stratum,
    TeamChange,
    Visit,
    Witnesses,
    WitnessOpening,
    chain_faults,
    chain_text,
    changes_text,
    check_folder,
    draw_entities,
    draw_seed,
    freeze_candidates,
    freeze_conflicts,
    freeze_excluded,
    freeze_inspectors,
    freeze_visits,
    make_record,
    new_secret,
    nonce_commitment,
    pseudonym,
    read_announcement,
    read_folder,
    recurring,
    reveal_text,
    scope_text,
    visit_target,
    void_text,
    witness_commitment,
    witness_text,
    write_folder,
)
from lottery.lists import read_rows
from tests.lottery.folders import load, made

LOCKED = datetime(2026, 3, 2, 9, tzinfo=UTC)
NONCE, SALT = "0a" * 32, "0b" * 32
CANDIDATES = freeze_candidates([("E2", "采矿权人"), ("E1", "采矿权人"), ("E3", "用地")])
EXCLUDED = freeze_excluded([("E9", "annual_cap")], candidates=CANDIDATES)
GOOD = EntityAnnouncement(
    authority="990000",
    unit="990000-kcz",
    task="示范抽查〔2026〕1号",
    previous=NO_DIGEST,
    locked_at=LOCKED,
    scope=scope_text({"类别": ["采矿权人", "用地"], "信用": ["A级"]}),
    matters=("KC-01",),
    candidates=ListCommitment.of(CANDIDATES, SALT),
    excluded=ListCommitment.of(EXCLUDED, SALT),
    strata=(Stratum(label="采矿权人", k=1, reserve=1), Stratum(label="用地", k=1)),
    nonce_commitment=nonce_commitment(NONCE),
    witnesses=Witnesses(count=2, digits_each=8),
)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"authority": "示范县"}, "机关代码"),
        ({"task": "-"}, "任务编号"),
        ({"draw": 0}, "抽取次序"),
        ({"draw": 2}, "重抽或补抽的原因"),
        ({"reason": "换一批"}, "首次抽取"),
        ({"matters": ()}, "至少要有一个抽查事项"),
        ({"matters": ("A", "A")}, "重复"),
        ({"strata": ()}, "至少要有一层"),
        ({"strata": (Stratum(label="甲", k=4),)}, "超过了候选总数"),
        ({"strata": (Stratum(label="甲\u200b", k=1),)}, "U+200B"),
        ({"witnesses": Witnesses(count=0, digits_each=0)}, "必须使用信标"),
        ({"witnesses": Witnesses(count=1, digits_each=11)}, "至少给出 12 位"),
        ({"witnesses": Witnesses(count=3, digits_each=4)}, "至少给出 8 位"),
        ({"beacon": Beacon(source="双色球", round="1", not_before=LOCKED)}, "24 比特"),
        ({"beacon": Beacon(source="cwl-kl8", round="2026083", not_before=LOCKED)}, "之前锁定"),
        (
            {
                "beacon": Beacon(
                    source="drand-quicknet", round="26000000", not_before=LOCKED + timedelta(1)
                )
            },
            "已公布",
        ),
        ({"reveal_by": date(2026, 3, 1)}, "早于锁定日期"),
        ({"scope": "b=1;a=1"}, "升序"),
    ],
)
def test_an_announcement_that_breaks_a_rule_cannot_be_made(
    change: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ProtocolError, match=sentence.replace("+", r"\+")):
        dataclasses.replace(GOOD, **change)


def test_an_announcement_written_otherwise_is_not_read() -> None:
    text = load("v1")["announcement.txt"].decode()
    swapped = text.replace("draw\t1\n", "").replace("task\t", "draw\t1\ntask\t")

    for other in (swapped, text[:-1], text + "x\ty\n", "", text.replace("\t3\t2", "\t03\t2")):
        with pytest.raises(ProtocolError):
            read_announcement(other)


@pytest.mark.parametrize("name", ["v2", "v5"])
def test_an_announcement_with_a_field_or_line_missing_is_refused_in_one_sentence(name: str) -> None:
    lines = load(name)["announcement.txt"].decode().splitlines()
    shorter = [
        [*lines[:n], line.rpartition("\t")[0], *lines[n + 1 :]] for n, line in enumerate(lines)
    ]
    fewer = [
        lines[:n] + lines[n + 1 :]
        for n, line in enumerate(lines)
        if not line.startswith(
            "stratum"
        )  # one stratum less is another announcement, not a broken one
    ]

    for broken in shorter + fewer:
        with pytest.raises(ProtocolError, match=r"。$"):
            read_announcement("".join(f"{line}\n" for line in broken))


@pytest.mark.parametrize(
    ("freeze", "sentence"),
    [
        (
            lambda: freeze_candidates([("E1", "甲"), ("E1", "乙")]),
            "“E1”在名单 candidates.tsv 中重复",
        ),
        (lambda: freeze_candidates([("采矿1", "甲")]), "候选对象编号"),
        (lambda: freeze_candidates([("E1", "-")]), "层名"),
        (lambda: freeze_excluded([("E1", "x")], candidates=CANDIDATES), "既在候选名单又在排除名单"),
        (lambda: freeze_excluded([("E9", "Annual")]), "排除原因"),
        (lambda: freeze_visits([Visit(id="V1", target="x")]), "对象承诺"),
        (lambda: freeze_visits([Visit(id="V1", quals=("a,b",), target="0" * 64)]), "英文逗号"),
        (
            lambda: freeze_inspectors([Inspector(pid="I1", role=Role.LEADER, capacity=-1)]),
            "可承担次数",
        ),
        (
            lambda: freeze_conflicts(
                [Conflict(visit="V1", pid="I9", reason="declared")], visits=["V1"], pids=["I1"]
            ),
            "“I9”不在本次人员名单中",
        ),
        (
            lambda: freeze_conflicts(
                [Conflict(visit="V1", pid="I1", reason=r) for r in ("found", "declared")],
                visits=["V1"],
                pids=["I1"],
            ),
            "“V1、I1”在名单 conflicts.tsv 中重复",
        ),
    ],
)
def test_a_list_that_breaks_a_rule_cannot_be_frozen(freeze: object, sentence: str) -> None:
    with pytest.raises(ProtocolError, match=sentence):
        freeze()  # type: ignore[operator]


def test_lists_ascend_by_code_point_as_no_locale_does() -> None:
    ids = ["a1", "Z1", "Z.1", "Z-1", "Z_1", "z1", "B2", "10", "9"]

    frozen = freeze_candidates([(identifier, "甲") for identifier in ids])

    assert [row[0] for row in read_rows(frozen.content)] == [
        "10",
        "9",
        "B2",
        "Z-1",
        "Z.1",
        "Z1",
        "Z_1",
        "a1",
        "z1",
    ]


def test_secrets_differ_and_commitments_hide_what_they_bind() -> None:
    first, second = new_secret(), new_secret()

    assert first != second
    assert pseudonym(first, "110101199001011234").startswith("P-")
    assert len({visit_target(salt, "E1") for salt in (first, second)}) == 2


def openings() -> list[WitnessOpening]:
    return [
        WitnessOpening(digits="00000007", salt=SALT),
        WitnessOpening(digits="98765432", salt=NONCE),
    ]


def commitments() -> list[str]:
    return [witness_commitment(GOOD.digest(), o.salt or "", o.digits) for o in openings()]


def test_a_whole_draw_made_here_is_verified(tmp_path: Path) -> None:
    witness = witness_text(GOOD, commitments())
    seed = draw_seed(GOOD, NONCE, openings())
    rows = [("E1", "采矿权人"), ("E2", "采矿权人"), ("E3", "用地")]
    result = draw_entities(rows, GOOD.strata, CANDIDATES.strata, seed).to_text(GOOD.digest())
    record = make_record(GOOD, openings(), result=result, witness_file=witness)
    texts = {
        "announcement.txt": GOOD.to_text(),
        "witness.txt": witness,
        "record.txt": record.to_text(),
        "result.tsv": result,
    }
    files = {name: text.encode() for name, text in texts.items()}
    files |= {part.file_name: part.content for part in (CANDIDATES, EXCLUDED)}

    write_folder(tmp_path / "sealed", files)
    revealed = files | {"reveal.txt": reveal_text(GOOD, NONCE, SALT).encode()}
    write_folder(tmp_path / "revealed", revealed)

    assert check_folder(read_folder(tmp_path / "sealed")).line == "SEALED until immediate"
    assert check_folder(read_folder(tmp_path / "revealed")).line == "VERIFIED"
    with pytest.raises(ProtocolError, match="不是空的"):
        write_folder(tmp_path / "sealed", files)


def test_a_draw_whose_witness_did_not_open_can_only_be_void() -> None:
    witness = witness_text(GOOD, commitments())
    record = make_record(GOOD, [None, openings()[1]], result=None, witness_file=witness)
    files = {
        "announcement.txt": GOOD.to_text().encode(),
        "witness.txt": witness.encode(),
        "record.txt": record.to_text().encode(),
    }
    void = void_text(GOOD, "见证人未按时公开数字", LOCKED).encode()

    assert check_folder(files | {"void.txt": void}).line == "VOID 见证人未按时公开数字"
    with pytest.raises(ProtocolError, match="必须作废"):
        check_folder(files)
    with pytest.raises(ProtocolError, match="没有种子"):
        record.seed(NONCE)


def test_nothing_false_gets_into_a_record() -> None:
    witness = witness_text(GOOD, commitments())
    other = [openings()[1], openings()[0]]

    with pytest.raises(ProtocolError, match="承诺不符"):
        make_record(GOOD, other, result="x", witness_file=witness)
    with pytest.raises(ProtocolError, match="不全时不能有结果"):
        make_record(GOOD, openings(), result=None, witness_file=witness)
    with pytest.raises(ProtocolError, match="没有信标"):
        make_record(GOOD, openings(), result="x", beacon="ab" * 32, witness_file=witness)
    with pytest.raises(ProtocolError, match="与公告不符"):
        make_record(GOOD, openings(), result="x")
    with pytest.raises(ProtocolError, match="须为 8 位"):
        draw_seed(GOOD, NONCE, [WitnessOpening(digits="1"), WitnessOpening(digits="2")])
    with pytest.raises(ProtocolError, match="随机数"):
        draw_seed(GOOD, SALT, openings())
    with pytest.raises(ProtocolError, match="相同"):
        witness_text(GOOD, commitments()[:1] * 2)


def test_the_folder_check_raises_the_verifiers_sentence() -> None:
    with pytest.raises(ProtocolError, match=r"result\.tsv 的摘要与 record\.txt 不符"):
        check_folder(made() | {"result.tsv": b""})
    with pytest.raises(ProtocolError, match=r"不认识的文件“notes\.txt”"):
        check_folder(made() | {"notes.txt": b""})


def link(number: int, **changes: object) -> ChainLink:
    fields = {
        "announcement": f"{number:064x}",
        "previous": f"{number - 1:064x}",
        "unit": "990000-kcz",
        "task": f"示范〔2026〕{number}号",
        "draw": 1,
        "locked_at": LOCKED,
        "state": "revealed",
    }
    return ChainLink(**(fields | changes))  # type: ignore[arg-type]


def test_a_draw_that_was_not_published_leaves_a_gap_in_the_chain() -> None:
    whole = [link(1), link(2), link(3)]

    assert chain_faults(whole) == []
    assert len(chain_faults([whole[0], whole[2]])) == 1
    assert "第 2 次公告（示范〔2026〕3号" in chain_faults([whole[0], whole[2]])[0]
    assert chain_text(whole[:1]).split("\t")[2:] == [
        "990000-kcz",
        "示范〔2026〕1号",
        "1",
        "2026-03-02T17:00:00+08:00",
        "-",
        "revealed\n",
    ]


def test_digits_that_recur_are_named() -> None:
    assert recurring(["1", "2", "1", "-", "-", "1"]) == ["1"]


def test_changes_are_numbered_and_name_who_was_passed_over() -> None:
    change = TeamChange(
        visit="V1", left="I1", came=None, passed_over=["I3", "I2"], code="health", at=LOCKED
    )

    assert changes_text([change]) == "1\tV1\tI1\t-\tI2,I3\thealth\t2026-03-02T17:00:00+08:00\n"
