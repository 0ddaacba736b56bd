"""逾期处置 by unit and by person, with its files, for those who organise, lead, assess and supervise (A94b)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bureau.access import access
from bureau.models import Role
from bureau.selectors import calendar
from bureau.selectors.paging import keyset
from inspections.rules.disposal_paths import STAGES
from inspections.selectors import overdue as reading
from inspections.selectors.disposals import measure_label

READERS = (Role.ORGANISER, Role.HEAD, Role.DEPUTY, Role.ASSESSOR, Role.SUPERIOR)
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@access(*READERS)
@require_safe
def overdue(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    page = keyset(reading.rows(request.user, today), request.GET, order=("due_on", "id"))
    days = calendar.calendar()
    context = {
        "units": reading.by_unit(request.user, today),
        "people": reading.by_person(request.user, today),
        "page": page,
        "rows": [
            {
                "row": row,
                "measure": measure_label(row.measure),
                "stage": STAGES.get(row.stage, row.stage),
                "due": calendar.due(row.due_on, today, known=days),
            }
            for row in page.rows
        ],
    }
    return render(request, "inspections/disposal_overdue.html", context)


@access(*READERS)
@require_safe
def export(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in KINDS:
        raise Http404("没有这种格式的文件。")
    today = timezone.localdate()
    make = reading.as_csv if kind == "csv" else reading.as_xlsx
    answer = HttpResponse(make(request.user, today), content_type=KINDS[kind])
    answer["Content-Disposition"] = f'attachment; filename="overdue-{today:%Y%m%d}.{kind}"'
    return answer
