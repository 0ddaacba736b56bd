#!/usr/bin/env python3
# ruff: noqa: E402  Django is set up before what needs it
"""Many dossiers, one after the other as the job makes them: seconds, pages, and whether memory stays flat.

One visit with everything from the order to the publication is bound again and again as a preview, which makes the same papers
as archiving. Beside it the floor: its papers alone, made and thrown away.

usage: bench/dossiers.py [COUNT]      on the empty database of the environment; `make bench ARGS=dossiers` makes one
"""

import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

import time_machine
from django.conf import settings

from publication.selectors import dossier_cases
from publication.services import dossier_papers, dossiers
from tests.inspections.conftest import MORNING
from tests.people import make_authority, make_user
from tests.publication.cast import approved_matter, publish

COUNT = 200
TODAY = MORNING.date()
MOST_GROWTH = 60.0  # MB from the tenth dossier to the last


def main(count: int) -> int:
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    with time_machine.travel(MORNING, tick=True):
        pair = prepared()
        case = dossier_cases.one(*pair)
        papers = dossier_papers.of(case)
        started = time.perf_counter()
        for paper in papers:
            paper.make()
        floor = time.perf_counter() - started
        started, pages, early = time.perf_counter(), 0, 0.0
        for number in range(count):
            bound = dossiers.preview(dossier_cases.one(*pair), today=TODAY)
            pages += bound.pages
            if number == min(9, count - 1):
                early = peak()
        seconds = time.perf_counter() - started
    growth = peak() - early
    print(f"{count} dossiers of {len(papers)} papers, {pages // count} pages each")
    print(
        f"{'bound, numbered, digests taken':<40} {seconds:>8.1f} s  {seconds / count:>6.2f} s each"
    )
    print(
        f"{'floor: the papers alone':<40} {floor * count:>8.1f} s  {floor:>6.2f} s each (one made)"
    )
    print(f"{'peak memory':<40} {peak():>8.0f} MB, {growth:.0f} MB more than after ten")
    is_flat = growth < MOST_GROWTH
    print(f"flat: under {MOST_GROWTH:g} MB" if is_flat else "TARGET MISSED")
    return int(not is_flat)


def prepared() -> tuple[Any, Any]:
    bureau = make_authority("SFX", "示范县自然资源和规划局")
    people = {
        name: make_user(name, full, bureau, *roles)
        for name, full, roles in (
            ("leader", "测组长", ("inspector",)),
            ("second", "测组员", ("inspector",)),
            ("desk", "测分派", ("organiser", "coordinator")),
            ("head", "测局长", ("head",)),
            ("reviewer", "测审核", ("reviewer",)),
            ("publisher", "测公示", ("publisher",)),
        )
    }
    matter = approved_matter(bureau, people)
    publish(matter, people["publisher"], TODAY)
    return matter.visit_id, matter.task_id


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT))
