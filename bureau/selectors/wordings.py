"""The wording of a form that is in force for an authority, and how it came to be."""

from dataclasses import dataclass
from typing import Any

from bureau.models import Agency, DocumentWording
from bureau.rules.forms import FORMS, Form
from bureau.rules.text_differences import pieces

OWN, DEFAULT = "本单位", "系统原文"


@dataclass(frozen=True)
class Wording:
    """What a form says: the text as kept, with its places still open."""

    form: Form
    version: int
    origin: str  # 本单位 | 系统原文 | 上级（…）
    title: str
    passages: dict[str, str]
    head: str
    issuer_mark: str
    seal: str
    row: DocumentWording | None = None
    is_bound: bool = False  # a superior's wording must be used


@dataclass(frozen=True)
class Version:
    row: DocumentWording
    changes: list[tuple[str, list[tuple[str, str]]]]
    is_newest: bool


def original(form: Form) -> Wording:
    """What the house ships: version 0."""
    mark = "{authority}" if form.head != "none" else ""
    texts = {p.key: p.default for p in form.passages}
    return Wording(form, 0, DEFAULT, form.title, texts, form.head, mark, form.seal)


def in_force(form_key: str, authority: Agency) -> Wording:
    """A superior's binding wording, one's own newest, the superior's for those without, the original: in this order (A94a)."""
    return all_in_force(authority, [form_key])[form_key]


def all_in_force(authority: Agency, keys: list[str] | None = None) -> dict[str, Wording]:
    """Of every form: one query."""
    wanted = list(FORMS) if keys is None else keys
    newest: dict[tuple[int, str], DocumentWording] = {}
    rows = DocumentWording.objects.filter(
        authority_id__in=[authority.pk, authority.superior_id or 0], form_key__in=wanted
    )
    for row in (
        rows.select_related("authority", "by")
        .order_by("authority_id", "form_key", "-version")
        .distinct("authority_id", "form_key")
    ):
        newest[row.authority_id, row.form_key] = row
    return {
        key: _choose(
            FORMS[key],
            newest.get((authority.pk, key)),
            newest.get((authority.superior_id or 0, key)),
        )
        for key in wanted
    }


def _choose(form: Form, own: DocumentWording | None, above: DocumentWording | None) -> Wording:
    if above is not None and above.reach == DocumentWording.Reach.MANDATORY:
        return of_row(form, above, f"上级（{above.authority.short_name}，必须使用）", is_bound=True)
    if own is not None:
        return of_row(form, own, OWN)
    if above is not None and above.reach == DocumentWording.Reach.DEFAULT:
        return of_row(form, above, f"上级（{above.authority.short_name}）")
    return original(form)


def of_row(
    form: Form, row: DocumentWording, origin: str = OWN, *, is_bound: bool = False
) -> Wording:
    """A passage that the form got after this version speaks as shipped."""
    texts = {p.key: row.passages.get(p.key, p.default) for p in form.passages}
    return Wording(
        form, row.version, origin, row.title, texts, row.head, row.issuer_mark, row.seal, row, is_bound
    )  # fmt: skip


def version_of(form: Form, authority: Agency, version: int) -> Wording | None:
    """A version of one's own; 0 is the original."""
    if version == 0:
        return original(form)
    row = DocumentWording.objects.filter(
        authority=authority, form_key=form.key, version=version
    ).first()
    return of_row(form, row) if row else None


def history(form: Form, authority: Agency) -> list[Version]:
    """One's own versions, the newest first, each beside the one before it."""
    rows = list(
        DocumentWording.objects.filter(authority=authority, form_key=form.key)
        .select_related("by")
        .order_by("version")
    )
    before, found = original(form), []
    for row in rows:
        now = of_row(form, row)
        found.append(Version(row, differences(before, now), row is rows[-1]))
        before = now
    return found[::-1]


def differences(old: Wording, new: Wording) -> list[tuple[str, list[tuple[str, str]]]]:
    """(label, pieces) of what two versions say differently."""
    before, after = _said(old), _said(new)
    return [
        (label, pieces(before[label], text)) for label, text in after.items() if before[label] != text
    ]  # fmt: skip


def _said(wording: Wording) -> dict[str, str]:
    from_codes: dict[str, Any] = {
        "标题": wording.title,
        **{p.label: wording.passages[p.key] for p in wording.form.passages},
        "版头": DocumentWording.Head(wording.head).label,
        "发文机关标志": wording.issuer_mark,
        "印章位置": DocumentWording.Seal(wording.seal).label,
    }
    return {label: str(text) for label, text in from_codes.items()}
