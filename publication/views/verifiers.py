"""核验: the page that takes anybody's folder, the same as one file to keep, and the lone Python file.

The offline page is put together from the very scripts the portal's own pages use; who saves it needs no network again.
"""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from bureau.access import public
from lottery import verify
from publication.views.public_page import download, page

VERIFIER = Path(verify.__file__).read_bytes()
VERIFIER_SHA256 = sha256(VERIFIER).hexdigest()
# One script for the page and for its worker, which is started from the script's own text.
SCRIPTS = ("js/ssj1.js", "js/ssj1_zip.js", "js/verify_worker.js", "js/verify.js")
STYLES = ("css/verify_offline.css", "css/verify.css")


@public
@require_safe
def verify_page(request: HttpRequest) -> HttpResponse:
    """Drop the files of a draw here: nothing is sent to the portal."""
    return page(request, "public/verify.html", digests())


@public
@require_safe
def verify_offline(request: HttpRequest) -> HttpResponse:
    return download(
        request, offline_page(), name="verify-offline.html", kind="text/html; charset=utf-8"
    )


@public
@require_safe
def verify_py(request: HttpRequest) -> HttpResponse:
    return download(request, VERIFIER, name="verify.py", kind="text/x-python; charset=utf-8")


def digests() -> dict[str, str]:
    """SHA-256 of both downloads, for the pages that offer them."""
    return {
        "verifier_sha256": VERIFIER_SHA256,
        "offline_sha256": sha256(offline_page()).hexdigest(),
    }


@cache
def offline_page() -> bytes:
    """The drop page with scripts and styles inside; the same bytes for everybody.

    Its own policy forbids every connection: a reader need not believe that nothing is sent.
    """
    script, style = "".join(map(_source, SCRIPTS)), "".join(map(_source, STYLES))
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; worker-src blob:; "
        f"script-src {_allowed(script)}; style-src {_allowed(style)}"
    )
    text = render_to_string("public/verify_offline.html", {"policy": policy})
    text = text.replace("<!--style-->", f"<style>{style}</style>")
    return text.replace("<!--script-->", f"<script>{script}</script>").encode()


def _source(name: str) -> str:
    return Path(str(finders.find(name))).read_text("utf-8")


def _allowed(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
