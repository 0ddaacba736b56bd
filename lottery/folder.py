"""A draw's public files, as a dict in memory or a folder on disk, and their check."""

from collections.abc import Mapping
from pathlib import Path

from lottery import verify
from lottery.errors import ProtocolError

FILE_ORDER = (
    "announcement.txt",
    "witness.txt",
    "record.txt",
    "reveal.txt",
    "void.txt",
    "candidates.tsv",
    "excluded.tsv",
    "visits.tsv",
    "inspectors.tsv",
    "conflicts.tsv",
    "result.tsv",
)
ALWAYS_PUBLIC = frozenset(name for name in FILE_ORDER if name.endswith(".txt"))


def public_part(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """What may be shown now: without reveal.txt neither a list nor the result (DRAW §3)."""
    is_revealed = "reveal.txt" in files
    return {
        name: files[name]
        for name in FILE_ORDER
        if name in files and (is_revealed or name in ALWAYS_PUBLIC)
    }


def check_folder(files: Mapping[str, bytes]) -> verify.Outcome:
    """What the lone verifier says of these files.

    Code 0 VERIFIED, or 3 with a line `SEALED until …` or `VOID …`. Raises ProtocolError with the
    verifier's sentence if it refuses them.
    """
    unknown = sorted(set(files) - set(FILE_ORDER))
    if unknown:
        raise ProtocolError(f"文件夹中有不认识的文件“{unknown[0]}”。")
    try:
        return verify.check(files)
    except verify.Refused as refused:
        raise ProtocolError(str(refused)) from refused


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Write the public part into a folder that is new or empty.

    Raises ProtocolError if the folder holds anything, so that no stale file stays beside ours.
    """
    path.mkdir(parents=True, exist_ok=True)
    if any(path.iterdir()):
        raise ProtocolError(f"文件夹“{path}”不是空的，请换一个新文件夹。")
    for name, content in public_part(files).items():
        (path / name).write_bytes(content)


def read_folder(path: Path) -> dict[str, bytes]:
    """The files of a folder by name. Raises ProtocolError for what does not belong there."""
    try:
        return verify.read_folder(str(path))
    except verify.Refused as refused:
        raise ProtocolError(str(refused)) from refused
    except OSError as error:
        raise ProtocolError(f"无法读取“{error.filename}”，请检查它的读取权限。") from error
