"""屏幕签名: what a stroke must be to count as a signature (A66)."""

import base64
import binascii
import hashlib
from dataclasses import dataclass

PREFIX = "data:image/png;base64,"
MOST_BYTES = 400_000


@dataclass(frozen=True)
class Stroke:
    """A PNG with what was shown above it when it was drawn."""

    png: bytes
    text: str
    signer: str

    @property
    def sha256(self) -> str:
        return digest(self.text)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def decoded(address: str) -> bytes | None:
    """The PNG in a data address; None when it is none or too large."""
    if not address.startswith(PREFIX) or len(address) > MOST_BYTES * 4 // 3 + 100:
        return None
    try:
        return base64.b64decode(address.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None


def normalised(text: str) -> str:
    """A form sends line ends as CRLF; the shown text has none."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")


def answer_words(label: str, measured: str, remark: str) -> str:
    """符合，4.5 米，台账齐全; static/js/field_glass.js writes the same for answers that are still on the phone."""
    return "，".join(part for part in (label, measured, " ".join(remark.split())) if part)
