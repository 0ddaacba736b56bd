"""Cells of the wording of forms."""

from typing import Any

from bureau.rules.forms import FORMS
from bureau.selectors import wordings as reading
from bureau.services import wordings
from tests.site.access import cell

Made = tuple[dict[str, Any], dict[str, Any]]
ADMINS = ("system_admin", "division_admin")
KEY = "transfer"


def form(cast: dict[str, Any]) -> Made:
    return {"key": KEY}, {}


def typed(cast: dict[str, Any]) -> Made:
    found = reading.original(FORMS[KEY])
    texts = {f"text_{key}": text for key, text in found.passages.items()}
    return {"key": KEY}, texts | {
        "base": "0",
        "title": found.title + "书",
        "head": "none",
        "seal": "left",
        "reach": "own",
        "reason": "局务会定",
    }


def version(cast: dict[str, Any]) -> Made:
    kept = reading.original(FORMS[KEY])
    wordings.put(
        actor=cast["everyone"],
        authority=cast["bureau"],
        form=FORMS[KEY],
        base=0,
        title="转交通知书",
        passages=kept.passages,
        head="none",
        issuer_mark="",
        seal="left",
        reason="局务会定",
    )
    return {"key": KEY, "version": 1}, {}


def back(cast: dict[str, Any]) -> Made:
    version(cast)
    return {"key": KEY, "version": 0}, {"base": "1", "reason": "照原文"}


def original(cast: dict[str, Any]) -> Made:
    return {"key": KEY, "version": 0}, {}


CELLS = [
    cell("bureau:forms", outsider=200),
    cell("bureau:form", make=form, outsider=200),
    cell("bureau:form-edit", *ADMINS, make=form, outsider=200),
    cell("bureau:form-edit", *ADMINS, method="post", make=typed, ok=302, outsider=302),
    cell("bureau:form-draft", *ADMINS, method="post", make=typed, outsider=200),
    cell("bureau:form-preview", make=original, outsider=200),
    cell("bureau:form-restore", *ADMINS, make=version),
    cell("bureau:form-restore", *ADMINS, method="post", make=back, ok=302, outsider=None),
]
