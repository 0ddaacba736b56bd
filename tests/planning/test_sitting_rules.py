"""planning/rules/sittings.py: what an arrangement must have, and what is promised of it (DRAW §3, §4)."""

from datetime import UTC, datetime

import pytest

from planning.rules.sittings import (
    Progress,
    arrangement_faults,
    commitment_doubts,
    least_digits,
    promises,
    verdict_text,
)

NOW = datetime(2026, 4, 2, 2, 0, tzinfo=UTC)  # 10:00 in China
NOON = datetime(2026, 4, 2, 4, 0, tzinfo=UTC)
SOUND = {
    "digits_each": 12,
    "witnesses": 1,
    "beacon_source": "none",
    "beacon_round": "",
    "beacon_not_before": None,
    "now": NOW,
    "is_deferred": False,
    "has_reveal_date": False,
}
DRAND = {"beacon_source": "drand-quicknet", "beacon_not_before": NOON}


def test_a_plain_arrangement_is_sound():
    assert arrangement_faults(**SOUND) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"digits_each": 11}, "1 位监督人时每人至少给出 12 位数字，现为 11 位"),
        ({"digits_each": 65}, "须在 8 与 64 之间"),
        ({"witnesses": 0}, "没有监督人时必须使用公共随机源"),
        ({"is_deferred": True}, "延后公开须写明最迟公开日"),
        ({"beacon_source": "cwl-kl8"}, "请填写公共随机值最早在何时公布"),
        ({"beacon_source": "cwl-kl8", "beacon_not_before": NOW}, "公布时刻已经过去"),
        (
            {"beacon_source": "cwl-kl8", "beacon_not_before": NOON, "beacon_round": "26083"},
            "快乐8期号须为 7 位数字",
        ),
        (DRAND | {"beacon_round": "27433011"}, "这一轮在所写时刻之前就会公布"),
        ({"beacon_round": "2026083"}, "请选择公共随机源，或清空"),
    ],
)
def test_what_is_wrong_is_said(change, said):
    (fault,) = arrangement_faults(**SOUND | change)

    assert said in fault[1]


def test_the_first_round_at_noon_is_accepted():
    assert arrangement_faults(**SOUND | DRAND | {"beacon_round": "27433012"}) == []


@pytest.mark.parametrize(("count", "least"), [(0, 0), (1, 12), (2, 8), (5, 8)])
def test_one_alone_gives_more_digits(count, least):
    assert least_digits(count) == least


def made(**changes) -> Progress:
    values = {
        "witnesses": ("甲", "乙"),
        "committed": frozenset({"甲"}),
        "opened": frozenset(),
        "has_beacon": True,
        "beacon_known": False,
        "beacon_not_before": NOON,
    }
    return Progress(**values | changes)


def test_what_is_missing_names_the_people():
    assert made().missing == [
        "等待乙提交监督承诺。",
        "等待甲、乙公布监督数字。",
        "等待登记公共随机值。",
    ]


def test_one_witness_commits_only_beside_a_beacon():
    alone = {"witnesses": ("甲",), "committed": frozenset()}

    assert made(**alone).needs_commitments
    assert not made(**alone, has_beacon=False).needs_commitments


def test_more_is_promised_with_more_witnesses_and_a_beacon():
    assert [len(promises(n, b)) for n, b in [(0, True), (1, False), (2, False), (2, True)]] == [
        1, 1, 1, 2,
    ]  # fmt: skip
    assert "只要有一位监督人是诚实的" in promises(2, False)[0]
    assert "这位监督人是诚实的" in promises(1, False)[0]


def test_who_committed_elsewhere_is_named():
    doubts = commitment_doubts(server_made=["甲"], other_device=["乙"])

    assert doubts[0].startswith("甲的承诺由服务器代算")
    assert doubts[1].startswith("乙的承诺在操作人的设备上作出")


@pytest.mark.parametrize(
    ("code", "line", "words"),
    [
        (0, "VERIFIED", "重新算出了同样的结果"),
        (3, "SEALED until immediate", "名单在算出结果时公开"),
        (3, "SEALED until 2026-12-31", "名单最迟于 2026-12-31 公开"),
        (3, "VOID 监督人退场", "已作废：监督人退场"),
        (1, "result.tsv 第 3 行不同", "result.tsv 第 3 行不同"),
    ],
)
def test_the_verifier_s_line_is_put_into_words(code, line, words):
    assert words in verdict_text(code, line)
