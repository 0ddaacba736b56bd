#!/usr/bin/env python3
"""Draw of 5 % of 100,000 and of 1,000,000 candidates beside the floor, in memory.

The floor is the time to hash N ticket texts and keep nothing (same method as the protocol's own
measurement: prefix hashed once, copied and finished per candidate). The target is 1.3 × floor.

usage: bench/draw.py [N …]        the fastest of 5 runs each (3 for the full sort)
"""

import hashlib
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from lottery import Stratum, draw_entities

STRATUM = "采矿权人"
SEED = hashlib.sha256(b"floor").hexdigest()
TARGET = 1.3


def main(sizes: list[int]) -> None:
    print(f"{'candidates':>12} {'floor s':>9} {'sort s':>9} {'draw s':>9} {'draw/floor':>11}")
    for size in sizes:
        ids = [f"91990000MA{i:08d}" for i in range(size)]
        candidates = [(identifier, STRATUM) for identifier in ids]
        floor, draw = fastest(
            lambda ids=ids: hash_only(ids), lambda rows=candidates: draw_five_percent(rows)
        )
        (sort,) = fastest(lambda ids=ids: full_sort(ids), rounds=3)
        verdict = "" if draw <= TARGET * floor else f"  above {TARGET} × floor"
        print(f"{size:>12,} {floor:>9.4f} {sort:>9.4f} {draw:>9.4f} {draw / floor:>11.2f}{verdict}")


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


def draw_five_percent(candidates: list[tuple[str, str]]) -> None:
    size = len(candidates)
    draw_entities(candidates, [Stratum(label=STRATUM, k=size // 20)], {STRATUM: size}, SEED)


def fastest(*works: Callable[[], object], rounds: int = 5) -> list[float]:
    """The least disturbed time of each, measured in turns so that a busy machine hits them alike."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for place, work in enumerate(works):
            start = time.perf_counter()
            work()
            times[place].append(time.perf_counter() - start)
    return [min(measured) for measured in times]


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [100_000, 1_000_000])
