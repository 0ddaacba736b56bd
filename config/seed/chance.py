"""Chance for the seed alone: the same demo every time. What is secret in a real draw is here known to whoever reads this
file, so it is in force only while the seed runs; every draw made afterwards takes its secrets from the system."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import TypeVar
from unittest.mock import patch

T = TypeVar("T")


def digest(text: str) -> bytes:
    return hashlib.sha256(f"shifan-year|{text}".encode()).digest()


def digits(text: str, length: int) -> str:
    """What a witness says."""
    number = int.from_bytes(digest(f"digits|{text}"), "big")
    return str(number % 10**length).zfill(length)


@contextmanager
def settled(day: str) -> Iterator[None]:
    """Inside, `secrets` gives bytes of a counted SHA-256."""
    turns = count()

    def token_hex(size: int = 32) -> str:
        return digest(f"{day}|hex|{next(turns)}").hex()[: 2 * size]

    def choice(rows: Sequence[T]) -> T:
        return rows[int.from_bytes(digest(f"{day}|choice|{next(turns)}")[:4], "big") % len(rows)]

    with patch("secrets.token_hex", token_hex), patch("secrets.choice", choice):
        yield
