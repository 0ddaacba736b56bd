"""At the door of the demo's visits: codes scanned and shown, one entry late, a visit interrupted by a power cut,
one signature on glass, and how to get there in words."""

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from PIL import Image, ImageDraw

from config.seed.chance import digest
from inspections.models import EntryLog
from inspections.rules.glass import Stroke
from inspections.selectors import fieldwork, party_text
from inspections.services import entries, pauses
from registry.models import Listing

if TYPE_CHECKING:
    from config.seed.visits import Walk

ROUTES = (
    "过县城大桥右转，沿河走 2 公里，路边蓝色铁门，按门铃找门卫。",
    "国道 12 公里处下路口，水泥路走到底，看到水塔左转。导航会带到后山，不要走。",
    "村委会门口集合，由护林员带路；雨天改走北坡机耕路。",
    "开发区二期 3 号门进，停访客车位，先到安保处登记。",
)
SIGNER = "厂长（现场负责人）"


def enter(walk: "Walk") -> None:
    """Both officers, before the visit begins; nothing where it is entered afterwards."""
    visit, now = walk.visit, timezone.now()
    entries.note_route(visit_pk=visit.pk, actor=walk.leader, text=_of(ROUTES, visit.number))
    if walk.course.entry == "late":
        return
    token = ""
    if walk.course.entry == "scanned":
        listing = Listing.objects.get(entity=visit.entity, authority=visit.authority)
        keeper = walk.story.user("qiyuanzhou")
        token = entries.code_of(listing=listing, actor=keeper).token
    for member in fieldwork.officers(visit):
        entries.enter(
            visit_pk=visit.pk,
            actor=walk.story.officer(member),
            way=EntryLog.Way.SCANNED if token else EntryLog.Way.SHOWN,
            happened_at=now,
            token=token,
        )


def enter_late(walk: "Walk") -> None:
    visit = walk.visit
    assert visit.started_at is not None
    entries.enter_late(
        visit_pk=visit.pk,
        actor=walk.leader,
        happened_at=visit.started_at - timedelta(minutes=3),
        reason="企业没有张贴企业码，山里没有信号，回到县城后补录。",
    )


def pause(walk: "Walk") -> None:
    pauses.pause(
        visit_pk=walk.pk,
        actor=walk.leader,
        reason="全厂停电，监控和台账系统打不开",
        happened_at=timezone.now(),
        today=timezone.localdate(),
        resume_on=timezone.localdate(),
    )


def resume(walk: "Walk") -> None:
    pauses.resume(visit_pk=walk.pk, actor=walk.leader, happened_at=timezone.now())


def stroke(walk: "Walk", opinion: str) -> Stroke:
    """What the canvas of the signature page would send."""
    lines = [*map(str, party_text.lines(walk.visit)), party_text.opinion_line(opinion)]
    return Stroke(_scrawl(walk.visit.number), "\n".join(lines), SIGNER)


def _of(choices: tuple[str, ...], name: str) -> str:
    return choices[digest(f"route|{name}")[0] % len(choices)]


def _scrawl(name: str) -> bytes:
    """A line like handwriting, the same for the same visit."""
    bits, points = digest(f"stroke|{name}"), []
    for place, bit in enumerate(bits[:14]):
        points.append((60 + place * 44, 70 + bit * 160 // 255))
    picture: Any = Image.new("RGB", (720, 300), "white")
    pen = ImageDraw.Draw(picture)
    pen.line(points, "#111", 6, joint="curve")
    pen.line([(90, 250), (610, 232)], "#111", 4)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
