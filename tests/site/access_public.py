"""Feeds, descriptions of the open data and explanations: the same for everybody."""

from typing import Any

from tests.site.access_publication import shown


def own_feed(cast: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"code": cast["bureau"].code}, {}


def part(cast: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"part": "rights"}, {}


CELLS = [
    shown("public:feed"),
    shown("public:authority-feed", make=own_feed),
    shown("public:results-schema"),
    shown("public:results-csvw"),
    shown("public:about-part", make=part),
]
