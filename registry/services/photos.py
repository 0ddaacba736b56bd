"""证件照 of an officer, shown to whoever checks the code of a notice, as long as that visit is open (A98)."""

import io
from typing import IO

from django.db import transaction
from PIL import Image, ImageOps

from bureau import audit
from bureau.access import require
from bureau.errors import Forbidden, RuleError
from bureau.models import StoredFile, User
from bureau.services import files
from registry.models import Inspector
from registry.services.people import KEEPERS, may_keep

SIZE = (360, 480)  # pixels, three by four like the photo on the certificate


def set_photo(*, inspector: Inspector, upload: IO[bytes], name: str, actor: User) -> StoredFile:
    """Stores the photo upright, cut to three by four, without metadata; the one before stays in the files.

    Raises Forbidden for another division's officer (A25), RuleError for what is not a photo.
    """
    with transaction.atomic():
        row = _locked(inspector, actor)
        checked = files.store(
            upload=upload, name=name, authority=row.authority, by=actor, accept=("image",)
        )
        row.photo = files.store_bytes(
            content=_cut(files.read(checked)),
            name=f"证件照 {row.pid}.jpg",
            kind="image/jpeg",
            suffix=".jpg",
            authority=row.authority,
            by=actor,
        )
        row.save(update_fields=["photo"])
        audit.record(
            "inspector.photo_set",
            f"设置证件照：{row.name}",
            target=row,
            actor=actor,
            detail={"sha256": row.photo.sha256, "original": checked.sha256},
        )
        return row.photo


def remove_photo(*, inspector: Inspector, actor: User) -> None:
    """Takes the photo off again. Raises RuleError when there is none."""
    with transaction.atomic():
        row = _locked(inspector, actor)
        if row.photo is None:
            raise RuleError(f"{row.name}没有设置证件照，不用撤下。")
        row.photo = None
        row.save(update_fields=["photo"])
        audit.record("inspector.photo_removed", f"撤下证件照：{row.name}", target=row, actor=actor)


def _locked(inspector: Inspector, actor: User) -> Inspector:
    row: Inspector = (
        Inspector.objects.select_for_update(of=("self",))
        .select_related("unit", "authority")
        .get(pk=inspector.pk)
    )
    require(actor, row.authority_id, *KEEPERS)
    if not may_keep(actor, row.unit):
        raise Forbidden(f"{row.name}的登记由{row.unit.name}或牵头科室的内设机构管理员维护。")
    return row


def _cut(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
        # A face stands in the upper half of a portrait: what must go, goes from below.
        fitted = ImageOps.fit(upright, SIZE, centering=(0.5, 0.3))
    out = io.BytesIO()
    fitted.save(out, "JPEG", quality=88)
    return out.getvalue()
