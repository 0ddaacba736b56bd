"""Whoever names rows of another bureau in a form gets nothing: no row of one authority ever names a row of another.

Each form of the access table is sent with each of its fields naming a row of a foreign bureau instead; whatever the answer,
no link between the two bureaus may stand in the database.
"""

import re
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bureau.models import Membership, OutboxMessage
from inspections.models import Finding
from inspections.services import dispatch
from planning.models import Sitting
from publication.models import PublicRecord, Push, PushTarget
from tests.inspections.dispatch_cast import TODAY, make_drawn_task, make_full_matter
from tests.people import make_unit
from tests.planning.build import make_inspector, make_listing
from tests.site.access import Cell
from tests.site.test_access import CELLS, a_whole_bureau

APPS = ("bureau", "registry", "planning", "inspections", "publication")
# What stands between authorities by its nature.
BETWEEN = {
    "bureau.Agency.superior",  # above and below
    "bureau.Agency.region",
    "planning.Filing.to_agency",  # filed with the superior
}
UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f-]{27}$")
# People whom a form names: they have a seat there. Who did something stands in the trail.
PEOPLE = {
    "registry.Inspector.user": "authority",
    "inspections.Disposal.responsible_user": "authority",
    "planning.SittingWitness.user": "sitting__authority",
}
FORMS = list({cell.url: cell for cell in CELLS if cell.method == "post"}.values())


@cache
def _way(model: type[models.Model]) -> str:
    """How a row's authority is reached: its own column, or that of the row it belongs to; empty for what has none."""
    names = {f.name: f for f in model._meta.concrete_fields if f.is_relation}
    if "authority" in names:
        return "authority"
    for name, link in names.items():
        other = link.related_model
        if link.null or other is model or other._meta.label == "bureau.User":
            continue
        if way := _way(other):
            return f"{name}__{way}"
    return ""


def _links() -> list[tuple[type[models.Model], str, str, str]]:
    """(model, field, way of the row, way of what it names) for every reference between rows that have an authority."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label not in APPS or not (own := _way(model)):
            continue
        for field in model._meta.concrete_fields:
            label = f"{model._meta.label}.{field.name}"
            if not field.is_relation or label in BETWEEN or own.split("__")[0] == field.name:
                continue
            if other := _way(field.related_model):
                found.append((model, field.name, own, f"{field.name}__{other}"))
    return found


LINKS = _links()


def crossed() -> list[str]:
    """Rows of one authority that name a row of another; partner departments stand outside all of them."""
    found = []
    for model, name, own, other in LINKS:
        rows = model._default_manager.exclude(**{f"{name}__isnull": True}).exclude(
            **{f"{other}__kind": "partner"}
        )
        rows = rows.exclude(**{other: F(own)}).exclude(**{f"{other}__isnull": True})
        found += [f"{model._meta.label}.{name}: {row}" for row in rows[:3]]
    for label, own in PEOPLE.items():
        name, model = label.rpartition(".")[2], apps.get_model(label.rpartition(".")[0])
        seat = Membership.objects.filter(user=OuterRef(name), agency__authority=OuterRef(own))
        rows = model._default_manager.exclude(**{f"{name}__isnull": True}).filter(~Exists(seat))
        found += [f"{label}: {row}" for row in rows[:3]]
    return found


NAMED = {  # field of a form → what of the foreign bureau is named there
    "unit": "station", "lead": "station", "executing": "station", "participants": "station", "agency": "station",
    "responsible": "station", "responsible_unit": "station",
    "user": "outsider", "responsible_user": "outsider",
    "matters": "matter", "matter": "matter", "visit_matter": "visit_matter", "visit_matter_pk": "visit_matter", "visits": "visit", "visit": "visit",
    "task": "task", "tasks": "task", "officers": "inspector", "leader": "inspector", "inspector": "inspector",
    "entity": "entity", "item": "checklist_item", "finding": "finding",
    "registry:entity-tag.pk": "listing", "inspections:review-approve-clean.pk": "visit_matter",
    "publication:result-publish.pk": "visit_matter", "planning:sitting-witness-again.before": "sitting",
    "planning:task-direct.entities": "entity", "inspections:visit-skip.pick": "pick", "inspections:visit-transfer.to": "station",
    "publication:dossier-many.pk": "visit", "publication:schedule.pk": "visit_matter",
    "publication:push-resend.pk": "push", "publication:push-package-list.target": "push_target",
}  # fmt: skip
NO_ROWS = {"digits_each", "key", "year", "score"}


@pytest.fixture
def cast(db) -> dict[str, Any]:
    return a_whole_bureau()


def make_sitting(there: Any, outsider: Any, task: Any) -> Sitting:
    sitting = Sitting.objects.create(
        authority=there,
        unit=there,
        purpose="entities",
        title="外县摇号会",
        planned_at=timezone.now(),
        operator=outsider,
        state="computed",
    )
    sitting.tasks.add(task)
    sitting.witnesses.create(user=outsider, position=1, capacity_text="监督")
    return sitting


def foreign_rows(cast: dict[str, Any]) -> dict[str, Any]:
    """One of everything at the foreign bureau, made after one's own: the numbers go on."""
    there, outsider = cast["foreign"], cast["outsider"]
    there.document_mark = "邻自然资"
    there.save(update_fields=["document_mark"])
    station = make_unit(there, "LYX-BS", "邻云国土所")
    listing = make_listing(there, 777_001, unit=station)
    matter = make_full_matter(there, "LY-01")
    task = make_drawn_task(
        there, [listing], by=outsider, matters=[matter], number="邻自然资双随机〔2026〕777号"
    )
    visit = dispatch.dispatch(task=task, actor=outsider, today=TODAY).visits[0]
    inspector = make_inspector(there, 1, unit=station, pid="LYX-001", certificate_no="LY99010001")
    row = visit.matters.get()
    finding = Finding.objects.create(
        visit_matter=row, number=1, fact="越界开采", basis="矿产资源法", recorded_by=outsider
    )
    return push_rows(there, outsider) | {
        "station": station,
        "outsider": outsider,
        "matter": matter,
        "visit": visit,
        "visit_matter": row,
        "task": task,
        "inspector": inspector,
        "entity": listing.entity,
        "listing": listing,
        "checklist_item": row.checklist.items.first(),
        "finding": finding,
        "pick": row.pick,
        "sitting": make_sitting(there, outsider, task),
    }


def push_rows(there: Any, outsider: Any) -> dict[str, Any]:
    """A platform of the foreign bureau, and a record that did not arrive there."""
    target = PushTarget.objects.create(
        authority=there, name="邻县平台", kind="excel", receives=["result"], created_by=outsider
    )
    record = PublicRecord.objects.create(
        authority=there, kind="result", subject="test:LYX", title="邻县结果", content=b"{}"
    )
    message = OutboxMessage.objects.create(key="push:LYX", kind="push", state="failed")
    push = Push.objects.create(
        authority=there, target=target, record=record, what="result", message=message
    )
    return {"push": push, "push_target": target}


def names_rows(name: str, value: object) -> bool:
    """Keys of rows stand in the table as numbers and UUIDs; what is typed is text."""
    values = value if isinstance(value, list) else [value]
    return name not in NO_ROWS and any(type(v) is int or UUID.match(str(v)) for v in values)


def row_for(cell: Cell, name: str, rows: dict[str, Any]) -> Any:
    named = NAMED.get(f"{cell.url}.{name}") or NAMED.get(name.partition("-")[0])
    assert named, f"say in NAMED what {name} of {cell.url} names"
    return rows[named]


@pytest.mark.parametrize("cell", FORMS, ids=lambda c: c.url)
def test_a_form_links_nothing_of_another_bureau(cell: Cell, cast):
    kwargs, given = cell.make(cast)
    client = Client(raise_request_exception=True)
    client.force_login(
        cast["superior" if cell.allowed == {"superior"} else "everyone"],
        backend="django.contrib.auth.backends.ModelBackend",
    )
    naming = [name for name, value in given.items() if names_rows(name, value)]
    rows, before = foreign_rows(cast) if naming else {}, crossed() if naming else []
    url, seen = reverse(cell.url, kwargs=kwargs), {}
    for name in naming:
        row = row_for(cell, name, rows)
        with transaction.atomic():
            client.post(url, given | {name: row.pk})
            seen[name] = [link for link in crossed() if link not in before]
            transaction.set_rollback(True)

    assert seen == {name: [] for name in naming}


def test_a_crossing_would_be_seen(cast):
    assert len(LINKS) > 60

    rows = foreign_rows(cast)
    listing = make_listing(cast["bureau"], 1, unit=rows["station"])
    make_inspector(cast["bureau"], 1, user=cast["outsider"])

    assert crossed() == [f"registry.Listing.unit: {listing}", "registry.Inspector.user: 检查员1"]
