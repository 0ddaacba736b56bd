"""Feeds, descriptions of the open data and explanations: the same for everybody."""

from typing import Any

from publication.models import PublicEntry
from publication.services import matter_lists
from tests.planning.build import make_matter
from tests.site.access_publication import shown


def own_feed(cast: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"code": cast["bureau"].code}, {}


def part(cast: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"part": "rights"}, {}


def matter_list(cast: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    make_matter(cast["bureau"])
    matter_lists.publish(authority=cast["bureau"].pk)
    return {"pk": PublicEntry.objects.get(kind="matter_list").pk}, {}


CELLS = [
    shown("public:matter-list", make=matter_list),
    shown("public:matter-list-pdf", make=matter_list),
    shown("public:feed"),
    shown("public:authority-feed", make=own_feed),
    shown("public:results-schema"),
    shown("public:results-csvw"),
    shown("public:about-part", make=part),
]
