"""Exact properties of the entity draw with the seed held fixed (DRAW §5, §7)."""

import random
from collections.abc import Iterator

import pytest

from lottery import EntityResult, ProtocolError, Stratum, draw_entities, entities, h

SEED = h("test", "entities")
POOL = [(f"E{n:04d}", "甲" if n % 3 else "乙") for n in range(900)]
COUNTS = {"甲": 600, "乙": 300}
STRATA = [Stratum(label="甲", k=40, reserve=7), Stratum(label="乙", k=30, reserve=5)]


def ids(result: EntityResult) -> list[str]:
    return [pick.id for pick in result.picks]


def by_full_sort(pool: list[tuple[str, str]], strata: list[Stratum], seed: str) -> list[tuple]:
    rows = []
    for stratum in sorted(strata, key=lambda stratum: stratum.label):
        tickets = sorted(
            (h("entity", seed, label, identifier), identifier)
            for identifier, label in pool
            if label == stratum.label
        )
        drawn = tickets[: stratum.k + stratum.reserve]
        rows += [(stratum.label, identifier, ticket) for ticket, identifier in drawn]
    return rows


def test_order_of_candidates_and_strata_does_not_matter() -> None:
    shuffled = random.Random(1).sample(POOL, len(POOL))

    assert draw_entities(shuffled, STRATA[::-1], COUNTS, SEED) == draw_entities(
        POOL, STRATA, COUNTS, SEED
    )


@pytest.mark.parametrize("seed", [h("seed", str(n)) for n in range(30)])
def test_the_threshold_method_equals_a_full_sort(seed: str) -> None:
    result = draw_entities(POOL, STRATA, COUNTS, seed)

    assert [(pick.stratum, pick.id, pick.ticket) for pick in result.picks] == by_full_sort(
        POOL, STRATA, seed
    )


def test_most_candidates_are_never_kept() -> None:
    bounds = {"甲": entities._bound(47, 600), "乙": entities._bound(35, 300)}

    kept = entities._survivors(POOL, COUNTS, bounds, SEED)

    assert 47 <= len(kept["甲"]) < 200
    assert 35 <= len(kept["乙"]) < 200


def test_too_few_survivors_fall_back_to_a_second_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    passes = []

    def cursor() -> Iterator[tuple[str, str]]:
        passes.append(len(passes))
        return iter(POOL)

    real = entities._bound
    monkeypatch.setattr(entities, "_bound", lambda m, population: real(m, population * 1000))
    result = draw_entities(cursor, STRATA, COUNTS, SEED)

    assert len(passes) == 2
    assert [(p.stratum, p.id, p.ticket) for p in result.picks] == by_full_sort(POOL, STRATA, SEED)
    with pytest.raises(ProtocolError, match="第二次读取"):
        draw_entities(iter(POOL), STRATA, COUNTS, SEED)


def test_k_plus_one_contains_k() -> None:
    draws = [
        ids(draw_entities(POOL, [Stratum(label="甲", k=k), STRATA[1]], COUNTS, SEED))
        for k in range(60)
    ]
    own = [[identifier for identifier in draw if int(identifier[1:]) % 3] for draw in draws]

    assert [own[k + 1][:k] for k in range(59)] == own[:59]
    assert [len(draw) for draw in own] == list(range(60))


def test_removing_anyone_not_drawn_changes_nothing() -> None:
    result = draw_entities(POOL, STRATA, COUNTS, SEED)
    drawn = set(ids(result))
    for gone in [row for row in POOL if row[0] not in drawn][::40]:
        rest = [row for row in POOL if row != gone]
        counts = COUNTS | {gone[1]: COUNTS[gone[1]] - 1}

        assert draw_entities(rest, STRATA, counts, SEED) == result


def test_removing_a_pick_promotes_exactly_the_first_reserve() -> None:
    result = draw_entities(POOL, STRATA, COUNTS, SEED)
    first = next(pick for pick in result.reserves if pick.stratum == "甲")
    selected = {pick.id for pick in result.selected}
    for gone in [pick.id for pick in result.selected if pick.stratum == "甲"]:
        rest = [row for row in POOL if row[0] != gone]

        again = draw_entities(rest, STRATA, COUNTS | {"甲": 599}, SEED)

        assert {pick.id for pick in again.selected} == selected - {gone} | {first.id}


def test_everyone_is_ordered_where_everyone_is_inspected() -> None:
    result = draw_entities(
        POOL, [Stratum(label="甲", k=600), Stratum(label="乙", k=300)], COUNTS, SEED
    )

    assert sorted(ids(result)) == [identifier for identifier, _ in POOL]
    assert [pick.rank for pick in result.picks if pick.stratum == "甲"] == list(range(1, 601))


@pytest.mark.parametrize(
    ("strata", "counts", "sentence"),
    [
        ([Stratum(label="甲", k=601), STRATA[1]], COUNTS, "“甲”层只有 600 个，不能抽取 601 个"),
        (STRATA[:1], COUNTS, "“乙”层没有公告"),
        (STRATA[:1], {"甲": 900}, "“乙”层没有公告"),
        (STRATA, COUNTS | {"甲": 599}, "条数不符"),
        (
            [Stratum(label="甲", k=1), Stratum(label="乙", k=2, reserve=400)],
            {"甲": 601, "乙": 299},
            "条数不符",
        ),
    ],
)
def test_it_refuses_what_does_not_agree_with_the_lock(
    strata: list[Stratum], counts: dict[str, int], sentence: str
) -> None:
    with pytest.raises(ProtocolError, match=sentence):
        draw_entities(POOL, strata, counts, SEED)


def test_one_ticket_can_be_shown_alone() -> None:
    pick = draw_entities(POOL, STRATA, COUNTS, SEED).picks[0]

    assert entities.entity_ticket(SEED, pick.stratum, pick.id) == pick.ticket
    assert h("entity", SEED, pick.stratum, pick.id) == pick.ticket
