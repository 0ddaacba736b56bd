"""The access table: for each URL and method, the status expected of everybody.

Each app declares its cells in tests/site/access_<app>.py as `CELLS = [Cell(…)]`; tests/site/test_access.py walks them
and fails for a URL that has none. `make` names a function in the same module that builds the object in a state where
the right person succeeds, and returns the URL's kwargs and the POST data: a matrix of 404s proves nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

# anonymous, one per role of bureau.models.Role of the own authority, and `outsider` (every role at a foreign authority)
Make = Callable[[dict[str, Any]], tuple[dict[str, Any], dict[str, Any]]]


def nothing(cast: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    return {}, {}


@dataclass(frozen=True)
class Cell:
    url: str  # "planning:plan-detail"
    method: str = "get"
    allowed: frozenset[str] = (
        frozenset()
    )  # roles that succeed; empty: every seat of the own authority
    ok: int = 200  # status for those allowed (302 after a POST)
    refused: int = 403  # status for the other roles of the own authority
    # status for somebody with every role at a foreign authority; None: the page works on one's own authority only, so nothing foreign is asked for
    outsider: int | None = 404
    anonymous: int = 302  # to the login page
    superior: int | None = (
        None  # status for the superior's reader; None: like `ok` when "superior" is in allowed or nobody is named, else refused
    )
    make: Make = field(default=nothing)
    query: str = ""


def cell(url: str, *roles: str, **options: Any) -> Cell:
    return Cell(url, allowed=frozenset(roles), **options)
