"""文书文字: the list of printed forms, their wording and its history, a new version with its preview."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau.access import access
from bureau.errors import RuleError
from bureau.forms.wordings import RestoreForm, WordingForm
from bureau.models import Agency, Role
from bureau.rules.forms import FORMS, HEADS, SEALS, Form, written
from bureau.selectors import wordings as reading
from bureau.selectors.wordings import Wording
from bureau.services import documents, wordings
from bureau.views.downloads import as_pdf
from bureau.views.forms import bound, made, status_of

EDITORS = (Role.SYSTEM_ADMIN, Role.DIVISION_ADMIN)


@access()
@require_safe
def forms(request: HttpRequest) -> HttpResponse:
    found = reading.all_in_force(_home(request))
    rows = sorted(found.values(), key=lambda w: w.form.title)
    return render(request, "bureau/forms.html", {"rows": rows})


@access()
@require_safe
def form(request: HttpRequest, key: str) -> HttpResponse:
    kind, authority = _form(key), _home(request)
    wording = reading.in_force(key, authority)
    context = {
        "form": kind,
        "wording": wording,
        "passages": [(p.label, written(wording.passages[p.key])) for p in kind.passages],
        "facts": [
            ("来自", wording.origin),
            ("版本", f"第 {wording.version} 版" if wording.version else "系统原文"),
            ("标题", wording.title),
            ("版头", HEADS[wording.head]),
            ("发文机关标志", written(wording.issuer_mark)),
            ("印章位置", SEALS[wording.seal]),
            ("依据", kind.citation),
        ],
        "history": reading.history(kind, authority),
        "may_edit": request.user.has_role_at(authority.pk, *EDITORS) and not wording.is_bound,
    }
    return render(request, "bureau/form.html", context)


@access(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    kind, authority = _form(key), _home(request)
    wording = reading.in_force(key, authority)
    if wording.is_bound:
        raise RuleError(f"这份文书的文字由{wording.origin}规定，本单位不能修改。")
    page = _editing(request, wording, authority)
    if request.method == "POST" and page.is_valid():
        data = page.cleaned_data
        row = made(
            page,
            lambda: wordings.put(
                actor=request.user,  # type: ignore[arg-type]
                authority=authority,
                form=kind,
                base=data["base"],
                reason=data["reason"],
                reach=data.get("reach") or "own",
                **page.typed(),
            ),
        )
        if row is not None:
            messages.success(request, f"已保存为第 {row.version} 版，此后制作的文书用新的文字。")
            return redirect("bureau:form", key)
    context = {"form": page, "kind": kind, "wording": wording}
    return render(request, "bureau/form_edit.html", context, status=status_of(page))


@access(*EDITORS)
@require_POST
def draft_pdf(request: HttpRequest, key: str) -> HttpResponse:
    """What is typed, as a PDF with made-up content; nothing is saved."""
    kind, authority = _form(key), _home(request)
    page = _editing(request, reading.in_force(key, authority), authority)
    page.fields["reason"].required = False
    if not page.is_valid():
        context = {"form": page, "kind": kind, "wording": reading.in_force(key, authority)}
        return render(request, "bureau/form_edit.html", context, status=422)
    return _preview(wordings.draft(form=kind, **page.typed()), authority)


@access()
@require_safe
def version_pdf(request: HttpRequest, key: str, version: int) -> HttpResponse:
    """A version of one's own with made-up content; the one in force may be the superior's."""
    kind, authority = _form(key), _home(request)
    now = reading.in_force(key, authority)
    found = (
        now if now.version == version else reading.version_of(kind, authority, min(version, 10**6))
    )
    if found is None:
        raise Http404("没有这个版本。")
    return _preview(found, authority)


@access(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def restore(request: HttpRequest, key: str, version: int) -> HttpResponse:
    kind, authority = _form(key), _home(request)
    old = reading.version_of(kind, authority, min(version, 10**6))
    if old is None:
        raise Http404("没有这个版本。")
    now = reading.in_force(key, authority)
    page = RestoreForm(bound(request), initial={"base": _newest(now, kind, authority)})
    if request.method == "POST" and page.is_valid():
        row = made(
            page,
            lambda: wordings.restore(
                actor=request.user,  # type: ignore[arg-type]
                authority=authority,
                form=kind,
                version=version,
                **page.cleaned_data,
            ),
        )
        if row is not None:
            messages.success(request, f"已恢复，存为第 {row.version} 版。")
            return redirect("bureau:form", key)
    name = f"第 {version} 版" if version else "系统原文"
    context = {
        "form": page,
        "kind": kind,
        "name": name,
        "changes": reading.differences(now, old),
    }
    return render(request, "bureau/form_restore.html", context, status=status_of(page))


def _editing(request: HttpRequest, wording: Wording, authority: Agency) -> WordingForm:
    return WordingForm(
        bound(request),
        wording=wording,
        newest=_newest(wording, wording.form, authority),
        has_subordinates=authority.subordinates.exists()
        and request.user.has_role_at(authority.pk, Role.SYSTEM_ADMIN),
    )


def _newest(wording: Wording, kind: Form, authority: Agency) -> int:
    """The number that a new version follows: one's own newest, whoever's wording is in force."""
    if wording.row is not None and wording.row.authority_id == authority.pk:
        return wording.version
    versions = reading.history(kind, authority)
    return versions[0].row.version if versions else 0


def _preview(wording: Wording, authority: Agency) -> HttpResponse:
    filled = wordings.example(wording, authority)
    kind = wording.form
    template, context = "bureau/documents/wording.html", {"form": filled, "kind": kind}
    if kind.template and kind.example is not None:
        template, context = kind.template, {"form": filled, **kind.example(filled)}
    else:
        context["passages"] = [(p.label, filled["passages"][p.key]) for p in kind.passages]
    return as_pdf(
        documents.pdf(template, context | {"is_example": True}), f"preview-{wording.form.key}"
    )


def _form(key: str) -> Form:
    if key not in FORMS:
        raise Http404("没有这份文书。")
    return FORMS[key]


def _home(request: HttpRequest) -> Any:
    home = request.user.home  # type: ignore[union-attr]
    if home is None:
        raise RuleError("您没有任职单位，没有本单位的文书可以查看。")
    return home
