#!/usr/bin/env python3
"""Teams for 2,000 visits among 300 inspectors: by the engine, and by the lone verifier that computes them again.

Visits ask for legal quals and experts as a prefecture's do; 3,000 pairs are in conflict; capacity is just enough.

usage: bench/teams.py [VISITS INSPECTORS]        the least of three rounds
"""

import hashlib
import random  # noqa: TID251 (a fixed seed makes the roster; nothing is drawn by it)
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import lottery
from lottery import Conflict, Inspector, Role, Visit

QUALS = ("测绘", "矿产", "林业")
FIELDS = ("地质", "检测")
MOST_SECONDS = 5.0
TEAM = 2
START = {
    "authority": "990000",
    "unit": "990000-zfk",
    "task": "测量",
    "draw": 1,
    "previous": lottery.NO_DIGEST,
    "reason": "-",
    "witnesses": lottery.Witnesses(count=1, digits_each=12),
    "beacon": None,
    "reveal_by": None,
}


def main(visits: int, people: int) -> int:
    roster = make_roster(visits, people)
    files = draw_folder(*roster)
    seed = hashlib.sha256(b"teams").hexdigest()
    engine, result = fastest(lambda: lottery.draw_teams(*roster, TEAM, seed))
    check, outcome = fastest(lambda: lottery.check_folder(files))
    filled = sum(team.is_filled for team in result.teams)
    is_met = engine < MOST_SECONDS and check < MOST_SECONDS and outcome.line == "VERIFIED"
    print(
        f"{visits:,} visits × {people:,} inspectors, {len(roster[2]):,} conflicts; {filled:,} teams of {TEAM} or more"
    )
    print(f"{'engine':<40} {engine:>8.2f} s")
    print(f"{'verify.py: digests, rules, all teams again':<40} {check:>6.2f} s   {outcome.line}")
    print(f"each under {MOST_SECONDS:g} s" if is_met else "TARGET MISSED")
    return int(not is_met)


def make_roster(visits: int, people: int) -> tuple[list[Visit], list[Inspector], list[Conflict]]:
    chance = random.Random(20260102)
    wanted = [
        Visit(
            id=f"V{n:05d}",
            quals=tuple(sorted(chance.sample(QUALS, chance.choice((0, 0, 1, 2))))),
            fields=(chance.choice(FIELDS),) if n % 10 == 0 else (),
            target=f"{n:064x}",
        )
        for n in range(visits)
    ]
    capacity = visits * (TEAM + 1) // people + 1
    officers = [
        Inspector(
            pid=f"I{n:04d}",
            role=Role.EXPERT if n % 15 == 0 else chance.choice((Role.LEADER, Role.MEMBER)),
            capacity=capacity,
            quals=frozenset(
                FIELDS if n % 15 == 0 else chance.sample(QUALS, chance.choice((0, 1, 2)))
            ),
        )
        for n in range(people)
    ]
    pairs = {(chance.choice(wanted).id, chance.choice(officers).pid) for _ in range(3_000)}
    conflicts = [Conflict(visit=v, pid=p, reason="declared") for v, p in sorted(pairs)]
    return wanted, officers, conflicts


def draw_folder(
    visits: list[Visit], people: list[Inspector], conflicts: list[Conflict]
) -> dict[str, bytes]:
    """The files of the draw as the portal publishes them."""
    nonce, salt = lottery.new_secret(), lottery.new_secret()
    lists = [
        lottery.freeze_visits(visits),
        lottery.freeze_inspectors(people),
        lottery.freeze_conflicts(
            conflicts, visits=[v.id for v in visits], pids=[p.pid for p in people]
        ),
    ]
    fields: dict[str, Any] = START | {
        part.name: lottery.ListCommitment(count=part.count, digest=part.digest(salt))
        for part in lists
    }
    announcement = lottery.TeamAnnouncement(
        **fields,
        team=TEAM,
        locked_at=lottery.drand_time(1),
        nonce_commitment=lottery.nonce_commitment(nonce),
    )
    openings = [lottery.WitnessOpening(digits="362514263514")]
    seed = lottery.draw_seed(announcement, nonce, openings)
    result = lottery.draw_teams(visits, people, conflicts, TEAM, seed).to_text(
        announcement.digest()
    )
    record = lottery.make_record(announcement, openings, result=result)
    texts = {
        "announcement.txt": announcement.to_text(),
        "record.txt": record.to_text(),
        "reveal.txt": lottery.reveal_text(announcement, nonce, salt),
        "result.tsv": result,
    }
    files = {name: text.encode() for name, text in texts.items()}
    return files | {part.file_name: part.content for part in lists}


def fastest(work: Callable[[], Any], rounds: int = 3) -> tuple[float, Any]:
    times, made = [], None
    for _ in range(rounds):
        start = time.perf_counter()
        made = work()
        times.append(time.perf_counter() - start)
    return min(times), made


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]] or [2_000, 300]
    sys.exit(main(*given))
