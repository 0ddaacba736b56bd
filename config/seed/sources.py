"""Evidence of some visits beside answers and photos: site records, a department's letter, a sample at the laboratory,
a sound recording, and one that is only half sent."""

import hashlib
import io
import math
import wave
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from django.utils import timezone

from config.seed import pictures
from inspections.selectors import site_notes as note_reads
from inspections.services import conclusions, samples, site_notes, uploads
from inspections.services.conclusions import Paper
from inspections.services.samples import Taken

if TYPE_CHECKING:
    from config.seed.visits import Walk

RATE = 8000
LABORATORY = "示范市木材质量检验站"
SAMPLE = Taken(
    name="锯材（无合法来源证明的一批）",
    specification="4 m × 30 mm",
    batch="进场台账缺页",
    quantity="3 块",
    base="约 12 m³",
    reserve="1 块，封存于当事人处",
    place="成品库 2 号垛",
    seal_number="SF-0003817",
    is_party_present=True,
)
TEXT = "检查时正在加工，现场负责人全程陪同，介绍了原料来源和台账登记情况。\n原料库、加工区、成品库均已查看；台账当场翻阅，需要的页已拍照。\n负责人陈述：缺页系会计带去记账，三日内补齐。"


def put(walk: "Walk") -> None:
    """A visit under way: a draft and half a recording. One that is over: all of it, and what waits for the laboratory."""
    days, add, course = walk.story.days, walk.story.agenda.add, walk.course
    add(course.on, f"{course.hour}:25", partial(_write, walk))
    if course.until == "in_progress":
        add(course.on, f"{course.hour}:45", partial(_half, walk))
        return
    add(course.on, f"{course.hour}:30", partial(_record, walk))
    add(course.on, f"{course.hour}:35", partial(_adopt, walk))
    add(course.on, f"{course.hour + 1}:05", partial(_freeze, walk))
    if course.until == "finished":
        add(course.on, f"{course.hour}:40", partial(_take, walk))
        add(days.after(course.on, 1), "9:10", partial(_to_the_laboratory, walk))


def _write(walk: "Walk") -> None:
    site_notes.write(
        visit_pk=walk.pk,
        actor=walk.leader,
        text=TEXT,
        place=walk.visit.entity.address,
        party="厂长（现场负责人）",
        seen=0,
        happened_at=timezone.now(),
    )


def _freeze(walk: "Walk") -> None:
    visit = walk.visit
    content = note_reads.compose(visit, note_reads.existing(visit))
    page = pictures.signed_page(
        title="现场检查笔录（签字页）",
        entity=visit.entity.name,
        day=f"{walk.course.on:%Y-%m-%d}",
        marks=[True, True],
        file_name="现场检查笔录签字页.jpg",
    )
    site_notes.freeze(
        visit_pk=walk.pk,
        actor=walk.leader,
        signed="signed",
        seen=note_reads.digest(content),
        happened_at=timezone.now(),
        pages=[cast(Any, page)],
    )


def _record(walk: "Walk") -> None:
    made = uploads.take(
        visit_pk=walk.pk,
        actor=walk.leader,
        file=io.BytesIO(_sound(walk.visit.number, 4)),
        name="现场询问录音（演示）.wav",
        happened_at=timezone.now(),
        note="演示录音，只有提示音",
    )
    uploads.assemble(made.pk)


def _half(walk: "Walk") -> None:
    """The signal went: the rest waits for the same file."""
    content = _sound(walk.visit.number, 40)
    begun = uploads.begin(
        visit_pk=walk.pk,
        actor=walk.leader,
        fingerprint=uploads.fingerprint(len(content), content[: 2**20], content[-(2**20) :]),
        name="执法记录仪 0412（演示）.wav",
        size=len(content),
        happened_at=timezone.now(),
    )
    first = content[: len(content) * 2 // 5]
    uploads.put(
        upload_pk=begun.pk,
        actor=walk.leader,
        offset=0,
        sha256=hashlib.sha256(first).hexdigest(),
        content=first,
    )


def _adopt(walk: "Walk") -> None:
    entity = walk.visit.entity.name
    letter = pictures.signed_page(
        title="协助核查情况的复函",
        entity=entity,
        day=f"{walk.course.on:%Y-%m-%d}",
        marks=[True, True, True],
        file_name="复函扫描件.jpg",
    )
    conclusions.adopt(
        visit_matter_pk=walk.matters[0].pk,
        actor=walk.leader,
        source="department",
        issuer="示范县税务局（演示）",
        paper=Paper(
            text="经核，该单位近两年原木购进发票与申报数量一致，未发现异常。",
            issued_on=walk.course.on,
            file=cast(Any, letter),
            file_name="复函扫描件.jpg",
            document_number=f"示税函〔{walk.course.on.year}〕41号",
        ),
        today=walk.course.on,
    )


def _take(walk: "Walk") -> None:
    samples.take(
        visit_pk=walk.pk,
        visit_matter_pk=walk.matters[0].pk,
        actor=walk.leader,
        taken=SAMPLE,
        taken_at=timezone.now(),
    )


def _to_the_laboratory(walk: "Walk") -> None:
    sample = walk.visit.samples.get()
    for seen, (receiver, kind) in enumerate((("样品室管理员", "store"), (LABORATORY, "lab"))):
        samples.hand_over(
            sample_pk=sample.pk,
            actor=walk.leader,
            receiver=receiver,
            receiver_kind=kind,
            is_seal_whole=True,
            condition="干燥避光，无破损",
            happened_at=timezone.now(),
            seen=seen,
        )


def _sound(name: str, seconds: int) -> bytes:
    """A quiet tone, another for each visit."""
    pitch = 220 + hashlib.sha256(name.encode()).digest()[0]
    one = bytes(int(128 + 20 * math.sin(2 * math.pi * pitch * n / RATE)) for n in range(RATE))
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(1)
        made.setframerate(RATE)
        made.writeframes(one * seconds)
    return out.getvalue()
