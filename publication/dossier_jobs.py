"""Dossiers by the hundred: archived one after the other, packed one after the other; memory stays flat (A89)."""

import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO, Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from bureau.errors import Conflict, RuleError
from bureau.models import User
from bureau.rules.spreadsheets import neutral
from bureau.services import files, jobs
from inspections.models import Dossier
from publication.services import dossiers

PIECE = 256 * 1024
HEADS = ("序号", "档案编号", "检查对象", "任务", "页数", "保管期限", "文件", "SHA-256", "SM3")


@jobs.kind(dossiers.JOB)
def archive_dossiers(run: jobs.Run) -> dict[str, Any]:
    """On from where the last attempt stopped; what is not whole is named and left."""
    wanted, start = list(run.payload["pairs"]), int(run.cursor.get("done", 0))
    lacking = list(run.cursor.get("lacking", []))
    actor = User.objects.get(pk=run.job.actor_id)
    for place in range(start, len(wanted)):
        with transaction.atomic():
            refused = _archive(wanted[place], actor)
            lacking += [refused] if refused else []
            run.advance(
                cursor={"done": place + 1, "lacking": lacking}, done=place + 1, total=len(wanted)
            )
    summary = f"已归档 {len(wanted) - len(lacking)} 份卷宗。" + "".join(lacking[:20])
    return {"url": reverse("publication:dossier-list"), "text": "回到卷宗", "summary": summary}


def _archive(pair: list[str], actor: User) -> str:
    """Empty when it is archived, else why not."""
    try:
        with transaction.atomic():
            dossiers.archive(
                visit_pk=pair[0], task_pk=pair[1], actor=actor, today=timezone.localdate()
            )
    except Conflict:
        return ""  # somebody, or an earlier attempt, got that far
    except RuleError as refused:
        return refused.message
    return ""


@jobs.kind(dossiers.PACK)
def pack_dossiers(run: jobs.Run) -> dict[str, Any]:
    """The archived volumes as they are, in one zip with a list of numbers and digests; nothing is made again."""
    rows = Dossier.objects.none()
    for visit, task in run.payload["pairs"]:
        rows |= Dossier.objects.filter(visit=visit, task=task)
    volumes = list(
        rows.select_related("file", "visit__entity", "task", "authority").order_by("number")
    )
    if not volumes:
        raise RuleError("所选的卷宗还没有归档，没有可以打包的文件。")
    with tempfile.TemporaryFile() as held:
        _pack(volumes, held, run)
        stored = files.store_flow(
            pieces=_pieces(held),
            name=f"卷宗{timezone.localdate():%Y%m%d}.zip",
            kind="application/zip",
            suffix=".zip",
            authority=volumes[0].authority,
            by=run.job.actor,
        )
    stored.save(force_insert=True)
    url = reverse("bureau:file", args=[stored.pk])
    return {"url": url, "text": "下载", "summary": f"{len(volumes)} 卷。"}


def _pack(volumes: list[Dossier], held: IO[bytes], run: jobs.Run) -> None:
    lines = ["\t".join(HEADS)]
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as package:
        for place, row in enumerate(volumes, 1):
            name = f"{place:04d} {row.number}.pdf"
            package.writestr(name, files.read(row.file))
            facts = (row.number, row.visit.entity.name, row.task.number, row.pages, row.retention)
            cells = [place, *(neutral(str(fact)) for fact in facts), name]
            lines.append("\t".join(map(str, [*cells, row.file.sha256, row.file.sm3])))
            run.advance(done=place, total=len(volumes))
        package.writestr("目录.tsv", "\ufeff" + "\r\n".join(lines) + "\r\n")


def _pieces(held: IO[bytes]) -> Iterator[bytes]:
    held.seek(0)
    while piece := held.read(PIECE):
        yield piece
