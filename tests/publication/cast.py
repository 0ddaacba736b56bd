"""Results waiting for publication and published ones, made by the services of the apps below."""

from datetime import date
from typing import Any

from django.utils import timezone

from bureau.ids import uuid7
from bureau.models import Agency, User
from inspections.models import VisitMatter
from publication.models import PublicEntry, PublicRecord
from publication.rules import frozen
from publication.services import records
from registry.models import Entity
from registry.rules.names import bigrams, search_key
from tests.inspections.field_case import approved, finished, ordered_case, recorded

PERSON = "纪砚青"


def approved_matter(
    bureau: Agency, people: dict[str, User], number: int = 1, *, codes=("1",), findings=(), **entity
) -> VisitMatter:
    """A reviewed result, 待公示; `entity` changes the entity's facts before anything is recorded."""
    case = ordered_case(
        bureau, people["leader"], people["second"], people["desk"], people["head"], number=number
    )
    if entity:
        Entity.objects.filter(pk=case.visit.entity_id).update(**entity)
    approved(recorded(finished(case), codes=codes, findings=findings), people["reviewer"])
    return VisitMatter.objects.select_related("visit__entity", "matter", "authority").get(
        pk=case.matter.pk
    )


def publish(matter: VisitMatter, publisher: User, today: date | None = None) -> PublicRecord:
    return records.publish_result(
        visit_matter=matter.pk, actor=publisher, today=today or timezone.localdate()
    )


def entry_of(record: PublicRecord) -> PublicEntry:
    return PublicEntry.objects.get(record=record)


def fill_index(bureau: Agency, count: int, *, name: str = "示范采石场", **fields: Any) -> None:
    """Published results as the index holds them, without the work below: for lists and counts of queries."""
    now = timezone.now()
    for number in range(count):
        entity = fields.get("entity_name", f"{name}{number}号")
        made = frozen.freeze({"number": number, "name": entity, "k": fields.get("title", name)})
        record = PublicRecord.objects.create(
            authority=bureau,
            kind="result",
            subject=f"test:{uuid7()}",
            title=entity,
            content=made.content,
            sha256=made.sha256,
            sm3=made.sm3,
            published_at=now,
        )
        values = {
            "entity_name": entity,
            "entity_code": f"91990122MA1{number:06d}X",
            "matter_name": "开采情况",
            "unit_name": bureau.name,
            "region_code": "990122",
            "region_name": "示范县",
            "outcome_text": "未发现问题",
            "task_number": f"示自然资双随机〔2026〕{number}号",
        } | fields
        PublicEntry.objects.create(
            record=record,
            authority=bureau,
            kind="result",
            subject=record.subject,
            title=entity,
            search_name=search_key(values["entity_name"]),
            bigrams=bigrams(values["entity_name"]),
            published_at=now,
            **values,
        )
