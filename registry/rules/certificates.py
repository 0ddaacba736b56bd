"""Law-enforcement certificates: who may be drawn at all. Basis: A19 and A100 (only certificate holders inspect)."""

from datetime import date, timedelta

from registry.rules.labels import Labelled

# 长期: Excel files and registers write it in many ways; stored as the last date there is.
NO_EXPIRY = date(9999, 12, 31)


class CertificateState(Labelled):
    VALID = "valid", "有效"
    EXPIRING = "expiring", "即将到期"
    EXPIRED = "expired", "已过期"
    MISSING = "missing", "未登记"


def certificate_valid(expires_on: date | None, on: date) -> bool:
    """True through the day of expiry; without a date the certificate is not known and does not count (A19, A100)."""
    return expires_on is not None and on <= expires_on


def certificate_state(
    expires_on: date | None, on: date, *, warn_days: int = 30
) -> CertificateState:
    """The state to show on `on`; `warn_days` is the bureau's setting."""
    if expires_on is None:
        return CertificateState.MISSING
    if on > expires_on:
        return CertificateState.EXPIRED
    if expires_on - on <= timedelta(days=warn_days):
        return CertificateState.EXPIRING
    return CertificateState.VALID


def show_expiry(expires_on: date | None) -> str:
    """长期 for the open-ended date, else ISO, empty for none."""
    if expires_on is None:
        return ""
    return "长期" if expires_on == NO_EXPIRY else expires_on.isoformat()
