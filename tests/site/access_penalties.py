"""Cells of 行政处罚信息 and of risk marks."""

from typing import Any

from django.utils import timezone

from publication.models import Penalty, PublicEntry
from publication.services import penalties
from registry.services import marks
from tests.planning.build import make_listing
from tests.publication.penalty_case import recorded
from tests.site.access import cell

Made = tuple[dict[str, Any], dict[str, Any]]
RECORDERS = ("publisher", "coordinator", "organiser", "inspector")
REVIEWERS = ("reviewer", "deputy", "head")
ALL = {"outsider": 200, "anonymous": 200}


def _today() -> Any:
    return timezone.localdate()


def _row(cast: dict[str, Any]) -> Penalty:
    listing = make_listing(cast["bureau"], 7001)
    return recorded(listing.entity, cast["bureau"], cast["everyone"], _today())


def _post(**given: Any) -> dict[str, Any]:
    return {
        "number": "示自然资罚决〔2026〕9号",
        "decided_by_name": "示范县自然资源和规划局",
        "decided_on": _today().isoformat(),
        "kind": "warning",
        "fact": "台账不全。",
        "basis": "《矿产资源法》第四十条",
        "content": "警告",
        "amount": "",
        "flag": "",
        "flag_until_on": "",
    } | given


def to_create(cast: dict[str, Any]) -> Made:
    listing = make_listing(cast["bureau"], 7002)
    return {}, _post(entity_code=listing.entity.public_code)


def a_penalty(cast: dict[str, Any]) -> Made:
    return {"pk": _row(cast).pk}, {"approve": "yes", "note": ""}


def to_amend(cast: dict[str, Any]) -> Made:
    row = _row(cast)
    penalties.review(
        penalty_pk=row.pk, approve=False, note="不全", actor=cast["reviewer"], today=_today()
    )
    return {"pk": row.pk}, _post()


def published(cast: dict[str, Any]) -> Made:
    row = _row(cast)
    penalties.review(
        penalty_pk=row.pk, approve=True, note="", actor=cast["reviewer"], today=_today()
    )
    return {"pk": PublicEntry.objects.get(record__penalty=row).pk}, {}


def a_mark(cast: dict[str, Any]) -> Made:
    listing = make_listing(cast["bureau"], 7003)
    mark = marks.put(
        entity=listing.entity,
        authority_id=listing.authority_id,
        flag="serious_violation",
        source="publication.penalty:1",
        reason="处罚决定书",
        from_on=_today(),
        until_on=None,
        actor=cast["everyone"],
    )
    assert mark is not None
    return {"pk": mark.pk}, {"reason": "完成信用修复"}


CELLS = [
    cell("publication:penalty-list", outsider=200),
    cell("publication:penalty-create", *RECORDERS, outsider=200),
    cell(
        "publication:penalty-create",
        *RECORDERS,
        method="post",
        ok=302,
        make=to_create,
        outsider=None,
    ),
    cell("publication:penalty-detail", make=a_penalty),
    cell("publication:penalty-detail", *REVIEWERS, method="post", ok=302, make=a_penalty),
    cell("publication:penalty-amend", *RECORDERS, make=to_amend),
    cell("publication:penalty-amend", *RECORDERS, method="post", ok=302, make=to_amend),
    cell("public:penalties", **ALL),
    cell("public:penalty-detail", make=published, **ALL),
    cell("registry:mark-end", "division_admin", "organiser", make=a_mark),
    cell("registry:mark-end", "division_admin", "organiser", method="post", ok=302, make=a_mark),
]
