"""Small builders for planning's tests: a pool, matters, inspectors, a task ready to be tried."""

from datetime import date
from decimal import Decimal

from planning.models import Task, TaskParticipant, TaskStratum
from registry.models import Entity, Inspector, LedgerEntry, Listing, Matter

DAY = date(2026, 3, 2)


def make_matter(authority, code="KC-01", **fields):
    values = {
        "name": f"事项{code}",
        "category": "general",
        "object_text": "采矿权人",
        "content": "开采情况",
        "methods": ["on_site"],
        "body": "县级",
        "legal_basis": "《中华人民共和国矿产资源法》",
        "state": "in_force",
    }
    return Matter.objects.create(authority=authority, code=code, **values | fields)


def make_listing(authority, number, *, unit=None, standing="active", kind="enterprise", **listing):
    code = f"91990122MA0{number:06d}X"
    entity = Entity.objects.create(
        id_kind="legacy",
        code=code,
        public_code=code,
        kind=kind,
        name=f"示范企业{number}号",
        search_name=f"示范企业{number}号",
        standing=standing,
        region=authority.region,
    )
    return Listing.objects.create(
        entity=entity,
        authority=authority,
        unit=unit or authority,
        from_on=date(2025, 1, 1),
        **listing,
    )


def make_pool(authority, count, *, start=1, **listing):
    return [make_listing(authority, n, **listing) for n in range(start, start + count)]


def make_inspector(authority, number, *, unit=None, **fields):
    values = {
        "pid": f"SFX-{number:03d}",
        "name": f"检查员{number}",
        "certificate_no": f"9901{number:05d}",
        "certificate_expires_on": date(2028, 12, 31),
    }
    return Inspector.objects.create(authority=authority, unit=unit or authority, **values | fields)


def make_task(authority, *, by=None, matters=(), strata=(), scope=None, units=(), **fields):
    values = {
        "year": 2026,
        "number": f"示自然资双随机〔2026〕{Task.objects.count() + 1}号",
        "name": "采矿权人抽查",
        "ad_hoc_reason": "上级交办",
        "window_from": date(2026, 3, 10),
        "window_to": date(2026, 4, 30),
        "unit": authority,
        "scheme": "实施方案",
    }
    task = Task.objects.create(
        authority=authority, created_by=by, scope=scope or {}, **values | fields
    )
    task.matters.set(matters)
    for number, (label, conditions, mode, value) in enumerate(strata, 1):
        TaskStratum.objects.create(
            task=task,
            number=number,
            label=label,
            scope=conditions,
            mode=mode,
            value=None if value is None else Decimal(value),
        )
    for unit in units:
        TaskParticipant.objects.create(task=task, agency=unit, part="executing")
    return task


def hit(listing, day=DAY, *, matters=(), is_open=False, counts=True, source=""):
    entry = LedgerEntry.objects.create(
        authority=listing.authority,
        entity=listing.entity,
        day=day,
        kind="random",
        is_open=is_open,
        counts=counts,
        source=source or f"test:{LedgerEntry.objects.count()}",
    )
    entry.matters.set(matters)
    return entry
