"""证件照: set by who keeps the register, seen by colleagues, and by whoever holds an open notice's code."""

import io
from typing import Any

from PIL import Image

from registry.models import Inspector
from registry.services import photos
from tests.registry import registers
from tests.site.access import cell
from tests.site.access_inspections_field import SentAgain
from tests.site.access_publication import shown, token

Made = tuple[dict[str, Any], dict[str, Any]]
KEEPER = "division_admin"


def picture() -> io.BytesIO:
    made = io.BytesIO()
    Image.new("RGB", (30, 40)).save(made, "PNG")
    made.seek(0)
    return made


def officer(cast: dict[str, Any]) -> Made:
    row = registers.officer(cast["bureau"], 1)
    photos.set_photo(inspector=row, upload=picture(), name="a.png", actor=cast["everyone"])
    return {"pk": row.pk}, {}


def photo_chosen(cast: dict[str, Any]) -> Made:
    row = registers.officer(cast["bureau"], 1)
    upload = SentAgain("a.png", picture().read(), content_type="image/png")
    return {"pk": row.pk}, {"photo": upload}


def photo_of_a_notice(cast: dict[str, Any]) -> Made:
    kwargs, _ = token(cast)
    for row in Inspector.objects.all():
        photos.set_photo(inspector=row, upload=picture(), name="a.png", actor=cast["everyone"])
    return kwargs | {"number": 0}, {}


CELLS = [
    cell("registry:inspector-photo", make=officer),
    cell("registry:inspector-photo-edit", KEEPER, make=officer),
    cell("registry:inspector-photo-edit", KEEPER, method="post", make=photo_chosen, ok=302),
    shown("public:notice-photo", make=photo_of_a_notice),
]
