#!/usr/bin/env python3
# ruff: noqa: E402  Django is set up before what needs it
"""200 notices in one file: seconds and peak memory, beside rendering alone and beside pypdf's own merging.

The floor renders one notice as often as there are notices and keeps nothing. Each line is a process of its own, so that
its peak is its own; 20 notices stand beside 200 to show what grows.

usage: bench/notices.py [COUNT]
"""

import io
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.db import connections
from django.utils import timezone
from pypdf import PdfReader, PdfWriter

from bureau.services import documents as printing
from inspections.models import Notice
from inspections.selectors import documents
from inspections.services import notice_bundles, notices
from tests.inspections.dispatch_cast import assigned, dispatched, make_officers, ordered
from tests.people import make_authority, make_user

TEMPLATE = "inspections/documents/notice.html"


def main(count: int) -> int:
    ids = make(count)
    print(
        f"{'what':<44} {'notices':>8} {'seconds':>8} {'each ms':>8} {'peak MB':>8} {'file MB':>8}"
    )
    few = min(20, count)
    peaks = []
    for name, work, size in (
        ("floor: one notice rendered again and again", render_only, few),
        ("notices of a task in one file", bound, few),
        ("notices of a task in one file", bound, count),
        ("the same merged by pypdf's writer", merged, count),
    ):
        connections.close_all()
        with get_context("fork").Pool(1) as pool:
            seconds, peak, weight = pool.apply(measured, (work, ids[:size]))
        peaks.append(peak)
        print(
            f"{name:<44} {size:>8} {seconds:>8.1f} {seconds / size * 1000:>8.0f} {peak:>8.0f} {weight:>8.2f}",
            flush=True,
        )
    print(
        f"from {few} to {count} notices the peak grew by {peaks[2] - peaks[1]:.0f} MB; merged by pypdf's writer it is"
        f" {peaks[3] - peaks[2]:.0f} MB higher"
    )
    return 0


def measured(work: Callable[[list[str]], float], ids: list[str]) -> tuple[float, float, float]:
    printing.pdf(TEMPLATE, context_of(ids[0]))  # fonts and templates are loaded once a process
    began = time.perf_counter()
    weight = work(ids)
    spent = time.perf_counter() - began
    return spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, weight


def render_only(ids: list[str]) -> float:
    """The floor: one notice as often as there are notices, nothing read and nothing kept."""
    context = context_of(ids[0])
    for _ in ids:
        printing.pdf(TEMPLATE, context)
    return 0.0


def bound(ids: list[str]) -> float:
    """What the job does."""
    with tempfile.TemporaryFile() as out:
        done, pages = notice_bundles.bind(ids, out)
        weight = out.tell()
        out.seek(0)
        assert len(done) == len(ids)
        assert len(PdfReader(out).pages) == pages
    return weight / 2**20


def merged(ids: list[str]) -> float:
    """The same with pypdf's writer, which keeps every object until the end."""
    writer = PdfWriter()
    for pk in ids:
        writer.append(io.BytesIO(printing.pdf(TEMPLATE, context_of(pk))), import_outline=False)
    out = io.BytesIO()
    writer.write(out)
    return len(out.getvalue()) / 2**20


def context_of(pk: str) -> dict[str, object]:
    notice = Notice.objects.select_related("issued_by").get(visit=pk)
    return documents.printing_context(documents.as_printed(notice))


def make(count: int) -> list[str]:
    bureau = make_authority("SFX", "示范县自然资源和规划局")
    desk = make_user("desk", "测经办", bureau, "organiser", "coordinator")
    head = make_user("head", "测主要负责人", bureau, "head")
    officers = make_officers(bureau, 2)
    ids = []
    for visit in dispatched(bureau, desk, count):
        approved = ordered(assigned(visit, desk, officers), desk, head)
        notices.issue(visit=approved, actor=desk, today=timezone.localdate())
        ids.append(str(visit.pk))
    return ids


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 200))
