"""The public site's lists over the search index: filters, names by bigrams, open data in keyset chunks."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from difflib import SequenceMatcher
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from publication.models import PublicEntry, PublicRecord
from publication.rules.open_data import COLUMNS
from registry.rules.names import query_bigrams, search_key

ORDER = ("-published_at", "-id")
CHUNK = 2000
LONGEST_TYPED = 24  # pairs of a query that are compared
PROBED, FREQUENT = 2000, 8  # of the newest names, those that make a text frequent
NEAR = 200  # names among which the nearest are chosen
TASKS = 50  # that a part of a number may mean
MOST_COUNTED = 1000  # a count stops here: it must cost no more than the page


def of_kind(kind: str) -> "QuerySet[PublicEntry]":
    return PublicEntry.objects.filter(kind=kind)


def results(filters: Mapping[str, Any]) -> "QuerySet[PublicEntry]":
    """Published results narrowed by q, matter, task, unit, region, outcome (found|clean), since, until; to be paged by ORDER."""
    rows = of_kind(PublicRecord.Kind.RESULT)
    if filters.get("q"):
        rows = rows.filter(_asked(filters["q"]))
    if filters.get("matter"):
        rows = rows.filter(matter_name=filters["matter"])
    if filters.get("task"):
        rows = rows.filter(task_number=filters["task"])
    if filters.get("unit"):
        rows = rows.filter(unit_name=filters["unit"])
    if filters.get("region"):
        rows = rows.filter(region_code__startswith=filters["region"])
    if filters.get("outcome"):
        rows = rows.filter(found_problem=filters["outcome"] == "found")
    if filters.get("since"):
        rows = rows.filter(published_at__gte=_start(filters["since"], time.min))
    if filters.get("until"):
        rows = rows.filter(published_at__lte=_start(filters["until"], time.max))
    return rows


def counted(rows: "QuerySet[PublicEntry]") -> tuple[int, bool]:
    """How many of these, at most MOST_COUNTED, and whether there are more; one query that stops there."""
    found = rows.order_by()[: MOST_COUNTED + 1].count()
    return min(found, MOST_COUNTED), found > MOST_COUNTED


def newest_result_record() -> tuple[str, datetime] | None:
    """Key and time of the last result or correction that was published: while it stays, the open data stays."""
    rows = PublicRecord.objects.filter(kind=PublicRecord.Kind.RESULT).order_by("-id")
    found = rows.values_list("pk", "published_at").first()
    return (str(found[0]), found[1]) if found else None


def names_like(query: str, most: int = 5) -> list[str]:
    """Published names that differ from the query by a wrong character, the nearest first; two queries at most.

    A wrong character spoils two neighbouring pairs: names that hold all the others are near enough to be meant. Where that
    leaves a single pair, names with it are looked at only if nothing nearer was found.
    """
    key = search_key(query)
    pairs = [key[i : i + 2] for i in range(len(key) - 1)][:LONGEST_TYPED]
    rests = [
        sorted({pair for i, pair in enumerate(pairs) if i not in {place - 1, place}})
        for place in range(len(pairs) + 1)
    ]
    for wanted in ([rest for rest in rests if len(rest) > 1], [r for r in rests if len(r) == 1]):
        if wanted and (names := _named_with(wanted)):
            return sorted(names, key=lambda name: (-_alike(key, search_key(name)), name))[:most]
    return []


def _named_with(wanted: list[list[str]]) -> list[str]:
    """Some published names that hold all pairs of one of these lists."""
    near = Q()
    for pairs in wanted:
        near |= Q(bigrams__contains=pairs)
    rows = of_kind(PublicRecord.Kind.RESULT).filter(near).order_by()
    return list(dict.fromkeys(rows.values_list("entity_name", flat=True)[:NEAR]))


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def detail(kind: str, pk: Any) -> PublicEntry:
    """One entry with its newest record and authority; one query. Raises Http404."""
    rows = PublicEntry.objects.select_related("record", "authority")
    try:
        entry: PublicEntry = rows.get(kind=kind, pk=pk)
    except PublicEntry.DoesNotExist as missing:
        raise Http404("没有这条公示，请核对地址。") from missing
    return entry


def older_digests(entry: PublicEntry) -> list[tuple[int, str, datetime]]:
    """(version, SHA-256, published at) of what stood here before: their digests stay public, their content does not."""
    rows = PublicRecord.objects.filter(subject=entry.subject).exclude(pk=entry.record_id)
    return list(rows.order_by("-version").values_list("version", "sha256", "published_at"))


def adjustments_of(plan_subject: str) -> list[PublicRecord]:
    """The published adjustments of one plan, the newest first."""
    rows = PublicRecord.objects.filter(
        kind=PublicRecord.Kind.ADJUSTMENT, subject__startswith=f"{plan_subject}/"
    )
    return list(rows.order_by("-published_at"))


def rows_for_export(filters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every matching result by the open data's columns, the newest first, CHUNK rows a query, without an offset."""
    fields = [column.field for column in COLUMNS]
    edge: tuple[datetime, Any] | None = None
    found = results(filters).order_by(*ORDER)
    while True:
        rows = found
        if edge is not None:
            at, pk = edge
            rows = rows.filter(published_at__lte=at).filter(
                Q(published_at__lt=at) | Q(published_at=at, pk__lt=pk)
            )
        chunk = list(rows.values(*fields)[:CHUNK])
        yield from chunk
        if len(chunk) < CHUNK:
            return
        edge = (chunk[-1]["published_at"], chunk[-1]["pk"])


def _asked(query: str) -> Q:
    """A name of at least two characters, a whole code, or a task number."""
    found = Q(entity_code=query.upper())
    key, pairs = search_key(query), query_bigrams(query)
    if pairs:
        by_text = Q(search_name__contains=key)
        found |= by_text if _is_frequent(key) else by_text & Q(bigrams__contains=pairs)
    if "〔" in query:
        # Through the announcements, of which there are few: no index finds the middle of a number.
        tasks = of_kind(PublicRecord.Kind.TASK_NOTICE).filter(task_number__contains=query)
        numbers = tasks.values_list("task_number", flat=True)[:TASKS]
        found |= Q(task_number__in=[query, *numbers])
    return found


def _is_frequent(key: str) -> bool:
    """Whether so many names hold the text that walking the newest entries finds a page sooner than the index of pairs.

    The index would gather every match first, of 公司 half of all; PostgreSQL takes pairs for independent and expects few.
    """
    newest = of_kind(PublicRecord.Kind.RESULT).order_by(*ORDER)
    names = newest.values_list("search_name", flat=True)[:PROBED]
    return sum(key in name for name in names) >= FREQUENT


def _start(day: Any, moment: time) -> datetime:
    return datetime.combine(day, moment, timezone.get_current_timezone())
