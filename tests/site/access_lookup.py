"""Cells of 查我的抽签: anybody, about one exact code."""

from typing import Any

from tests.site.access_publication import draw, shown

ASKED = "?code=91990122MA1999999X"


def announced(cast: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    draw(cast)
    return {}, {}


CELLS = [
    shown("public:lookup"),
    shown("public:lookup-pdf", make=announced, query=ASKED),
    shown("public:draw-lookup", make=draw),
    shown("public:draw-lookup-pdf", make=draw, query=ASKED),
]
