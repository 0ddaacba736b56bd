"""What the registry's documents print: 随机抽查事项清单 and 回避申请（决定）书 (A02, A03, A57)."""

from datetime import date
from typing import Any

from django.utils import timezone

from bureau.models import Agency, User
from bureau.services import wordings
from registry.models import Matter, Recusal
from registry.rules.forms_registry import MATTER_LIST_FORM, RECUSAL_FORM


def matter_list(authority: Agency, user: User, today: date) -> dict[str, Any]:
    """Every matter in force, in order: one query beside the wording's."""
    rows = Matter.objects.filter(authority=authority).in_force().order_by("code")
    return {
        "form": wordings.of(MATTER_LIST_FORM.key, authority),
        "authority": authority.name,
        "rows": [_matter(row) for row in rows],
        "on": today,
        "filled_by": user.full_name,
    }


def _matter(row: Matter) -> dict[str, str]:
    methods = [str(Matter.Method(m).label) for m in row.methods if m in Matter.Method.values]
    return {
        "code": row.code,
        "name": row.name,
        "object_text": row.object_text,
        "category": str(row.get_category_display()),
        "content": row.content,
        "methods": "、".join(methods),
        "body": row.body,
        "basis": row.legal_basis,
        "ratio": "；".join(part for part in (row.ratio_text, row.frequency_text) if part),
        "level": row.level,
    }


def recusal(row: Recusal) -> dict[str, Any]:
    person = row.inspector or row.expert
    lifted = f"{_day(timezone.localdate(row.lifted_at))}解除" if row.lifted_at else ""
    by = row.declared_by.full_name if row.declared_by else "导入"
    return {
        "form": wordings.of(RECUSAL_FORM.key, row.authority),
        "authority": row.authority.name,
        "person": str(person),
        "certificate": row.inspector.certificate_no if row.inspector else "",
        "entity": row.entity.name,
        "cause": str(row.get_reason_display()),
        "note": row.note,
        "declared": f"{by}　{_day(timezone.localdate(row.declared_at))}",
        "state": str(row.get_state_display()),
        "lifted": lifted,
    }


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
