"""抽查情况记录表 with what lies in files: the party's signature on glass (A66)."""

from typing import Any

from bureau.services import documents, files
from inspections.models import Visit
from inspections.selectors import record_sheets


def content(visit: Visit) -> dict[str, Any]:
    """The context of documents/record_sheet.html."""
    content = record_sheets.of(visit)
    glass = content["glass"]
    picture = files.reencoded_image(files.read(glass.evidence.file), longest=720) if glass else b""
    return content | {"glass_picture": documents.picture(picture) if picture else ""}
