"""What changed between two texts, character by character, for a page that shows it with <ins> and <del>."""

from difflib import SequenceMatcher


def pieces(old: str, new: str) -> list[tuple[str, str]]:
    """("same" | "gone" | "new", text) in reading order."""
    found: list[tuple[str, str]] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(("same", old[a:b]))
            continue
        if b > a:
            found.append(("gone", old[a:b]))
        if d > c:
            found.append(("new", new[c:d]))
    return found
