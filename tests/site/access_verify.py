"""Cells of the verifiers: everybody may check, nobody needs a seat."""

from tests.site.access_publication import draw, shown

CELLS = [
    shown("public:verify"),
    shown("public:verify-offline"),
    shown("public:draw-ticket", make=draw),
]
