"""说明: how the draw works, by which standards is inspected, one's rights, what follows non-compliance (A111)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bureau.access import public
from bureau.selectors import rule_settings
from publication.rules.plain_words import OUTCOME_WORDS
from publication.selectors import public_draws
from publication.views.public_page import page
from registry.rules.outcomes import DISPOSALS, OUTCOMES

# Part of the address → its title.
PARTS = {
    "draw": "抽查是怎样抽的",
    "standards": "按什么标准检查",
    "rights": "被检查单位的权利和义务",
    "penalties": "不配合、不改正会怎样",
    "objection": "怎样提出异议",
}
SETTINGS = ("recheck_workdays", "reply_workdays", "publication_workdays", "yearly_limit")


@public
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    context = {"authorities": public_draws.publishing_authorities(), "parts": PARTS.items()}
    return page(request, "public/about.html", context)


@public
@require_safe
def about_part(request: HttpRequest, part: str) -> HttpResponse:
    if part not in PARTS:
        raise Http404("没有这一页说明。")
    authorities = public_draws.publishing_authorities()
    context: dict[str, Any] = {
        "part": part,
        "title": PARTS[part],
        "parts": PARTS.items(),
        "authorities": authorities,
        "limits": _limits(authorities[0]) if authorities else {},
        "outcomes": _outcomes() if part == "standards" else [],
    }
    return page(request, f"public/about/{part}.html", context)


def _limits(authority: Any) -> dict[str, Any]:
    """The numbers of the bureau whose site this is; another bureau's stand on its own results."""
    found = rule_settings.all_for(authority, timezone.localdate().year)
    return {key: found[key].value for key in SETTINGS if key in found} | {"of": authority.name}


def _outcomes() -> list[tuple[str, str, str]]:
    """(result, what it means, what usually follows) in the order of the form."""
    return [
        (o.label, OUTCOME_WORDS[code], DISPOSALS[o.default_disposal].label)
        for code, o in OUTCOMES.items()
    ]
