"""The newest announcements as a feed tells them: every version of every record, and the draws (A47, A75, A79, A81)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bureau.models import Agency
from publication.models import PublicEntry, PublicRecord
from publication.selectors import public_draws

NEWEST = 60
Kind = PublicRecord.Kind
# Kind → (name of the page, what a feed calls it); an adjustment is told with its plan, a follow-up with its result.
PAGES: dict[str, tuple[str, str]] = {
    Kind.RESULT: ("result-detail", "抽查结果"),
    Kind.PLAN: ("plan-detail", "年度抽查计划"),
    Kind.TASK_NOTICE: ("task-notice", "抽查任务公告"),
    Kind.MATTER_LIST: ("matter-list", "抽查事项清单"),
    Kind.PENALTY: ("penalty-detail", "行政处罚信息"),
    Kind.FOLLOWUP: ("result-detail", "后续处置"),
}


@dataclass(frozen=True)
class News:
    key: str  # never changes: a reader knows by it what it has told already
    kind: str
    title: str
    summary: str
    authority: str
    page: str
    place: dict[str, Any]  # of the page's address
    at: datetime


def newest(authority: Agency | None = None) -> list[News]:
    """The NEWEST pieces of news of one authority or of all, the latest first; a constant number of queries."""
    records = PublicRecord.objects.filter(kind__in=list(PAGES)).select_related("authority")
    draws = public_draws.listed().order_by("-locked_at", "-id")
    if authority is not None:
        records, draws = records.filter(authority=authority), draws.filter(authority=authority)
    told = list(records.defer("content").order_by("-id")[:NEWEST])
    subjects = {record.subject.removesuffix("/followup") for record in told}
    entries = {e.subject: e for e in PublicEntry.objects.filter(subject__in=subjects)}
    found = [_of_record(r, entries[s]) for r in told if (s := _subject(r)) in entries]
    found += [_of_draw(draw) for draw in draws[:NEWEST]]
    return sorted(found, key=lambda news: (news.at, news.key), reverse=True)[:NEWEST]


def _subject(record: PublicRecord) -> str:
    return record.subject.removesuffix("/followup")


def _of_record(record: PublicRecord, entry: PublicEntry) -> News:
    name, word = PAGES[record.kind]
    if record.kind == Kind.RESULT and record.version > 1:
        word = "结果更正"
    elif record.version > 1:
        word = f"{word}（第 {record.version} 版）"
    return News(
        key=f"urn:uuid:{record.pk}",
        kind=record.kind,
        title=f"{word}：{record.title}",
        summary=entry.outcome_text if record.kind == Kind.RESULT else record.title,
        authority=record.authority.name,
        page=name,
        place={"pk": entry.pk},
        at=record.published_at,
    )


def _of_draw(draw: Any) -> News:
    return News(
        key=f"urn:uuid:{draw.pk}",
        kind="draw",
        title=f"抽取公告：{draw.task_name}，{draw.get_kind_display()}",
        summary=f"{draw.task_text}，第 {draw.n} 次，编号 {draw.number}",
        authority=draw.authority.name,
        page="draw-detail",
        place={"number": draw.number},
        at=draw.locked_at,
    )
