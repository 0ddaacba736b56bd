"""Cells of the matter list and the two registers: read by every seat, kept by 内设机构管理员 and 任务经办."""

from datetime import date
from typing import Any

from registry.models import Expert, Recusal, SpecialPool
from tests.registry import registers
from tests.registry.rosters import uscc
from tests.site.access import cell

Made = tuple[dict[str, Any], dict[str, Any]]
KEEPERS = ("division_admin", "organiser")
PEOPLE = ("division_admin",)
RECUSAL = ("division_admin", "organiser", "coordinator", "head")


def listing(cast: dict[str, Any]) -> Made:
    return {"pk": registers.listed(cast["everyone"], cast["bureau"], 1).pk}, {"reason": "迁出本县"}


def left(cast: dict[str, Any]) -> Made:
    row = registers.listed(cast["everyone"], cast["bureau"], 1)
    row.state, row.to_on, row.left_reason = "left", date(2026, 3, 3), "迁出"
    row.save()
    return {"pk": row.pk}, {}


def edited(cast: dict[str, Any]) -> Made:
    row = registers.listed(cast["everyone"], cast["bureau"], 1)
    return {"pk": row.pk}, registers.edited(row, address="新址")


def new_entity(cast: dict[str, Any]) -> Made:
    return {}, {
        "id_kind": "uscc", "code": uscc(7), "name": "示范县新户有限公司", "kind": "enterprise", "standing": "active",
        "unit": cast["bureau"].pk, "credit_class": "-",
    }  # fmt: skip


def tagged(cast: dict[str, Any]) -> Made:
    row = registers.listed(cast["everyone"], cast["bureau"], 1)
    return {}, {"pk": [row.pk], "tag": "绿色矿山", "action": "tag"}


def saved_filter(cast: dict[str, Any]) -> Made:
    return {}, {"name": "D类", "query": "credit=D"}


def pool(cast: dict[str, Any]) -> Made:
    made = SpecialPool.objects.create(
        authority=cast["bureau"], code="CK", name="采矿权人库", object_kind="矿山", criterion="持证", unit=cast["bureau"],
    )  # fmt: skip
    return {"pk": made.pk}, {}


def draft(cast: dict[str, Any]) -> Made:
    return {"pk": registers.matter(cast["bureau"]).pk}, {}


def in_force(cast: dict[str, Any]) -> Made:
    return {"pk": registers.matter(cast["bureau"], state="in_force").pk}, {"reason": "依据废止"}


def matter_post(cast: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "code": "KC-09", "name": "新事项", "category": "general", "object_kinds": ["mine"], "object_text": "采矿权人", "content": "内容",
        "methods": ["on_site"], "legal_basis": "《矿产资源法》", "body": "县局",
    } | more  # fmt: skip


def new_matter(cast: dict[str, Any]) -> Made:
    return {}, matter_post(cast, unit=cast["bureau"].pk)


def revised(cast: dict[str, Any]) -> Made:
    row = registers.matter(cast["bureau"])
    return {"pk": row.pk}, matter_post(cast, reason="法律修订", version="1")


def checklist(cast: dict[str, Any]) -> Made:
    row = registers.matter(cast["bureau"], items=0)
    return {"pk": row.pk}, {
        "version": "0", "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-text": "第1条",
    }  # fmt: skip


def officer(cast: dict[str, Any]) -> Made:
    return {"pk": registers.officer(cast["bureau"], 1).pk}, {"reason": "退休"}


def officer_left(cast: dict[str, Any]) -> Made:
    return {"pk": registers.officer(cast["bureau"], 1, state="left").pk}, {"reason": "返岗"}


def officer_post(cast: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": "测新人", "unit": cast["bureau"].pk, "certificate_no": "990100009", "certificate_name": "行政执法证",
        "certificate_expires_on": "2030-12-31", "capacity": "20",
    }  # fmt: skip


def new_officer(cast: dict[str, Any]) -> Made:
    return {}, officer_post(cast)


def officer_edited(cast: dict[str, Any]) -> Made:
    return {"pk": registers.officer(cast["bureau"], 1).pk}, officer_post(cast)


def expert_post() -> dict[str, Any]:
    return {"name": "测专家", "organisation": "某院", "capacity": "20", "state": "active"}


def new_expert(cast: dict[str, Any]) -> Made:
    return {}, expert_post()


def expert(cast: dict[str, Any]) -> Made:
    made = Expert.objects.create(
        authority=cast["bureau"], pid="E-1", name="测专家", organisation="某院"
    )
    return {"pk": made.pk}, expert_post()


def recusal_for(cast: dict[str, Any]) -> Made:
    row = registers.listed(cast["everyone"], cast["bureau"], 1)
    return {"pk": registers.officer(cast["bureau"], 1).pk}, {
        "code": row.entity.code,
        "reason": "kin",
        "note": "",
    }


def own_recusal(cast: dict[str, Any]) -> Made:
    row = registers.listed(cast["everyone"], cast["bureau"], 1)
    registers.officer(cast["bureau"], 1, user=cast["inspector"])
    return {}, {"code": row.entity.code, "reason": "kin", "note": ""}


def recusal(cast: dict[str, Any]) -> Made:
    row = registers.listed(cast["everyone"], cast["bureau"], 1)
    made = Recusal.objects.create(
        authority=cast["bureau"], inspector=registers.officer(cast["bureau"], 1), entity=row.entity, reason="kin",
    )  # fmt: skip
    return {"pk": made.pk}, {}


CELLS = [
    cell("registry:entity-list", outsider=200),
    cell("registry:entity-list", query="?of=SFX"),  # the outsider asks for this bureau's: 404
    cell("registry:entity-export", outsider=200),
    cell("registry:entity-create", *KEEPERS, outsider=200),
    cell("registry:entity-create", *KEEPERS, method="post", make=new_entity, ok=302, outsider=None),
    cell("registry:entity-tag", *KEEPERS, method="post", make=tagged, ok=302, outsider=302),
    cell("registry:filter-save", method="post", make=saved_filter, ok=302, outsider=302),
    cell("registry:entity-detail", make=listing),
    cell("registry:entity-edit", *KEEPERS, make=listing),
    cell("registry:entity-edit", *KEEPERS, method="post", make=edited, ok=302),
    cell("registry:entity-leave", *KEEPERS, make=listing),
    cell("registry:entity-leave", *KEEPERS, method="post", make=listing, ok=302),
    cell("registry:entity-return", *KEEPERS, method="post", make=left, ok=302),
    cell("registry:pool-list", outsider=200),
    cell("registry:pool-detail", make=pool),
    cell("registry:matter-list", outsider=200),
    cell("registry:matter-create", *KEEPERS, outsider=200),
    cell("registry:matter-create", *KEEPERS, method="post", make=new_matter, ok=302, outsider=200),
    cell("registry:matter-detail", make=draft),
    cell("registry:matter-edit", *KEEPERS, make=draft),
    cell("registry:matter-edit", *KEEPERS, method="post", make=revised, ok=302),
    cell("registry:matter-put-in-force", *KEEPERS, make=draft),
    cell("registry:matter-put-in-force", *KEEPERS, method="post", make=draft, ok=302),
    cell("registry:matter-end", *KEEPERS, make=in_force),
    cell("registry:matter-end", *KEEPERS, method="post", make=in_force, ok=302),
    cell("registry:checklist-edit", *KEEPERS, make=draft),
    cell("registry:checklist-edit", *KEEPERS, method="post", make=checklist, ok=302),
    cell("registry:inspector-list", outsider=200),
    cell("registry:inspector-create", *PEOPLE, outsider=200),
    cell(
        "registry:inspector-create", *PEOPLE, method="post", make=new_officer, ok=302, outsider=200
    ),
    cell("registry:inspector-detail", make=officer),
    cell("registry:inspector-edit", *PEOPLE, make=officer),
    cell("registry:inspector-edit", *PEOPLE, method="post", make=officer_edited, ok=302),
    cell("registry:inspector-leave", *PEOPLE, make=officer),
    cell("registry:inspector-leave", *PEOPLE, method="post", make=officer, ok=302),
    cell("registry:inspector-return", *PEOPLE, make=officer_left),
    cell("registry:inspector-return", *PEOPLE, method="post", make=officer_left, ok=302),
    cell("registry:recusal-create", *RECUSAL, make=recusal_for),
    cell("registry:recusal-create", *RECUSAL, method="post", make=recusal_for, ok=302),
    cell("registry:expert-list", outsider=200),
    cell("registry:expert-create", *PEOPLE, outsider=200),
    # an outsider keeps their own bureau's experts
    cell("registry:expert-create", *PEOPLE, method="post", make=new_expert, ok=302, outsider=302),
    cell("registry:expert-edit", *PEOPLE, make=expert),
    cell("registry:expert-edit", *PEOPLE, method="post", make=expert, ok=302),
    cell("registry:my-recusals", "inspector", outsider=200),
    cell(
        "registry:my-recusals", "inspector", method="post", make=own_recusal, ok=302, outsider=422
    ),
    cell("registry:recusal-lift", *PEOPLE, make=recusal),
    cell("registry:recusal-lift", *PEOPLE, method="post", make=recusal, ok=302),
]
