"""Documents as a browser gets them."""

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from bureau.models import StoredFile
from bureau.rules import byte_ranges
from bureau.services import files

RECORDINGS = ("video/", "audio/")
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def as_pdf(content: bytes, name: str) -> HttpResponse:
    """Shown in the browser, saved under an ASCII name."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def as_stored(request: HttpRequest, row: StoredFile) -> HttpResponse:
    """A stored file as what it was checked to be, never sniffed. Recordings and large files flow, in ranges where asked."""
    is_recording = row.kind.startswith(RECORDINGS)
    response: HttpResponse
    if is_recording or row.size > settings.UPLOAD_MAX_BYTES:
        response = _ranged(request, row)
        if not is_recording:
            response["Content-Disposition"] = content_disposition_header(True, row.name) or ""
    else:
        is_shown = row.kind.startswith("image/") or row.kind == "application/pdf"
        response = FileResponse(  # type: ignore[assignment]
            iter([files.read(row)]),
            content_type=row.kind,
            as_attachment=not is_shown,
            filename=row.name,
        )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    return response


def _ranged(request: HttpRequest, row: StoredFile) -> HttpResponse:
    try:
        part = byte_ranges.wanted(request.headers.get("Range", ""), row.size)
    except ValueError:
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{row.size}"
        return refused
    start, end = part or (0, row.size)
    response = StreamingHttpResponse(
        files.flow(row, start, end), content_type=row.kind, status=206 if part else 200
    )
    response["Accept-Ranges"] = "bytes"
    response["Content-Length"] = str(end - start)
    response["ETag"] = f'"{row.sha256}"'
    if part:
        response["Content-Range"] = f"bytes {start}-{end - 1}/{row.size}"
    return response  # type: ignore[return-value]
