"""执法检查人员名录库 and 专家库 as the desk shows them: filtered, with what a certificate and a leave mean today (A19–A25, A100)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from bureau.models import Agency
from bureau.selectors import rule_settings
from registry.models import Expert, Inspector, Recusal
from registry.rules.certificates import NO_EXPIRY, CertificateState, certificate_state, show_expiry


@dataclass(frozen=True)
class Certificate:
    state: CertificateState
    expiry: str
    words: str  # 剩 45 天 | 已过期 3 天 | 长期
    css: str  # class of the status list; empty where nothing needs a look


@dataclass(frozen=True)
class Officer:
    inspector: Inspector
    certificate: Certificate
    away: str


def filtered(authority: Agency, wanted: dict[str, Any], today: date) -> "QuerySet[Inspector]":
    """Inspectors that meet the filter form's cleaned values."""
    state = wanted.get("state") or ""
    rows = Inspector.objects.filter(
        authority=authority, state="left" if state == "left" else "active"
    ).select_related("unit", "user")
    if q := (wanted.get("q") or "").strip():
        rows = rows.filter(Q(name__contains=q) | Q(certificate_no__startswith=q) | Q(pid=q))
    if wanted.get("unit"):
        rows = rows.filter(unit=wanted["unit"])
    if qual := (wanted.get("qual") or "").strip():
        rows = rows.filter(quals__contains=[qual])
    if state == "expiring":
        until = today + timedelta(days=warning_days(authority, today))
        rows = rows.filter(certificate_expires_on__lte=until)
    if state == "away":
        back = Q(away_to__isnull=True) | Q(away_to__gte=today)
        rows = rows.filter(Q(away_from__lte=today) & back)
    return rows


def warning_days(authority: Agency, today: date) -> int:
    """How many days before its end a certificate needs a look (setting certificate_warning_days)."""
    return int(rule_settings.value_of("certificate_warning_days", authority, today.year))


def officers(rows: list[Inspector], authority: Agency, today: date) -> list[Officer]:
    """The page's rows with the words for certificate and leave: one query, whatever the number of rows."""
    warn = warning_days(authority, today)
    return [
        Officer(row, certificate(row.certificate_expires_on, today, warn), away(row, today))
        for row in rows
    ]


def certificate(expires_on: date | None, today: date, warn_days: int) -> Certificate:
    """State and words of one certificate on `today` (A19, A100)."""
    state = certificate_state(expires_on, today, warn_days=warn_days)
    if expires_on is None:
        return Certificate(state, "", "未登记", "off")
    if expires_on == NO_EXPIRY:
        return Certificate(state, show_expiry(expires_on), "", "")
    left = (expires_on - today).days
    words = f"已过期 {-left} 天" if left < 0 else "今天到期" if left == 0 else f"剩 {left} 天"
    css = {CertificateState.EXPIRED: "bad", CertificateState.EXPIRING: "soon"}.get(state, "")
    return Certificate(state, show_expiry(expires_on), words, css)


def away(row: Inspector, today: date) -> str:
    """离岗 in words, empty when at work and no leave is known."""
    if row.away_from is None or (row.away_to is not None and row.away_to < today):
        return ""
    until = f"至 {row.away_to.isoformat()}" if row.away_to else "，返岗日期未定"
    why = f"（{row.away_reason}）" if row.away_reason else ""
    if row.away_from > today:
        return f"将于 {row.away_from.isoformat()} 离岗{until}{why}"
    return f"离岗{until}{why}"


def recusals(person: Inspector | Expert) -> "QuerySet[Recusal]":
    """All of a person's recusals, those in force first: one query (A57)."""
    return person.recusals.select_related("entity", "declared_by").order_by("state", "-id")


def experts(authority: Agency) -> "QuerySet[Expert]":
    """专家库, those who left last (A23)."""
    return Expert.objects.filter(authority=authority)
