"""Cells of 查我的抽签: anybody, about one exact code."""

from tests.site.access_publication import draw, shown

ASKED = "?code=91990122MA1999999X"
CELLS = [
    shown("public:lookup"),
    shown("public:lookup-pdf", make=draw, query=ASKED),
    shown("public:draw-lookup", make=draw),
    shown("public:draw-lookup-pdf", make=draw, query=ASKED),
]
