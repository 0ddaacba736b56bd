"""现场检查: arrival, checklist, evidence, the party's signature, the end of the visit (A60–A69)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import IO, Any, Protocol
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bureau import audit
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import User
from bureau.selectors import rule_settings
from bureau.services import files, transitions
from inspections.models import ChecklistAnswer, Evidence, TeamMember, Visit, VisitMatter
from inspections.rules import answers as answer_rules
from inspections.rules import clock as clock_rules
from inspections.rules.processes import VISIT
from inspections.selectors import fieldwork
from inspections.services import clock
from inspections.services.revisions import content_changed, lock_visit, may_change, officer
from registry.rules.certificates import certificate_valid

ACCEPTED = {
    Evidence.Kind.PHOTO: ("image",),
    Evidence.Kind.SIGNED_PAGE: ("image", "pdf"),
    Evidence.Kind.DOCUMENT: ("image", "pdf", "docx", "xlsx"),
}
# From arrival until everything is published, results that were returned can still be put right.
_ON_RECORD = frozenset({Visit.State.IN_PROGRESS, Visit.State.FINISHED, Visit.State.RECORDED})


class Upload(Protocol):
    """What a form gives: django's UploadedFile, or any named binary file."""

    name: str | None
    file: IO[bytes]

    def read(self, size: int = ...) -> bytes: ...

    def seek(self, offset: int) -> int: ...


@dataclass(frozen=True)
class Place:
    """Where a phone says it is; both empty when it does not say."""

    latitude: Decimal | None = None
    longitude: Decimal | None = None

    @property
    def is_known(self) -> bool:
        return self.latitude is not None and self.longitude is not None


NOWHERE = Place()


def arrive(*, visit_pk: Any, actor: User, happened_at: datetime, place: Place = NOWHERE) -> Visit:
    """One officer confirms presence with their own account; with the second the visit begins (A64).

    Raises Forbidden outside the team, Conflict when the visit is not open for it, RuleError for an impossible time or an
    expired certificate.
    """
    with transaction.atomic():
        visit = lock_visit(visit_pk)
        member = officer(visit, actor)
        if visit.state == Visit.State.IN_PROGRESS:
            _check_arrival(visit, happened_at)
            _confirm(visit, [member], happened_at, actor)
            return visit
        if VISIT.find(visit.state, "start") is None:
            raise Conflict(transitions.moved_on(VISIT, visit))
        _check_arrival(visit, happened_at)
        _confirm(visit, [member], happened_at, actor)
        present = [m for m in fieldwork.officers(visit) if m.present_at is not None]
        if len(present) >= 2:
            moments = [m.present_at for m in present if m.present_at is not None]
            _begin(visit, actor, max(moments), place, present)
        return visit


def start(
    *,
    visit_pk: Any,
    actor: User,
    present: Sequence[int],
    happened_at: datetime,
    place: Place = NOWHERE,
) -> Visit:
    """The leader records who is there (`present`: ids of team members) and the visit begins (A52, A60, A64).

    Raises Forbidden for others than the leader, RuleError below two officers, for an impossible time or an expired
    certificate, Conflict when the visit has begun already.
    """
    with transaction.atomic():
        visit: Visit
        visit, _ = transitions.begin(
            VISIT, Visit.objects.select_related("entity"), visit_pk, "start", actor
        )
        member = officer(visit, actor)
        if member.part != TeamMember.Part.LEADER:
            raise Forbidden("到场情况由组长统一登记；您也可以用自己的账号确认本人到场。")
        chosen = [m for m in fieldwork.officers(visit) if m.pk in set(present) or m.pk == member.pk]
        if len({m.pk for m in chosen} | _present_ids(visit)) < 2:
            raise RuleError(
                "到场的执法人员不得少于 2 名。请勾选实际到场的人员；人数不够的，不能开始检查。"
            )
        _check_arrival(visit, happened_at)
        _confirm(visit, chosen, happened_at, actor)
        present_now = [m for m in fieldwork.officers(visit) if m.present_at is not None]
        _begin(visit, actor, happened_at, place, present_now)
        return visit


def answer(
    *,
    visit_matter_pk: Any,
    item_number: int,
    actor: User,
    value: str,
    number: Decimal | None,
    remark: str,
    happened_at: datetime,
    key: UUID,
    seen: str = "",
    photos: Sequence[Upload] = (),
    place: Place = NOWHERE,
) -> ChecklistAnswer:
    """Saves one item and its photos; sending the same again changes nothing (A61, A65).

    `key` becomes the answer's id when it is new. `seen` is `version(answer)` as the page showed it: a change over somebody
    else's newer answer, or a late repetition of an old one, raises Conflict. RuleError when the answer is not whole.
    """
    with transaction.atomic():
        visit = lock_visit(
            VisitMatter.objects.values_list("visit_id", flat=True).get(pk=visit_matter_pk)
        )
        officer(visit, actor)
        if visit.state not in _ON_RECORD:
            raise Conflict(transitions.moved_on(VISIT, visit))
        matter = _matter(visit, visit_matter_pk)
        may_change(matter)
        row = matter.checklist.items.filter(number=item_number).first()
        if row is None:
            raise RuleError(f"检查表没有第 {item_number} 项，请刷新检查表。")
        now = timezone.now()
        remark = remark.strip()
        number = number if value != answer_rules.NOT_APPLICABLE else None
        problem = answer_rules.answer_problem(
            fieldwork.as_item(row), value, number, remark
        ) or clock_rules.claim_problem(happened_at, now)
        if problem:
            raise RuleError(problem)
        pieces = [
            _attach(
                visit, matter, row.pk, actor, photo, Evidence.Kind.PHOTO, "", happened_at, place
            )
            for photo in photos
        ]
        stored = ChecklistAnswer.objects.filter(visit_matter=matter, item=row).first()
        if stored and (stored.value, stored.number, stored.remark) == (value, number, remark):
            if any(is_new for _, is_new in pieces):
                content_changed(matter)
            return stored
        if stored and seen != version(stored):
            raise Conflict(
                f"第 {item_number} 项刚由{stored.answered_by}改为“{stored.get_value_display()}”，您的内容没有保存。请看过最新内容再改。"
            )
        before = {"value": stored.value, "remark": stored.remark} if stored else {}
        if stored is None:
            if ChecklistAnswer.objects.filter(pk=key).exists():
                raise Conflict("这一页已经用来保存过另一项，请刷新后重新填写。")
            stored = ChecklistAnswer(id=key, visit_matter=matter, item=row)
        stored.value, stored.number, stored.remark = value, number, remark
        stored.answered_by, stored.happened_at, stored.recorded_at = actor, happened_at, now
        stored.save()
        content_changed(matter)
        audit.record(
            "answer.changed" if before else "answer.recorded",
            f"检查表第 {item_number} 项：{stored.get_value_display()}",
            target=matter,
            actor=actor,
            about=[visit],
            detail={
                "item": row.text,
                "number": str(number) if number is not None else None,
                "outside": fieldwork.as_item(row).is_outside(number),
                **audit.differences(before, {"value": value, "remark": remark}),
            },
            is_bad=value == answer_rules.NO,
        )
        return stored


def version(stored: ChecklistAnswer | None) -> str:
    """What `answer` compares with `seen`."""
    return stored.recorded_at.isoformat() if stored else ""


def add_evidence(
    *,
    visit_pk: Any,
    actor: User,
    uploads: Sequence[Upload],
    kind: str,
    happened_at: datetime,
    visit_matter_pk: Any = None,
    item_number: int | None = None,
    note: str = "",
    place: Place = NOWHERE,
) -> list[Evidence]:
    """Stores photos or documents with their fingerprints; the same file twice is one piece (A65, A67).

    Raises RuleError for a file that is not what its kind allows, or when the results are already with the reviewer.
    """
    if not uploads:
        raise RuleError("请先拍照或选择文件。")
    if kind not in ACCEPTED:
        raise RuleError("请选择材料的种类：照片、签字页照片或文件。")
    with transaction.atomic():
        visit = lock_visit(visit_pk)
        officer(visit, actor)
        if visit.state not in _ON_RECORD:
            raise Conflict(transitions.moved_on(VISIT, visit))
        problem = clock_rules.claim_problem(happened_at, timezone.now())
        if problem:
            raise RuleError(problem)
        matter = _matter(visit, visit_matter_pk) if visit_matter_pk else None
        if matter is None:
            for one in visit.matters.select_related("matter"):
                may_change(one)
        else:
            may_change(matter)
        item_id = None
        if matter is not None and item_number is not None:
            item_id = matter.checklist.items.values_list("pk", flat=True).get(number=item_number)
        pieces = [
            _attach(visit, matter, item_id, actor, upload, kind, note, happened_at, place)
            for upload in uploads
        ]
        if matter is not None and any(is_new for _, is_new in pieces):
            content_changed(matter)
        return [piece for piece, _ in pieces]


def sign_party(
    *,
    visit_pk: Any,
    actor: User,
    signed: str,
    happened_at: datetime,
    opinion: str = "",
    refusal_note: str = "",
    witness_name: str = "",
    pages: Sequence[Upload] = (),
    place: Place = NOWHERE,
) -> Visit:
    """The party's signature: the signed page photographed, or the refusal with its reason and a witness (A66)."""
    with transaction.atomic():
        visit = _in_progress(visit_pk, actor)
        if signed == "signed":
            has_page = visit.evidence.filter(kind=Evidence.Kind.SIGNED_PAGE).exists()
            if not pages and not has_page:
                raise RuleError("请把当事人签字盖章的检查表拍照上传。")
            refusal_note = witness_name = ""
        elif signed == "refused":
            if not refusal_note.strip():
                raise RuleError("当事人拒绝签字的，请写明原因和现场情况。")
            if not witness_name.strip():
                raise RuleError(
                    "当事人拒绝签字的，请写明见证人姓名和身份；没有见证人的写“无见证人”及原因。"
                )
        else:
            raise RuleError("请选择“已签字盖章”或“拒绝签字”。")
        for page in pages:
            _attach(
                visit, None, None, actor, page, Evidence.Kind.SIGNED_PAGE, "", happened_at, place
            )
        visit.party_signed, visit.party_opinion = signed, opinion.strip()
        visit.refusal_note, visit.witness_name = refusal_note.strip(), witness_name.strip()
        visit.save(update_fields=["party_signed", "party_opinion", "refusal_note", "witness_name"])
        audit.record(
            "visit.party_signed" if signed == "signed" else "visit.party_refused",
            "当事人签字盖章" if signed == "signed" else f"当事人拒绝签字，见证人{witness_name}",
            target=visit,
            actor=actor,
            detail={"opinion": opinion, "refusal": refusal_note, "witness": witness_name},
            is_bad=signed == "refused",
        )
        return visit


def trim(*, visit_pk: Any, actor: User, step: str, reason: str) -> Visit:
    """Leaves a step out for this entity, with its reason (A69); an empty reason takes it back. The leader decides."""
    if step not in answer_rules.STEPS:
        raise RuleError("这一步不能删减。")
    with transaction.atomic():
        visit = _in_progress(visit_pk, actor, leader_only=True)
        reason = reason.strip()
        steps = {name: why for name, why in visit.trimmed_steps.items() if name != step}
        visit.trimmed_steps = steps | ({step: reason[:300]} if reason else {})
        visit.save(update_fields=["trimmed_steps"])
        label = answer_rules.STEPS[step]
        audit.record(
            "visit.step_trimmed" if reason else "visit.step_restored",
            f"删减程序：{label}" if reason else f"恢复程序：{label}",
            target=visit,
            actor=actor,
            detail={"reason": reason},
        )
        return visit


def finish(*, visit_pk: Any, actor: User, happened_at: datetime) -> Visit:
    """Ends the visit and starts the publication clock (A64–A69, A75). The leader does it.

    Raises RuleError with everything that is missing, or for an impossible time; Conflict when it has ended already.
    """
    with transaction.atomic():
        visit: Visit
        visit, _ = transitions.begin(
            VISIT, Visit.objects.select_related("entity"), visit_pk, "finish", actor
        )
        _leader(visit, actor)
        now = timezone.now()
        problem = clock_rules.claim_problem(
            happened_at, now, not_before=visit.started_at, before="到场时间"
        )
        if problem:
            raise RuleError(problem)
        lacking = fieldwork.missing(visit)
        if lacking:
            raise RuleError(f"还不能结束检查，有 {len(lacking)} 处没有完成：{' '.join(lacking)}")
        assert visit.started_at is not None
        visit.state = Visit.State.FINISHED
        visit.ended_at, visit.ended_recorded_at = max(happened_at, visit.started_at), now
        visit.save(update_fields=["state", "ended_at", "ended_recorded_at"])
        clock.start(visit=visit)
        audit.record(
            "visit.finished",
            "结束检查",
            target=visit,
            actor=actor,
            detail=_moments(visit, happened_at, now),
        )
        return visit


def is_entered_late(
    visit: Visit, happened_at: datetime | None, recorded_at: datetime | None
) -> bool:
    """Whether a claimed moment is shown as 事后补录, by the bureau's setting."""
    if happened_at is None or recorded_at is None:
        return False
    hours = rule_settings.value_of(
        "recorded_gap_hours", visit.authority, timezone.localdate(happened_at).year
    )
    return clock_rules.is_entered_late(happened_at, recorded_at, int(hours))


def _matter(visit: Visit, pk: Any) -> VisitMatter:
    rows = VisitMatter.objects.select_for_update(of=("self",)).select_related("matter", "checklist")
    matter: VisitMatter = rows.get(pk=pk, visit=visit)
    return matter


def _in_progress(visit_pk: Any, actor: User, *, leader_only: bool = False) -> Visit:
    visit = lock_visit(visit_pk)
    if leader_only:
        _leader(visit, actor)
    else:
        officer(visit, actor)
    if visit.state != Visit.State.IN_PROGRESS:
        raise Conflict(transitions.moved_on(VISIT, visit))
    return visit


def _leader(visit: Visit, actor: User) -> TeamMember:
    member = officer(visit, actor)
    if member.part != TeamMember.Part.LEADER:
        raise Forbidden("这一步由组长办理，请联系本次检查的组长。")
    return member


def _present_ids(visit: Visit) -> set[int]:
    return {m.pk for m in fieldwork.officers(visit) if m.present_at is not None}


def _check_arrival(visit: Visit, happened_at: datetime) -> None:
    """Not in the future; not before the head approved, unless the approval follows an emergency (A97)."""
    order = visit.order
    decided = order.decided_at if order is not None and not order.is_emergency else None
    problem = clock_rules.claim_problem(
        happened_at, timezone.now(), not_before=decided, before="检查审批的时间"
    )
    if problem:
        raise RuleError(problem)
    if timezone.localdate(happened_at) < visit.window_from:
        raise RuleError(f"本次检查的期限自 {visit.window_from:%Y-%m-%d} 开始，还不能上门检查。")


def _confirm(
    visit: Visit, members: Sequence[TeamMember], happened_at: datetime, actor: User
) -> None:
    """Notes presence once; who has no valid certificate that day cannot inspect (A19, A100)."""
    for member in members:
        if member.present_at is not None:
            continue
        assert member.inspector is not None
        person = member.inspector
        if not certificate_valid(person.certificate_expires_on, timezone.localdate(happened_at)):
            raise RuleError(
                f"{person.name}的执法证（{person.certificate_no}）已于 {person.certificate_expires_on:%Y-%m-%d} 到期，不能参加检查。请由分派员办理更换。"
            )
        member.present_at = happened_at
        member.save(update_fields=["present_at"])
        audit.record(
            "presence.confirmed",
            f"{person.name}到场，出示执法证 {person.certificate_no}",
            target=visit,
            actor=actor,
            detail={"member": member.pk, "own_account": person.user_id == actor.pk},
        )


def _begin(
    visit: Visit,
    actor: User,
    happened_at: datetime,
    place: Place,
    present: Sequence[TeamMember],
) -> None:
    now = timezone.now()
    visit.state = Visit.State.IN_PROGRESS
    visit.started_at, visit.started_recorded_at = happened_at, now
    if place.is_known:
        visit.latitude, visit.longitude = place.latitude, place.longitude
    visit.save(
        update_fields=["state", "started_at", "started_recorded_at", "latitude", "longitude"]
    )
    names = "、".join(str(member) for member in present)
    audit.record(
        "visit.started",
        f"到场开始检查：{names}",
        target=visit,
        actor=actor,
        detail=_moments(visit, happened_at, now)
        | {"outside_window": timezone.localdate(happened_at) > visit.window_to},
    )


def _moments(visit: Visit, happened_at: datetime, recorded_at: datetime) -> dict[str, Any]:
    return {
        "happened_at": happened_at.isoformat(),
        "recorded_at": recorded_at.isoformat(),
        "entered_late": is_entered_late(visit, happened_at, recorded_at),
    }


def _attach(
    visit: Visit,
    matter: VisitMatter | None,
    item_id: int | None,
    actor: User,
    upload: Upload,
    kind: str,
    note: str,
    happened_at: datetime,
    place: Place,
) -> tuple[Evidence, bool]:
    """The piece, and whether it is new: the same bytes for the same matter and item are one piece (a phone sends twice)."""
    sha256 = hashlib.sha256(upload.read()).hexdigest()
    upload.seek(0)
    same = visit.evidence.filter(
        file__sha256=sha256, visit_matter=matter, item_id=item_id, kind=kind
    ).first()
    if same is not None:
        return same, False
    stored = files.store(
        upload=upload,  # type: ignore[arg-type]
        name=upload.name or "照片",
        authority=visit.authority,
        by=actor,
        accept=ACCEPTED[Evidence.Kind(kind)],
    )
    piece = Evidence.objects.create(
        visit=visit,
        visit_matter=matter,
        item_id=item_id,
        kind=kind,
        file=stored,
        note=note.strip()[:200],
        latitude=place.latitude,
        longitude=place.longitude,
        taken_by=actor,
        happened_at=happened_at,
    )
    audit.record(
        "evidence.added",
        f"上传{Evidence.Kind(kind).label}：{stored.name}",
        target=visit,
        actor=actor,
        about=[matter] if matter else [],
        detail={"evidence": str(piece.pk), "sha256": stored.sha256, "sm3": stored.sm3},
    )
    return piece, True
