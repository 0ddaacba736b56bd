"""Who may open which URL, and which rows they get.

Every view is declared with `@access(...)` or `@public`; an undeclared one is refused (a test walks all URLs).
Outside one's scope an object does not exist (404); inside it, without the role, it is refused (403).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest

from bureau.errors import Forbidden
from bureau.models import Role, User

View = Callable[..., Any]
M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Access:
    is_public: bool = False
    roles: frozenset[str] = frozenset()  # empty: everybody with a seat


def access(*roles: str) -> Callable[[View], View]:
    """Signed in and holding one of `roles` (any seat when none is named)."""

    def declare(view: View) -> View:
        view.access = Access(roles=frozenset(roles))  # type: ignore[attr-defined]
        return view

    return declare


def public(view: View) -> View:
    """Open to everybody without signing in."""
    view.access = Access(is_public=True)  # type: ignore[attr-defined]
    return login_not_required(view)


def role_names(roles: "frozenset[str] | tuple[str, ...]") -> str:
    return "、".join(str(Role(role).label) for role in sorted(roles))


def may(user: User, authority_id: int | None, roles: "tuple[str, ...] | frozenset[str]") -> bool:
    """Holds one of `roles` at this authority; the superior role reaches the subordinates it can see."""
    if not roles:
        return authority_id in user.authority_ids
    if user.has_role_at(authority_id, *roles):
        return True
    return Role.SUPERIOR in roles and authority_id in user.subordinate_ids


def require(user: User, authority_id: int | None, *roles: str) -> None:
    """Raises Forbidden, naming the roles that may."""
    if not may(user, authority_id, roles):
        raise Forbidden(
            f"这一步由{role_names(roles)}办理，您在本单位没有这个角色。如确需办理，请联系系统管理员。"
        )


def fetch(
    request: HttpRequest,
    rows: "type[M] | models.QuerySet[M]",
    *,
    need: tuple[str, ...] = (),
    **lookup: Any,
) -> M:
    """The row within the user's scope, else 404; without one of the `need` roles at its authority, Forbidden (403).

    Works for every model with `objects.visible_to(user)` and an `authority_id`.
    """
    queryset = rows._default_manager.all() if isinstance(rows, type) else rows
    user: User = request.user  # type: ignore[assignment]
    try:
        row = queryset.visible_to(user).get(**lookup)  # type: ignore[attr-defined]
    except (queryset.model.DoesNotExist, ValidationError, ValueError, TypeError) as missing:
        raise Http404("没有找到，或不在您的管辖范围内。") from missing
    if need:
        require(user, row.authority_id, *need)
    return row  # type: ignore[no-any-return]
