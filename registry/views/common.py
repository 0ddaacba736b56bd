"""What the registry's views share: whose register is shown, where one is, and the page before a step that counts."""

from typing import Any

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from bureau.models import Agency
from registry.selectors import register

HOME = ("一单两库", "registry:entity-list")
Crumbs = list[tuple[str, str]]


def authority_shown(request: HttpRequest) -> Agency:
    """One's own authority, or with ?of=CODE another whose register one may read (A15); 404 beyond one's scope."""
    code = request.GET.get("of", "")
    if not code or code == request.user.home.code:
        return request.user.home
    found = register.visible_authorities(request.user).filter(code=code).first()
    if found is None:
        raise Http404("没有找到，或不在您的管辖范围内。")
    return found


def choice_of_authority(request: HttpRequest, authority: Agency) -> dict[str, Any]:
    """For pages of a list: whose it is, and the others one may turn to."""
    seen = request.user.authority_ids
    others = register.visible_authorities(request.user) if len(seen) > 1 else []
    of = request.GET.get("of", "")
    return {
        "authority": authority,
        "authorities": others,
        "clear_url": f"?{urlencode({'of': of})}" if of else request.path,
    }


def crumbs(*steps: tuple[str, str], here: str) -> Crumbs:
    """一单两库 / … / here; steps are (label, URL name or address)."""
    trail = [HOME, *steps]
    return [(label, url if url.startswith("/") else reverse(url)) for label, url in trail] + [
        (here, "")
    ]


def confirm(
    request: HttpRequest,
    *,
    heading: str,
    consequence: str,
    points: list[str],
    submit: str,
    back: str,
    trail: Crumbs,
    form: Form | None = None,
    status: int = 200,
    is_back: bool = True,
    tab: str = "entities",
) -> HttpResponse:
    """The page before a step: names what will be so afterwards, and asks for the reason."""
    context = {
        "heading": heading, "consequence": consequence, "points": points, "submit": submit, "back_url": back, "crumbs": trail,
        "form": form, "css": "btn-back" if is_back else "btn-primary", "tab": tab,
    }  # fmt: skip
    return render(request, "registry/confirm.html", context, status=status)
