"""A penalty as it is entered, for its tests."""

from datetime import date
from decimal import Decimal

from bureau.models import Agency, User
from publication.models import Penalty
from publication.services import penalties
from publication.services.penalties import Decision
from registry.models import Entity


def decision(on: date, **given) -> Decision:
    values = {
        "number": "示自然资罚决〔2026〕3号",
        "decided_by_name": "示范县自然资源和规划局",
        "decided_on": on,
        "kind": "fine",
        "fact": "越界开采约 6 米。",
        "basis": "《矿产资源法》第四十条",
        "content": "罚款人民币贰万元",
        "amount": Decimal("20000"),
    }
    return Decision(**(values | given))


def recorded(entity: Entity, authority: Agency, actor: User, on: date, **given) -> Penalty:
    return penalties.record(
        entity=entity, authority=authority, decision=decision(on, **given), actor=actor, today=on
    )
