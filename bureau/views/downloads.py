"""Documents as a browser gets them."""

from django.http import HttpResponse


def as_pdf(content: bytes, name: str) -> HttpResponse:
    """Shown in the browser, saved under an ASCII name."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
