"""What every desk page and every public page shows around its content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from bureau.models import Agency, Checkpoint, Notification, Role
from config.home import counts_of

# (label, URL name, prefix of the module's URL names, roles that work there; empty: everybody)
MODULES = (
    ("工作台", "home", ("home",)),
    ("一单两库", "registry:entity-list", ("registry",)),
    ("计划", "planning:plan-list", ("planning:plan", "planning:adjustment", "planning:filing")),
    (
        "任务与摇号",
        "planning:task-list",
        ("planning:task", "planning:sitting", "planning:draw", "planning:share"),
    ),
    ("检查", "inspections:visit-list", ("inspections",)),
    ("公示", "publication:queue", ("publication",)),
    ("处置", "inspections:disposal-list", ("inspections:disposal", "inspections:recheck")),
    ("异议", "publication:objection-list", ("publication:objection",)),
    ("留痕", "bureau:audit-trail", ("bureau:audit",)),
)


def desk(request: HttpRequest) -> dict[str, Any]:
    if request.resolver_match and "public" in request.resolver_match.namespaces:
        return {}  # a public page never looks at the session, so that it can be cached for everybody
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or settings.SITE == "public":
        return {}
    return {"desk": SimpleLazyObject(lambda: _desk(request))}


def _desk(request: HttpRequest) -> dict[str, Any]:
    user: Any = request.user
    name = request.resolver_match.view_name if request.resolver_match else ""
    best = max(
        (p for _, _, prefixes in MODULES for p in prefixes if name.startswith(p)),
        key=len,
        default="",
    )
    counts = counts_of(request)
    modules = [
        {
            "label": label,
            "url": address,
            "count": counts.get(label, 0),
            "current": best in prefixes,
        }
        for label, url, prefixes in MODULES
        if (address := _address(url))
    ]
    if user.has_role(Role.SYSTEM_ADMIN, Role.DIVISION_ADMIN):
        modules.append(
            {
                "label": "设置",
                "url": reverse("bureau:settings"),
                "count": 0,
                "current": name.startswith(("bureau:setting", "bureau:member", "bureau:form")),
            }
        )
    return {
        "site_name": settings.SITE_NAME,
        "authority_name": user.home.name if user.home else "",
        "unit_name": user.seats[0].agency.short_name if user.seats else "",
        "roles": list(dict.fromkeys(str(seat.get_role_display()) for seat in user.seats)),
        "unread": Notification.objects.filter(user=user, read_at__isnull=True).count(),
        "modules": modules,
        "home_url": reverse("home"),
    }


PUBLIC_MODULES = (
    ("首页", "public:home"),
    ("抽查结果", "public:results"),
    ("事项清单", "public:matters"),
    ("抽查计划", "public:plans"),
    ("任务与抽取", "public:draws"),
    ("开放数据", "public:open-data"),
)


def _address(name: str) -> str:
    """The address, or nothing where this host does not serve that part."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def site(request: HttpRequest) -> dict[str, Any]:
    return {"site": SimpleLazyObject(lambda: _site(request))}


def _office() -> Agency | None:
    """Whose site this is: SITE_AUTHORITY, or the one legal person here that has a superior (a county with its 市局)."""
    authorities = Agency.objects.filter(kind=Agency.Kind.AUTHORITY, is_active=True)
    if settings.SITE_AUTHORITY:
        return authorities.filter(code=settings.SITE_AUTHORITY).first()
    found = list(authorities.filter(superior__isnull=False)[:2]) or list(authorities[:2])
    return found[0] if len(found) == 1 else None


def _site(request: HttpRequest) -> dict[str, Any]:
    name = request.resolver_match.view_name if request.resolver_match else ""
    head = Checkpoint.objects.order_by("-number").first()
    office = _office()
    return {
        "name": settings.SITE_NAME,
        "authority_name": office.name if office else "",
        "contact": office.phone if office else "",
        "home_url": reverse("public:home"),
        "modules": [
            {"label": label, "url": reverse(url), "current": name == url}
            for label, url in PUBLIC_MODULES
        ],
        "audit_head": head.sha256 if head else "",
        "audit_number": head.last if head else 0,
        "audit_at": head.at if head else None,
    }
