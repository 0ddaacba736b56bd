"""What the public was shown, as bytes that anyone can hash again."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Frozen:
    content: bytes
    sha256: str
    sm3: str


def freeze(content: Mapping[str, Any]) -> Frozen:
    """Canonical JSON: keys sorted, no spaces, UTF-8 as it is, no newline at the end. Raises TypeError for what JSON lacks."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    data = text.encode()
    return Frozen(data, hashlib.sha256(data).hexdigest(), hashlib.new("sm3", data).hexdigest())


def thaw(data: bytes) -> dict[str, Any]:
    """The content of frozen bytes."""
    return dict(json.loads(data))
