#!/usr/bin/env python3
# ruff: noqa: E402  Django is set up before what needs it
"""200 dossiers archived by the job, each of a firm, visit and photos of its own: seconds, size, and whether memory stays flat.

Every visit went the whole way by the services, from the draw to the publication, with its notice, answers, four photos with
their burned copies, a photographed page with the firm's signature, two signatures and a review. A process of its own makes
them, so that the peak is that of binding. Ten are archived first: what the rest adds to their peak is the growth. Beside it
the floor: the papers of three dossiers, made and thrown away.

usage: bench/dossiers.py [COUNT]      on the empty database of the environment; `make bench ARGS=dossiers` makes one
"""

import os
import random  # noqa: TID251 (a fixed seed makes the pictures; nothing is drawn by it)
import resource
import sys
import time
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.db.models import Sum
from django.utils import timezone
from PIL import Image

from bureau.models import Agency, Job, User
from bureau.services import jobs
from inspections.models import Dossier, Evidence, Notice
from inspections.services import burning, evidence, finishing, notices
from publication import dossier_jobs  # noqa: F401 (registers the job)
from publication.selectors import dossier_cases
from publication.services import dossier_papers, dossiers
from tests.inspections.conftest import MORNING
from tests.inspections.field_case import approved, begun, filled, ordered_case, recorded
from tests.people import make_authority, make_user
from tests.publication.cast import publish

COUNT, FEW, PHOTOS, FLOOR, STEP = 200, 10, 4, 3, 50
SIZE = (1600, 1200)
MOST_GROWTH = 60.0  # MB from the tenth dossier to the last
Pair = tuple[str, str]


def main(count: int) -> int:
    connections.close_all()
    with get_context("fork").Pool(1) as pool:
        pairs = pool.apply(prepared, (count,))
    with time_machine.travel(MORNING, tick=True):
        publisher = User.objects.get(username="publisher")
        papers, floor = floor_of(pairs[:FLOOR])
        began = time.perf_counter()
        archived(pairs[:FEW], publisher)
        early = peak()
        for start in range(FEW, count, STEP):
            archived(pairs[start : start + STEP], publisher)
            so_far = time.perf_counter() - began
            print(f"{min(start + STEP, count):>5} archived {so_far:>8.1f} s, peak memory {peak():>6.0f} MB", flush=True)  # fmt: skip
        seconds, growth = time.perf_counter() - began, peak() - early
    return tell(count, seconds, papers, floor, growth)


def tell(count: int, seconds: float, papers: int, floor: float, growth: float) -> int:
    rows = Dossier.objects.all()
    different = rows.values("file__sha256", "visit__entity").distinct().count()
    pages = rows.aggregate(n=Sum("pages"))["n"] // count
    size = rows.aggregate(n=Sum("file__size"))["n"] / count / 1e6
    print(f"{count} firms, {different} different dossiers of {papers} papers with {PHOTOS} photos: {pages} pages and {size:.2f} MB each")  # fmt: skip
    print(f"{'archived by the job':<40} {seconds:>8.1f} s  {seconds / count:>6.2f} s each")
    print(f"{'floor: the papers alone':<40} {floor * count:>8.1f} s  {floor:>6.2f} s each ({FLOOR} made)")  # fmt: skip
    print(f"{'peak memory':<40} {peak():>8.0f} MB, {growth:.0f} MB more than after {FEW}")
    is_right = growth < MOST_GROWTH and different == count
    print(f"flat: under {MOST_GROWTH:g} MB" if is_right else "TARGET MISSED")
    return int(not is_right)


def archived(pairs: list[Pair], publisher: User) -> None:
    """The job itself, in this process."""
    job = dossiers.start_archiving(pairs=pairs, actor=publisher)
    jobs.run(str(job.pk))
    job = Job.objects.get(pk=job.pk)
    if job.state != Job.State.DONE or f"已归档 {len(pairs)} 份" not in job.result["summary"]:
        sys.exit(f"not archived: {job.error} {job.result}")


def floor_of(pairs: list[Pair]) -> tuple[int, float]:
    """How many papers a dossier has, and the seconds to make those of one."""
    dossier_papers.of(dossier_cases.one(*pairs[0]))[0].make()  # fonts are loaded once a process
    began = time.perf_counter()
    for pair in pairs:
        papers = dossier_papers.of(dossier_cases.one(*pair))
        for paper in papers:
            paper.make()
    return len(papers), (time.perf_counter() - began) / len(pairs)


def prepared(count: int) -> list[Pair]:
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    with time_machine.travel(MORNING, tick=True):
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
        return [one(bureau, people, number) for number in range(1, count + 1)]


def one(bureau: Agency, people: dict[str, User], number: int) -> Pair:
    """A visit of its own firm, checked and published."""
    names = ("leader", "second", "desk", "head")
    case = ordered_case(bureau, *(people[name] for name in names), number=number)
    notices.issue(visit=case.visit, actor=people["desk"], today=timezone.localdate())
    # The database's own clock made it: this morning lies before, and the service refuses that.
    delivered = {"delivered_at": timezone.now(), "delivered_by": people["desk"]}
    Notice.objects.filter(visit=case.visit_pk).update(**delivered)
    filled(begun(case))
    evidence.add(
        visit_pk=case.visit_pk,
        actor=case.leader,
        uploads=[shot(number * 100 + place) for place in range(PHOTOS - 1)],
        kind=Evidence.Kind.PHOTO,
        happened_at=timezone.now(),
    )
    for piece in Evidence.objects.filter(visit=case.visit_pk, kind=Evidence.Kind.PHOTO):
        burning.burn(piece.pk)
    finishing.finish(visit_pk=case.visit_pk, actor=case.leader, happened_at=timezone.now())
    approved(recorded(case), people["reviewer"])
    publish(case.matter, people["publisher"], timezone.localdate())
    return str(case.visit_pk), str(case.matter.task_id)


def shot(number: int) -> SimpleUploadedFile:
    """A photo as heavy as a phone's reduced one: noise in its size, another for each number."""
    out, noise = BytesIO(), random.Random(number).randbytes(400 * 300 * 3)
    Image.frombytes("RGB", (400, 300), noise).resize(SIZE).save(out, "JPEG", quality=80)
    return SimpleUploadedFile(f"{number}.jpg", out.getvalue(), "image/jpeg")


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT))
