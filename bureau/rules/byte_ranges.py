"""HTTP's Range of one stored file, as a player asks when somebody jumps in a recording (RFC 9110 §14)."""

import re

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def wanted(header: str, size: int) -> tuple[int, int] | None:
    """(first, end exclusive) of a single range; None for the whole file: no header, several ranges, nonsense.

    Raises ValueError when the range lies outside the file.
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or found.group(1) == found.group(2) == "":
        return None
    first, last = found.groups()
    if first == "":
        if int(last) == 0:
            raise ValueError("an empty suffix")
        return max(0, size - int(last)), size
    start, end = int(first), min(int(last) + 1, size) if last else size
    if last and int(last) < start:
        return None
    if start >= size:
        raise ValueError("beyond the end")
    return start, end
