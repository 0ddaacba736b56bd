"""屏幕签名: the stroke kept as evidence, bound to the digest of exactly what was shown for it (A66)."""

import io
from datetime import datetime

from django.core.files.base import ContentFile
from PIL import Image, UnidentifiedImageError

from bureau.errors import RuleError
from bureau.models import User
from inspections.models import Evidence, GlassSignature, Visit
from inspections.rules.glass import Stroke
from inspections.rules.places import Place
from inspections.services.evidence import attach

LEAST_DARK = 60  # pixels; a touch by accident is no signature
MOST_TEXT = 60_000


def keep(
    *, visit: Visit, actor: User, stroke: Stroke, happened_at: datetime, place: Place
) -> GlassSignature:
    """Stores the stroke of the locked visit; the same stroke sent twice is one. Raises RuleError for an empty one."""
    if not stroke.signer.strip():
        raise RuleError("请填写签名人的姓名和职务。")
    if not stroke.text or len(stroke.text) > MOST_TEXT:
        raise RuleError("签名时没有显示检查记录，请刷新页面后请当事人重新签名。")
    if _dark_pixels(stroke.png) < LEAST_DARK:
        raise RuleError("还没有签名，请当事人在框内签名后再保存。")
    piece, _ = attach(
        visit,
        None,
        None,
        actor,
        ContentFile(stroke.png, name="屏幕签名.png"),
        Evidence.Kind.GLASS_SIGNATURE,
        f"{stroke.signer}在屏幕上签名",
        happened_at,
        place,
    )
    row, _ = GlassSignature.objects.get_or_create(
        evidence=piece,
        defaults={
            "signer": stroke.signer.strip()[:60],
            "text": stroke.text,
            "sha256": stroke.sha256,
        },
    )
    return row


def _dark_pixels(png: bytes) -> int:
    try:
        with Image.open(io.BytesIO(png)) as picture:
            if picture.format != "PNG" or max(picture.size) > 4000:
                return 0
            whole = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return 0
    paper = Image.new("RGBA", whole.size, "white")
    return sum(Image.alpha_composite(paper, whole).convert("L").histogram()[:128])
