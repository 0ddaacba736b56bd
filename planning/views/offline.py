"""The commitment page as one file without a network: the same bytes for everybody, so that its SHA-256 can be compared."""

import hashlib
from functools import cache

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

SCRIPTS = ("js/witness_qr.js", "js/witness.js")


@cache
def content() -> bytes:
    """The file, both scripts inside it; it changes only with the portal's version."""
    scripts = []
    for name in SCRIPTS:
        with open(str(finders.find(name)), encoding="utf-8") as file:
            scripts.append(f"<script>\n{file.read()}</script>")
    html = render_to_string("planning/sitting_offline.html")
    return html.replace("<!--scripts-->", "\n".join(scripts)).encode()


@cache
def sha256() -> str:
    return hashlib.sha256(content()).hexdigest()
