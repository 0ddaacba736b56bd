#!/usr/bin/env python3
"""Draw of 5 % of 100,000 and of 1,000,000 candidates in memory, beside its floor and two other ways.

The floor is the time to hash N ticket texts and keep nothing (the protocol's own measurement: prefix hashed once,
copied and finished per candidate). Each figure is the least of several rounds that are run in turns, so that a busy
machine disturbs all of them alike.

usage: bench/draw.py [N …]
"""

import hashlib
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

from consistent_sampler import sampler

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from lottery import EntityResult, Stratum, draw_entities

STRATUM = "采矿权人"
SEED = hashlib.sha256(b"floor").hexdigest()
ROUNDS, SLOW_ROUNDS = 9, 4
MOST_OF_FLOOR = 1.3
LEAST_OF_SAMPLER = 8


def main(sizes: list[int]) -> int:
    """0 when both targets are met at every size."""
    print(f"{'5 % of':>10} {'floor s':>8} {'draw s':>8} {'draw/floor':>11} {'+ result.tsv':>13} {'sort/draw':>10} {'consistent_sampler s':>21} {'…/draw':>7}")  # fmt: skip
    is_met = [measure(size) for size in sizes]
    print(f"\nmemory of a draw from a cursor\n{'candidates':>10} {'k':>8} {'peak MB':>8} {'bytes per pick':>15}")  # fmt: skip
    for size in sizes:
        for k in (1_000, size // 20):
            peak = peak_memory(size, k)
            print(f"{size:>10,} {k:>8,} {peak / 2**20:>8.1f} {peak / k:>15.0f}")
    return int(not all(is_met))


def measure(size: int) -> bool:
    ids = [f"91990000MA{i:08d}" for i in range(size)]
    candidates = [(identifier, STRATUM) for identifier in ids]
    floor, draw, text = fastest(
        lambda: hash_only(ids),
        lambda: five_percent(candidates, size),
        lambda: five_percent(candidates, size).to_text(SEED),
        rounds=ROUNDS,
    )
    sort, other = fastest(
        lambda: full_sort(ids),
        lambda: list(sampler(ids, with_replacement=False, take=size // 20, seed=SEED)),
        rounds=SLOW_ROUNDS,
    )
    is_met = draw <= MOST_OF_FLOOR * floor and other >= LEAST_OF_SAMPLER * draw
    verdict = f"within {MOST_OF_FLOOR} and {LEAST_OF_SAMPLER}" if is_met else "TARGET MISSED"
    print(
        f"{size:>10,} {floor:>8.4f} {draw:>8.4f} {draw / floor:>11.2f} {text / floor:>13.2f} {sort / draw:>10.1f}"
        f" {other:>21.4f} {other / draw:>7.1f}  {verdict}",
        flush=True,
    )
    return is_met


def five_percent(candidates: list[tuple[str, str]], size: int) -> EntityResult:
    return draw_entities(candidates, [Stratum(label=STRATUM, k=size // 20)], {STRATUM: size}, SEED)


def hash_only(ids: list[str]) -> None:
    base = hashlib.sha256(f"ssj1|entity|{SEED}|{STRATUM}|".encode())
    for identifier in ids:
        ticket = base.copy()
        ticket.update(identifier.encode("utf-8"))
        ticket.digest()


def full_sort(ids: list[str]) -> list[tuple[str, str]]:
    base = hashlib.sha256(f"ssj1|entity|{SEED}|{STRATUM}|".encode())

    def ticket(identifier: str) -> tuple[str, str]:
        hashed = base.copy()
        hashed.update(identifier.encode("utf-8"))
        return hashed.hexdigest(), identifier

    return sorted(map(ticket, ids))[: len(ids) // 20]


def peak_memory(size: int, k: int) -> int:
    """Bytes that Python holds at most while candidates come one by one, as from a cursor of the database."""

    def cursor() -> Iterator[tuple[str, str]]:
        return ((f"91990000MA{i:08d}", STRATUM) for i in range(size))

    tracemalloc.start()
    draw_entities(cursor, [Stratum(label=STRATUM, k=k)], {STRATUM: size}, SEED)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def fastest(*works: Callable[[], object], rounds: int) -> list[float]:
    """The least disturbed time of each, measured in turns."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for place, work in enumerate(works):
            start = time.perf_counter()
            work()
            times[place].append(time.perf_counter() - start)
    return [min(measured) for measured in times]


if __name__ == "__main__":
    sys.exit(main([int(size) for size in sys.argv[1:]] or [100_000, 1_000_000]))
