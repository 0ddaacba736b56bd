"""Wording of printed forms: what a document says now, and a bureau's new version of it (DOMAIN E, A94a)."""

from typing import Any

from django.db import transaction

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, RuleError
from bureau.models import Agency, DocumentWording, Role, User
from bureau.rules import forms
from bureau.rules.form_examples import EXAMPLES
from bureau.rules.forms import Form
from bureau.selectors import wordings as reading
from bureau.selectors.wordings import Wording

EDITORS = (Role.SYSTEM_ADMIN, Role.DIVISION_ADMIN)


def of(form_key: str, authority: Agency, **values: str) -> dict[str, Any]:
    """The wording in force with its places filled; a document that is frozen keeps this dict with its content."""
    return filled(reading.in_force(form_key, authority), authority, values)


def filled(wording: Wording, authority: Agency, values: dict[str, str]) -> dict[str, Any]:
    """Plain values for a template. Raises KeyError when a place has no value."""
    known = {"authority": authority.name, **values}
    return {
        "key": wording.form.key,
        "version": wording.version,
        "origin": wording.origin,
        "title": wording.title,
        "passages": {key: forms.fill(text, known) for key, text in wording.passages.items()},
        "head": wording.head,
        "issuer_mark": forms.fill(wording.issuer_mark, known) if wording.head != "none" else "",
        "seal": wording.seal,
    }


def example(wording: Wording, authority: Agency) -> dict[str, Any]:
    """The wording with made-up words in its places, for a preview."""
    return filled(wording, authority, _made_up(wording.form))


def put(
    *,
    actor: User,
    authority: Agency,
    form: Form,
    base: int,
    title: str,
    passages: dict[str, str],
    head: str,
    issuer_mark: str,
    seal: str,
    reason: str,
    reach: str = DocumentWording.Reach.OWN,
) -> DocumentWording:
    """A new version on top of version `base`.

    Raises RuleError for a wrong place or a superior's binding wording, Conflict when somebody was faster.
    """
    require(actor, authority.pk, *EDITORS)
    texts = {p.key: forms.read(passages[p.key]) for p in form.passages}
    _check(form, title, texts, forms.read(issuer_mark), head, reason)
    if reach != DocumentWording.Reach.OWN:
        require(actor, authority.pk, Role.SYSTEM_ADMIN)
    with transaction.atomic():
        Agency.objects.select_for_update().get(pk=authority.pk)
        before = reading.in_force(form.key, authority)
        _require_free(before)
        newest = _newest(form, authority)
        if newest != base:
            raise Conflict(f"这份文书刚刚有人改成第 {newest} 版，请刷新后在新版上修改。")
        row = DocumentWording(
            authority=authority,
            form_key=form.key,
            version=newest + 1,
            title=title.strip(),
            passages=texts,
            head=head,
            issuer_mark=forms.read(issuer_mark),
            seal=seal,
            reach=reach,
            reason=reason.strip(),
            by=actor,
        )
        after = reading.of_row(form, row)
        changes = reading.differences(before, after)
        if not changes and before.row is not None and before.row.reach == reach:
            raise RuleError("文字和现在的一样，没有改动可以保存。")
        row.save(force_insert=True)
        audit.record(
            "wording.changed",
            f"修改文书文字：{form.title}（第 {row.version} 版）",
            target=row,
            actor=actor,
            authority=authority,
            detail={
                "form": form.key,
                "version": row.version,
                "changed": [c[0] for c in changes],
                "reason": row.reason,
            },
        )
        return row


def restore(
    *, actor: User, authority: Agency, form: Form, version: int, base: int, reason: str
) -> DocumentWording:
    """Goes back to an earlier version, 0 being the original: as a new version, nothing is taken out of the history."""
    old = reading.version_of(form, authority, version)
    if old is None:
        raise RuleError("没有这个版本，请在版本列表里选择。")
    return put(
        actor=actor,
        authority=authority,
        form=form,
        base=base,
        title=old.title,
        passages=old.passages,
        head=old.head,
        issuer_mark=old.issuer_mark,
        seal=old.seal,
        reason=reason,
    )


def draft(
    *, form: Form, title: str, passages: dict[str, str], head: str, issuer_mark: str, seal: str
) -> Wording:
    """What is typed and not saved yet, for its preview. Raises RuleError as `put` would."""
    texts = {p.key: forms.read(passages[p.key]) for p in form.passages}
    _check(form, title, texts, forms.read(issuer_mark), head, "预览")
    return Wording(form, 0, "预览", title.strip(), texts, head, forms.read(issuer_mark), seal)


def _check(
    form: Form, title: str, texts: dict[str, str], mark: str, head: str, reason: str
) -> None:
    for passage in form.passages:
        for problem in forms.problems(passage, texts[passage.key]):
            raise RuleError(f"“{passage.label}”：{problem}")
    if not title.strip():
        raise RuleError("请填写标题。")
    if "{" in title or "}" in title:
        raise RuleError("标题里不能用花括号。")
    if head != "none" and not mark:
        raise RuleError("印发文机关标志的，请填写标志的文字，例如 {本单位}文件。")
    if forms.problems(forms.Passage("mark", "发文机关标志", ""), mark or "无"):
        raise RuleError("发文机关标志里只能用 {本单位}。")
    if not reason.strip():
        raise RuleError("请写明修改原因。")


def _require_free(wording: Wording) -> None:
    if wording.is_bound:
        raise RuleError(f"这份文书的文字由{wording.origin}规定，本单位不能修改。")


def _newest(form: Form, authority: Agency) -> int:
    rows = DocumentWording.objects.filter(authority=authority, form_key=form.key)
    return rows.order_by("-version").values_list("version", flat=True).first() or 0


def _made_up(form: Form) -> dict[str, str]:
    names = {name for passage in form.passages for name in passage.places}
    return {name: EXAMPLES.get(name, f"（{forms.word_of(name)}）") for name in names}
