"""Cleaning of text from spreadsheets: width, invisible characters, spaces. What is changed is said, never hidden."""

import re
import unicodedata
from dataclasses import dataclass

# Full-width ASCII (U+FF01–FF5E) lies exactly 0xFEE0 above ASCII; U+3000 is the full-width space.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
# Excel escapes control characters in its XML as _x000D_; some readers leave them in the text.
_EXCEL_ESCAPE = re.compile(r"_x(?:00[01][0-9A-Fa-f]|007[Ff]|FFFE|FFFF)_")
_BREAKS = re.compile(r"[\r\n\t\v\f\u0085\u2028\u2029]+")
_SPACES = re.compile(r"[ \u00a0\u2000-\u200a\u202f\u205f\u3000]+")


@dataclass(frozen=True)
class Cleaned:
    text: str
    removed: int = 0

    @property
    def notice(self) -> str:
        return f"去掉了 {self.removed} 个看不见的字符" if self.removed else ""


def words(text: str) -> frozenset[str]:
    """The words of a closed list written as one line."""
    return frozenset(text.split())


def half_width(text: str) -> str:
    """Full-width letters, digits and signs (１２３ＡＢ／) as their ASCII twins; everything else unchanged."""
    return text.translate(_HALF_WIDTH)


def clean(text: str) -> Cleaned:
    """Remove control, zero-width and direction characters and outer spaces; line breaks become one space.

    NUL would be refused by PostgreSQL, the others make two equal-looking names differ.
    """
    if text.isprintable() and "_x" not in text and "  " not in text:
        return Cleaned(text.strip())  # nearly every cell: nothing to look for
    text, escapes = _EXCEL_ESCAPE.subn(" ", text)
    kept = [c for c in _BREAKS.sub(" ", text) if not is_invisible(c)]
    removed = escapes + len(_BREAKS.sub(" ", text)) - len(kept)
    return Cleaned(_SPACES.sub(" ", "".join(kept)).strip(), removed)


def is_invisible(character: str) -> bool:
    """Control (Cc) and format (Cf) characters, lone surrogates and non-characters: nothing a person can see."""
    category = unicodedata.category(character)
    return category in {"Cc", "Cf", "Cs"} or ord(character) & 0xFFFE == 0xFFFE


def private_characters(text: str) -> str:
    """Characters of a private font area (自造字): a box elsewhere, and not allowed in a draw (DRAW §1)."""
    return "".join(dict.fromkeys(c for c in text if unicodedata.category(c) == "Co"))
