"""What is hung up in the service hall: the list of results and the poster (A79, A111)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access
from bureau.selectors.paging import keyset
from bureau.views.downloads import as_pdf
from bureau.views.forms import made, status_of
from publication.forms.hall import HallForm
from publication.selectors import hall as reads
from publication.services import hall


@access()
@require_http_methods(["GET", "HEAD", "POST"])
def hall_list(request: HttpRequest) -> HttpResponse:
    """What is chosen, and how many; printing is a POST: a short list at once, a long one as a job."""
    today = timezone.localdate()
    start = {"since": today.replace(day=1), "until": today}
    given = request.POST if request.method == "POST" else request.GET or None
    form = HallForm(given, initial=start, authority=request.user.home)
    chosen: dict[str, Any] = form.cleaned_data if form.is_valid() else start
    rows = reads.rows(request.user.home, chosen)
    count = rows.count()
    if request.method == "POST" and form.is_valid():
        if count <= hall.AT_ONCE:
            content = hall.list_pdf(authority=request.user.home, chosen=chosen, on=today)
            return as_pdf(content, f"results-{chosen['since']}-{chosen['until']}")
        job = made(
            form,
            lambda: hall.start_list(authority=request.user.home, chosen=chosen, actor=request.user),
        )
        if job is not None:
            return redirect(reverse("bureau:job", args=[job.pk]))
    context = {
        "form": form,
        "chosen": chosen,
        "count": count,
        "page": keyset(rows, request.GET, order=("-published_at", "-id")),
    }
    return render(request, "publication/hall_list.html", context, status=status_of(form))


@access()
@require_safe
def hall_poster(request: HttpRequest) -> HttpResponse:
    return as_pdf(hall.poster_pdf(authority=request.user.home), "poster")
