#!/usr/bin/env python3
# ruff: noqa: E402  Django is set up before what needs it
"""A day of field work arrives at once: 50 visits, 500 photos, each sending through the real delivery view.

What a phone's service worker sends, one form after the other, with a number of its own; then the same again, as after
lost answers; then the copies with the facts burned in. Beside it the floor: the same bytes written, synced and hashed.

usage: bench/sync.py [VISITS PHOTOS]      on the empty database of the environment; `make bench ARGS=sync` makes one
"""

import hashlib
import os
import random  # noqa: TID251 (a fixed seed makes the pictures; nothing is drawn by it)
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from bureau.ids import uuid7
from inspections.models import ChecklistAnswer, Evidence, EvidenceCopy, FieldDelivery
from inspections.services import burning
from tests.inspections.conftest import MORNING
from tests.inspections.field_case import Case, begun, ordered_case, with_checklist
from tests.people import make_authority, make_user

SIZE = (1600, 1200)
VISITS, PHOTOS = 50, 500
Sending = tuple[str, dict[str, Any]]


def main(visits: int, photos: int) -> int:
    settings.ALLOWED_HOSTS = ["testserver"]
    with time_machine.travel(MORNING, tick=True):
        cases = prepared(visits)
        settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
        shots = [drawn(number) for number in range(photos)]  # on disk: memory is the server's own
        megabytes = sum(path.stat().st_size for path in shots) / 1e6
        sendings = list(sent_by_phone(cases, shots))
        print(f"{visits} visits, {photos} photos of {megabytes / photos * 1000:.0f} KB, {len(sendings)} sendings")  # fmt: skip
        print(f"{'what':<46} {'seconds':>8} {'photos/s':>9} {'MB/s':>7} {'p95 ms':>8} {'peak MB':>8}")  # fmt: skip
        client = Client()
        backend = "django.contrib.auth.backends.ModelBackend"
        client.force_login(cases[0].leader, backend=backend)
        tell("floor: write, fsync, SHA-256 and SM3", photos, megabytes, lambda: floor(shots))
        tell("every sending once, through the view", photos, megabytes, lambda: deliver(client, sendings))  # fmt: skip
        first = counts()
        tell("the same sendings again: nothing changes", photos, megabytes, lambda: deliver(client, sendings))  # fmt: skip
        tell("copies with the facts burned in (worker)", photos, megabytes, burn_all)
    is_right = (
        first == counts()
        and first == (photos, visits * 2, len(sendings))
        and EvidenceCopy.objects.count() == photos
    )
    print("every photo once, every answer once" if is_right else f"WRONG: {first} {counts()}")
    return int(not is_right)


def prepared(visits: int) -> list[Case]:
    """Visits under way, of one team of two."""
    bureau = make_authority("SFX", "示范县自然资源和规划局")
    leader = make_user("leader", "测组长", bureau, "inspector")
    second = make_user("second", "测组员", bureau, "inspector")
    desk = make_user("desk", "测经办", bureau, "organiser", "coordinator")
    head = make_user("head", "测局长", bureau, "head")
    matter = with_checklist(bureau, "KC-01")
    return [
        begun(ordered_case(bureau, leader, second, desk, head, number=n, matter=matter))
        for n in range(1, visits + 1)
    ]


def drawn(number: int) -> Path:
    """A photo as heavy as a phone's reduced one: noise in its size, another for each number."""
    noise = random.Random(number).randbytes(400 * 300 * 3)
    path = Path(settings.MEDIA_ROOT) / f"shot-{number}.jpg"
    Image.frombytes("RGB", (400, 300), noise).resize(SIZE).save(path, "JPEG", quality=80)
    return path


def sent_by_phone(cases: list[Case], shots: list[Path]) -> Iterator[Sending]:
    """Two answers a visit, and its share of the photos, one form each."""
    for place, case in enumerate(cases):
        for number, given in ((1, {"value": "yes"}), (2, {"value": "yes", "number": "4.5"})):
            url = reverse("inspections:field-item", kwargs={"pk": case.matter.pk, "number": number})
            yield url, {**given, "remark": "", "key": str(uuid7()), "seen": ""}
        url = reverse("inspections:field-evidence", kwargs={"pk": case.visit_pk})
        for shot in shots[place :: len(cases)]:
            yield url, {"kind": "photo", "about": "", "note": "", "files": shot}


NUMBERS: dict[int, str] = {}


def deliver(client: Client, sendings: list[Sending]) -> list[float]:
    spent = []
    for place, (url, given) in enumerate(sendings):
        number = NUMBERS.setdefault(place, str(uuid7()))
        data = {**given, "claimed_at": timezone.now().isoformat()}
        if "files" in data:
            data["files"] = SimpleUploadedFile(
                f"{place}.jpg", given["files"].read_bytes(), "image/jpeg"
            )
        began = time.perf_counter()
        answer = client.post(url, data, headers={"X-Field-Replay": number})
        spent.append(time.perf_counter() - began)
        if answer.status_code != 200 or not answer.json()["done"]:
            sys.exit(f"not taken: {url} {answer.status_code} {answer.content[:300]!r}")
    return spent


def burn_all() -> list[float]:
    spent = []
    for pk in Evidence.objects.filter(kind="photo").values_list("pk", flat=True):
        began = time.perf_counter()
        burning.burn(pk)
        spent.append(time.perf_counter() - began)
    return spent


def floor(shots: list[Path]) -> list[float]:
    spent = []
    with tempfile.TemporaryDirectory(dir=settings.MEDIA_ROOT) as folder:  # the same disk
        for place, path in enumerate(shots):
            shot = path.read_bytes()
            began = time.perf_counter()
            with (Path(folder) / str(place)).open("wb") as file:
                file.write(shot)
                file.flush()
                os.fsync(file.fileno())
            hashlib.sha256(shot).hexdigest(), hashlib.new("sm3", shot).hexdigest()
            spent.append(time.perf_counter() - began)
    return spent


def counts() -> tuple[int, int, int]:
    return (
        Evidence.objects.filter(kind="photo").count(),
        ChecklistAnswer.objects.count(),
        FieldDelivery.objects.count(),
    )


def tell(what: str, photos: int, megabytes: float, work: Callable[[], list[float]]) -> None:
    began = time.perf_counter()
    spent = work()
    seconds = time.perf_counter() - began
    slow = quantiles(spent, n=20)[-1] * 1000
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:<46} {seconds:>8.1f} {photos / seconds:>9.1f} {megabytes / seconds:>7.1f} {slow:>8.0f} {peak:>8.0f}", flush=True)  # fmt: skip


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:3]]
    sys.exit(main(*(numbers or [VISITS, PHOTOS])))
