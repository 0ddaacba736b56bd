"""现场检查笔录: the recorder's words, kept version by version, frozen with everything else when it is signed (A65, A66)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from bureau import audit
from bureau.errors import Conflict, RuleError
from bureau.models import User
from bureau.services import transitions
from inspections.models import Evidence, SiteNote, SiteNoteRevision, Visit
from inspections.rules import clock as clock_rules
from inspections.rules.places import NOWHERE, Place
from inspections.rules.processes import VISIT
from inspections.selectors import site_notes
from inspections.services.evidence import Upload, attach
from inspections.services.on_site import ON_RECORD
from inspections.services.revisions import lock_visit, officer

FROZEN = "笔录已经签字固定，不能再改。有出入的，请在结果说明中写明，或办理更正。"


def write(
    *,
    visit_pk: Any,
    actor: User,
    text: str,
    place: str,
    party: str,
    seen: int,
    happened_at: datetime,
) -> SiteNote:
    """A new version of the free text by a member of the team, who becomes its recorder; the same text again is no version.

    `seen` is the version that the page showed: Conflict when somebody else wrote meanwhile. RuleError once it is frozen.
    """
    with transaction.atomic():
        visit = _visit(visit_pk, actor)
        given = {"text": text.strip(), "place": place.strip(), "party": party.strip()}
        note = SiteNote.objects.select_for_update().filter(visit=visit).first()
        if note is None:
            note = SiteNote(authority=visit.authority, visit=visit, recorder=actor)
        if note.frozen_at is not None:
            raise RuleError(FROZEN)
        if note.revision and given == {name: getattr(note, name) for name in given}:
            return note
        if seen != note.revision:
            raise Conflict(
                f"笔录刚由{note.recorder.full_name}改过（第 {note.revision} 版），您写的没有保存。请看过最新的内容再写。"
            )
        problem = clock_rules.claim_problem(
            happened_at, timezone.now(), not_before=visit.started_at, before="到场时间"
        )
        if problem:
            raise RuleError(problem)
        before = {name: getattr(note, name) for name in given}
        for name, value in given.items():
            setattr(note, name, value)
        note.revision, note.recorder, note.changed_at = note.revision + 1, actor, timezone.now()
        note.save()
        SiteNoteRevision.objects.create(
            note=note, number=note.revision, by=actor, happened_at=happened_at, **given
        )
        audit.record(
            "site_note.written",
            f"现场检查笔录第 {note.revision} 版",
            target=visit,
            actor=actor,
            detail={"changes": audit.differences(before, given)},
        )
        return note


def freeze(
    *,
    visit_pk: Any,
    actor: User,
    signed: str,
    seen: str,
    happened_at: datetime,
    pages: Sequence[Upload] = (),
    place: Place = NOWHERE,
) -> SiteNote:
    """The party signed what was printed or shown, or refused: from now on it stays as it was.

    `seen` is the digest of what the page showed. Raises Conflict when anything changed since, RuleError without the
    photographed page, or without the reason and the witness of a refusal.
    """
    with transaction.atomic():
        visit = _visit(visit_pk, actor)
        note: SiteNote | None = (
            SiteNote.objects.select_for_update(of=("self",))
            .select_related("recorder")
            .filter(visit=visit)
            .first()
        )
        if note is None:
            raise RuleError("还没有写笔录，请先填写检查情况。")
        if note.frozen_at is not None:
            raise Conflict(FROZEN)
        content = site_notes.compose(visit, note)
        if seen != site_notes.digest(content):
            raise Conflict(
                "您打开页面以后，检查表、样品或笔录有改动。请看过最新的笔录，再请当事人签字。"
            )
        _check_signing(visit, note, signed, pages)
        for page in pages:
            attach(
                visit,
                None,
                None,
                actor,
                page,
                Evidence.Kind.DOCUMENT,
                "现场检查笔录签字页",
                happened_at,
                place,
            )
        content = content | {"signed": signed}
        note.content, note.digest, note.signed = content, site_notes.digest(content), signed
        note.frozen_at, note.frozen_by = timezone.now(), actor
        note.save(update_fields=["content", "digest", "signed", "frozen_at", "frozen_by"])
        words = dict(SiteNote.Signed.choices)[signed]
        audit.record(
            "site_note.frozen",
            f"现场检查笔录固定，当事人{words}",
            target=visit,
            actor=actor,
            detail={"digest": note.digest, "revision": note.revision},
            is_bad=signed == SiteNote.Signed.REFUSED,
        )
        return note


def _check_signing(visit: Visit, note: SiteNote, signed: str, pages: Sequence[Upload]) -> None:
    if signed not in SiteNote.Signed.values:
        raise RuleError("请选择“已签字”或“拒绝签字”。")
    if not note.party and signed == SiteNote.Signed.SIGNED:
        raise RuleError("请先写明现场负责人姓名及职务。")
    if signed == SiteNote.Signed.SIGNED and not pages:
        raise RuleError("请把当事人和检查人员签字的笔录拍照上传。")
    if signed == SiteNote.Signed.REFUSED and not visit.refusal_note:
        raise RuleError("请先在“签字盖章或拒签”里登记拒签的原因和见证人。")


def _visit(pk: Any, actor: User) -> Visit:
    visit = lock_visit(pk)
    officer(visit, actor)
    if visit.state not in ON_RECORD:
        raise Conflict(transitions.moved_on(VISIT, visit))
    return visit
