"""The stored bytes of a draw, and what of them the public may see now (DRAW §3)."""

from dataclasses import dataclass
from datetime import datetime

import lottery
from lottery.folder import ALWAYS_PUBLIC, FILE_ORDER
from planning.models import Draw
from planning.selectors.draws.states import is_revealed

LISTS = {
    "entities": ("candidates", "excluded"),
    "teams": ("visits", "inspectors", "conflicts"),
}


def content(draw: Draw, name: str) -> bytes:
    """The stored bytes of one file. Raises DrawFile.DoesNotExist."""
    return bytes(draw.files.get(name=name).content)


def stored(draw: Draw) -> dict[str, bytes]:
    """Every stored file of the draw, public or not."""
    return {row.name: bytes(row.content) for row in draw.files.all()}


def files(draw: Draw, audience: str = "public") -> dict[str, bytes]:
    """The files by name, in protocol order. `public`: only what the sealed state lets everybody see now;
    `all`: everything (for the verifier inside the portal; a person's look goes through `services.draws.open_sealed`).

    Lists of a sealed draw are not even read for the public.
    """
    rows = draw.files.all()
    if audience == "public" and not is_revealed(draw):
        rows = rows.filter(name__in=ALWAYS_PUBLIC)
    held = {row.name: bytes(row.content) for row in rows}
    if audience == "public":
        return lottery.public_part(held)
    return {name: held[name] for name in FILE_ORDER if name in held}


@dataclass(frozen=True)
class FileRow:
    name: str
    size: int
    sha256: str
    at: datetime
    is_public: bool


def file_rows(draw: Draw) -> list[FileRow]:
    """Names, sizes and digests without reading the contents; one query beside the events."""
    revealed = is_revealed(draw)
    rows = draw.files.values_list("name", "size", "sha256", "at")
    by_name = {row[0]: row for row in rows}
    return [
        FileRow(*by_name[name], is_public=revealed or name in ALWAYS_PUBLIC)
        for name in FILE_ORDER
        if name in by_name
    ]


def public_file(draw: Draw, name: str) -> bytes | None:
    """One file's bytes if everybody may have it now; the others are not read."""
    if name not in ALWAYS_PUBLIC and not is_revealed(draw):
        return None
    row = draw.files.filter(name=name).first()
    return bytes(row.content) if row else None


def verdict(draw: Draw, audience: str = "public") -> tuple[int, str]:
    """What the lone verifier says of the files: (exit code, its last line)."""
    try:
        outcome = lottery.check_folder(files(draw, audience))
    except lottery.ProtocolError as refused:
        return 1, str(refused)
    return outcome.code, outcome.line
