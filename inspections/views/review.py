"""The reviewers' queue: one by one, or several clean results at once."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau.access import access, fetch
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Role
from bureau.selectors import calendar
from bureau.selectors.paging import keyset
from inspections.forms.review import ReturnForm
from inspections.models import VisitMatter
from inspections.rules.results import has_problem, is_clean
from inspections.selectors import records, reviews
from inspections.services import review


@access(Role.REVIEWER)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    day, days = timezone.localdate(), calendar.calendar()
    rows = records.to_review(request.user)
    only_clean = request.GET.get("only") == "clean"
    page = keyset(records.clean(rows) if only_clean else rows, request.GET, order=("due_on", "id"))
    elsewhere = reviews.unit_problems(request.user, page.rows)
    context = {
        "page": page,
        "rows": [
            {
                "matter": row,
                "labels": records.labels(row.outcome_codes),
                "is_problem": has_problem(row.outcome_codes),
                "due": calendar.due(row.due_on, day, known=days),
                "is_clean": is_clean(row.outcome_codes) and not elsewhere[row.pk],
                "elsewhere": elsewhere[row.pk],
            }
            for row in page.rows
        ],
        "chips": [
            {"label": "全部待审核", "count": rows.count(), "url": "?", "current": not only_clean},
            {
                "label": "仅未发现问题",
                "count": records.clean(rows).count(),
                "url": "?only=clean",
                "current": only_clean,
            },
        ],
    }
    return render(request, "inspections/review_list.html", context)


@access(Role.REVIEWER)
@require_POST
def approve_clean(request: HttpRequest) -> HttpResponse:
    rows = VisitMatter.objects.visible_to(request.user)
    found = [
        fetch(request, rows, pk=pk, need=(Role.REVIEWER,)) for pk in request.POST.getlist("pk")
    ]
    approved = review.approve_clean(
        pks=[row.pk for row in found], actor=request.user, today=timezone.localdate()
    )
    messages.success(request, f"已审核通过 {len(approved)} 项，转公示员公示。")
    return redirect("inspections:review-list")


@access(Role.REVIEWER)
@require_POST
def approve(request: HttpRequest, pk: Any) -> HttpResponse:
    matter = fetch(request, VisitMatter, pk=pk, need=(Role.REVIEWER,))
    is_held = bool(request.POST.get("hold"))
    review.approve(
        visit_matter_pk=matter.pk,
        actor=request.user,
        today=timezone.localdate(),
        is_held=is_held,
    )
    by_itself = reviews.publishes_at_approval(matter) and not is_held
    messages.success(
        request, "已审核通过，随即自动公示。" if by_itself else "已审核通过，转公示员公示。"
    )
    return redirect("inspections:outcome-detail", pk=matter.pk)


@access(Role.REVIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
def send_back(request: HttpRequest, pk: Any) -> HttpResponse:
    matter = fetch(request, records.matters(), pk=pk, need=(Role.REVIEWER,))
    lines = reviews.lines_of(matter, records.content(matter))
    form = ReturnForm(request.POST or None, lines=lines)
    if request.method == "POST" and form.is_valid():
        try:
            review.send_back(
                visit_matter_pk=matter.pk,
                actor=request.user,
                note=form.cleaned_data["note"],
                remarks=form.remarks,
            )
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已退回检查组补正。")
            return redirect("inspections:review-list")
    context = {"matter": matter, "visit": matter.visit, "form": form}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "inspections/review_return.html", context, status=status)
