"""随机抽查事项清单 and 回避申请（决定）书 as files (A02, A57)."""

from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bureau.access import access, fetch
from bureau.services import documents
from bureau.views.downloads import as_pdf
from registry.models import Recusal
from registry.selectors import paper_files, printed
from registry.views.common import authority_shown

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@access()
@require_safe
def matter_list(request: HttpRequest, kind: str) -> HttpResponse:
    """The list in force of one's own authority, or with ?of=CODE of one below."""
    authority = authority_shown(request)
    found = printed.matter_list(authority, request.user, timezone.localdate())  # type: ignore[arg-type]
    if kind == "pdf":
        return as_pdf(documents.pdf("registry/documents/matter_list.html", found), "matter-list")
    if kind != "docx":
        raise Http404("没有这种格式的文件。")
    answer = HttpResponse(paper_files.matter_list(found), content_type=DOCX)
    name = quote(f"{authority.name}{found['form']['title']}.docx")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer


@access()
@require_safe
def recusal(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Recusal.objects.select_related(
        "authority", "inspector", "expert", "entity", "declared_by"
    )
    row = fetch(request, rows, pk=pk)
    content = documents.pdf("registry/documents/recusal.html", printed.recusal(row))
    return as_pdf(content, f"recusal-{row.pk}")
