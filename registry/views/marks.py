"""取消风险标记: before its date, with the reason."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bureau.access import access, fetch
from bureau.views.forms import bound, done, status_of
from registry.forms.marks import EndForm
from registry.models import RiskMark
from registry.selectors.marks import LABELS
from registry.services import marks
from registry.services.entities import KEEPERS


@access(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def mark_end(request: HttpRequest, pk: int) -> HttpResponse:
    row = fetch(request, RiskMark.objects.select_related("listing__entity"), pk=pk, need=KEEPERS)
    form = EndForm(bound(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: marks.take_off(
                mark_pk=row.pk,
                reason=form.cleaned_data["reason"],
                actor=request.user,  # type: ignore[arg-type]
                today=timezone.localdate(),
            ),
        )
    ):
        messages.success(request, "标记已取消。")
        return redirect("registry:entity-detail", row.listing_id)
    label = LABELS.get(row.flag, row.flag)
    context = {
        "form": form,
        "row": row,
        "heading": f"取消标记：{label}",
        "submit": "取消标记",
        "consequence": f"“{row.listing.entity}”不再带有“{label}”标记；理由留在变更记录中。",
        "back_url": reverse("registry:entity-detail", args=[row.listing_id]),
    }
    return render(request, "registry/mark_end.html", context, status=status_of(form))
