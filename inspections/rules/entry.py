"""入企登记: which late entries are still taken (A98)."""

from datetime import datetime, timedelta


def late_problem(happened_at: datetime, now: datetime, *, days: int, reason: str) -> str | None:
    """Why this late entry is refused; None when it is taken. Calendar days. Basis: 深府规〔2025〕6号, ten days."""
    if not reason.strip():
        return "请写明没有当场登记的原因，例如“企业没有码、手机没电”。"
    if now.date() - happened_at.astimezone(now.tzinfo).date() > timedelta(days=days):
        return f"已超过 {days} 日的补录期限，不能再补录。请把情况写入检查结果说明，由考核员查看。"
    return None
