"""检查通知书: what it says, built once when it is made and kept as it was printed (A64, A74, A97, A101)."""

from datetime import date
from typing import Any

from django.conf import settings

from bureau.rules.forms import fill
from bureau.services import wordings
from inspections.models import Notice, TeamMember, Visit
from inspections.rules.forms_before import LISTS, NOTICE_FORM, items, notice_values
from inspections.selectors import orders, teams
from registry.models import Matter
from registry.rules.kinds import EntityKind
from registry.rules.names import may_show_code


def notice_content(visit: Visit, today: date) -> dict[str, Any]:
    """Everything the notice prints, as JSON; read when it is issued, never again. A constant number of queries."""
    matters = list(visit.matters.select_related("matter", "matter_revision", "task").order_by("id"))
    contact = _contact(visit)
    team = teams.current_team(visit)
    usage = orders.usage(visit.authority, [visit], today)[visit.entity_id]
    content = {
        "authority": visit.authority.name,
        "authority_code": visit.authority.code,
        "unit": visit.unit.name,
        "visit": visit.number,
        "entity": {
            "name": visit.entity.name,
            "code": visit.entity.public_code
            if may_show_code(EntityKind(visit.entity.kind))
            else "",
            "address": visit.entity.address,
            "kind": visit.entity.kind,
        },
        "tasks": list(dict.fromkeys(f"{item.task.number} {item.task.name}" for item in matters)),
        "matters": [
            {
                "code": item.matter.code,
                "name": item.matter.name,
                "content": item.matter.content,
                "basis": item.matter.legal_basis,
                "methods": [
                    str(Matter.Method(m).label) for m in item.methods if m in Matter.Method.values
                ],
                "materials": item.matter.materials,
                "version": item.matter_revision.version,
            }
            for item in matters
        ],
        "window_from": visit.window_from.isoformat(),
        "window_to": visit.window_to.isoformat(),
        "inspectors": [_inspector(m) for m in team if m.inspector and not _assists(m)],
        "experts": [
            {"name": m.expert.name, "organisation": m.expert.organisation}
            for m in team
            if m.expert and not _assists(m)
        ],
        "helpers": [_helper(m) for m in team if _assists(m)],
        "order": {
            "number": visit.order.number if visit.order else "",
            "is_emergency": bool(visit.order and visit.order.is_emergency),
        },
        "usage": {
            "hits": usage.hits,
            "limit": usage.limit,
            "text": str(usage),
            "cap": usage.cap_text,
        },
        "contact": contact,
        "on": today.isoformat(),
    }
    form = wordings.of(NOTICE_FORM.key, visit.authority, **notice_values(content))
    return content | {"form": form} | _lists(form)


def _lists(form: dict[str, Any]) -> dict[str, list[str]]:
    """The passages that are lists, item by item."""
    return {name: items(form["passages"][name]) for name in LISTS}


def notice_context(visit: Visit) -> dict[str, Any] | None:
    """The frozen content with number, token and the address of its public check page; None before it is made."""
    notice = Notice.objects.filter(visit=visit).select_related("issued_by").first()
    if notice is None:
        return None
    return as_printed(notice)


def as_printed(notice: Notice) -> dict[str, Any]:
    """Needs `issued_by` loaded. One that was made before wordings were kept is printed in the words it was made with."""
    content = notice.content
    shown = content if "form" in content else _shipped(content) | content
    return {
        **shown,
        "number": notice.number,
        "token": notice.token,
        "check_url": check_url(notice.token),
        "issued_at": notice.issued_at,
        "issued_by": notice.issued_by.full_name,
        "delivered_at": notice.delivered_at,
    }


def printing_context(notice: dict[str, Any]) -> dict[str, Any]:
    """The context of templates/inspections/documents/notice.html."""
    return {
        "notice": notice,
        "window_from": date.fromisoformat(notice["window_from"]),
        "window_to": date.fromisoformat(notice["window_to"]),
        "has_materials": any(matter["materials"] for matter in notice["matters"]),
    }


def _shipped(content: dict[str, Any]) -> dict[str, Any]:
    values = notice_values(content) | {"authority": content["authority"]}
    passages = {p.key: fill(p.default, values) for p in NOTICE_FORM.passages}
    form = {
        "title": NOTICE_FORM.title,
        "passages": passages,
        "issuer_mark": "",
        "seal": NOTICE_FORM.seal,
    }
    return {"form": form, **_lists(form)}


def check_url(token: str) -> str:
    """Where the QR code points: the public site's page for this notice."""
    return f"{settings.PUBLIC_BASE_URL}/check/{token}/"


def _inspector(member: TeamMember) -> dict[str, Any]:
    person = member.inspector
    assert person is not None
    return {
        "name": person.name,
        "certificate_no": person.certificate_no,
        "certificate_name": person.certificate_name,
        "expires_on": person.certificate_expires_on.isoformat(),
        "is_leader": member.part == TeamMember.Part.LEADER,
    }


def _assists(member: TeamMember) -> bool:
    return member.part == TeamMember.Part.HELPER


def _helper(member: TeamMember) -> dict[str, str]:
    """Somebody who only assists: the unit of an officer, the organisation of an expert, and why (A105)."""
    where = member.expert.organisation if member.expert else ""
    if member.inspector is not None:
        where = f"{member.inspector.unit.name}，{member.inspector.certificate_no}"
    return {"name": str(member), "organisation": where, "reason": member.reason}


def _contact(visit: Visit) -> dict[str, str]:
    """The unit's own telephone, else the authority's; the leader is who is asked for."""
    leader = next(
        (m.inspector for m in teams.current_team(visit) if m.part == TeamMember.Part.LEADER), None
    )
    return {
        "name": leader.name if leader else visit.unit.name,
        "phone": visit.unit.phone or visit.authority.phone,
        "address": visit.unit.address or visit.authority.address,
    }
