"""高频、重复检查提醒, for who can still merge, put off or leave out a visit, and for who oversees them (A95, A96, A99)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bureau.access import access
from bureau.models import Agency, Role
from bureau.selectors.paging import keyset_of
from registry.selectors import frequent

READERS = (Role.ORGANISER, Role.COORDINATOR, Role.HEAD, Role.DEPUTY, Role.ASSESSOR, Role.SUPERIOR)
SIZE = 30


@access(*READERS)
@require_safe
def frequent_list(request: HttpRequest) -> HttpResponse:
    """`?agency=` one's own authority or, for a superior, a subordinate's."""
    user = request.user
    agencies = Agency.objects.filter(pk__in=user.authority_ids, kind=Agency.Kind.AUTHORITY)
    choices = list(agencies.order_by("code"))
    wanted = request.GET.get("agency", user.home.code)
    authority = next((agency for agency in choices if agency.code == wanted), None)
    if authority is None:
        raise Http404("没有找到，或不在您的管辖范围内。")
    rows = frequent.of_authority(authority, user, timezone.localdate())
    page = keyset_of(rows, request.GET, key=lambda row: row.rank, size=SIZE)
    context = {
        "authority": authority,
        "page": page,
        "rows": page.rows,
        "total": len(rows),
        "chips": [
            {
                "label": agency.short_name,
                "count": None,
                "url": f"?agency={agency.code}",
                "current": agency == authority,
            }
            for agency in choices
        ]
        if len(choices) > 1
        else [],
    }
    return render(request, "inspections/frequent_list.html", context)
