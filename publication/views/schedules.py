"""选定公示日 at the desk: choose a day for one or several results, take it back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from bureau.access import access, fetch
from bureau.models import Role
from bureau.selectors import calendar
from bureau.views.forms import bound, done, status_of
from publication.forms.desk import DayForm
from publication.rules.schedule import last_workday
from publication.selectors import queue as reads
from publication.services import schedules
from publication.views.desk import chosen_results


@access(Role.PUBLISHER)
@require_http_methods(["GET", "HEAD", "POST"])
def schedule(request: HttpRequest) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    rows = chosen_results(request, given.getlist("pk"))
    if not rows:
        messages.error(request, "请先勾选要选定公示日的结果。")
        return redirect("publication:queue")
    today, days = timezone.localdate(), calendar.calendar()
    latest = min((row.due_on for row in rows if row.due_on), default=None)
    form = DayForm(bound(request), initial={"publish_on": latest and last_workday(latest, days)})
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["publish_on"]
        if done(
            form,
            lambda: schedules.choose(
                visit_matters=[row.pk for row in rows],
                publish_on=day,
                actor=request.user,
                today=today,
            ),
        ):
            messages.success(
                request, f"已选定 {day:%Y-%m-%d} 公示 {len(rows)} 项结果，到日自动公示。"
            )
            return redirect("publication:queue")
    context = {
        "form": form,
        "rows": [(row, calendar.due(row.due_on, today, known=days)) for row in rows],
        "latest": latest,
    }
    return render(request, "publication/schedule.html", context, status=status_of(form))


@access(Role.PUBLISHER)
@require_POST
def schedule_cancel(request: HttpRequest, pk: Any) -> HttpResponse:
    matter = fetch(
        request, reads.results(request.user.authority_ids), pk=pk, need=(Role.PUBLISHER,)
    )
    schedules.cancel(visit_matter=matter.pk, actor=request.user)
    messages.success(request, "已取消选定的公示日，请另行公示。")
    return redirect("publication:queue")
