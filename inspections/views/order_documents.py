"""检查审批表 printed, or as a Word document to go on editing (A97, A101)."""

from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from bureau.access import access, fetch
from bureau.services import documents, wordings
from bureau.veils import lift
from bureau.views.downloads import as_pdf
from inspections.models import InspectionOrder
from inspections.rules.forms_before import ORDER_FORM
from inspections.selectors import order_form
from inspections.selectors import orders as reading
from inspections.views.orders import as_seen

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@access()
@require_safe
def order_file(request: HttpRequest, pk: Any, kind: str) -> HttpResponse:
    """With who goes: a look before the teams know is in the trail, as on the order's page."""
    rows = InspectionOrder.objects.select_related("task", "authority", "requested_by", "decided_by")
    order = fetch(request, rows, pk=pk)
    if kind not in {"pdf", "docx"}:
        raise Http404("没有这种格式的文件。")
    visits = as_seen(request.user, list(lift(reading.visits_of(order), request.user)))
    form = order_form.of(order, visits)
    if kind == "pdf":
        context = form | {"form": wordings.of(ORDER_FORM.key, order.authority)}
        return as_pdf(documents.pdf("inspections/documents/order_form.html", context), "order")
    answer = HttpResponse(order_form.as_docx(form), content_type=DOCX)
    name = quote(f"检查审批表 {order.number}.docx")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer
