"""What an entity sends with its notice's code, and how the bureau answers it (A57, A82, A86, A98)."""

from collections.abc import Sequence
from datetime import date
from typing import IO, Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, RuleError
from bureau.models import StoredFile, User
from bureau.services import files, notifications, numbers
from inspections.models import Disposal, Notice, Visit, VisitMatter
from inspections.services import disposal_steps
from publication.models import FirmRating, FirmRequest, RatedNotice
from publication.rules.processes import FIRM_REQUEST_ROLES
from publication.selectors import firm_requests as reads
from publication.services import objections
from registry.models import Inspector, Recusal
from registry.services import people

MOST_FILES = 9
Kind = FirmRequest.Kind


def submit(
    *,
    notice: Notice,
    kind: str,
    text: str,
    contact_name: str,
    contact_phone: str,
    today: date,
    inspector: Inspector | None = None,
    visit_matter: VisitMatter | None = None,
    disposal: Disposal | None = None,
    uploads: Sequence[tuple[str, IO[bytes]]] = (),
) -> FirmRequest:
    """Takes in what came over the public page; tells those who answer it.

    Raises RuleError when the subject does not belong to this notice's visit or is over, Conflict for an objection sent twice.
    """
    if len(uploads) > MOST_FILES:
        raise RuleError(f"一次最多提交 {MOST_FILES} 个文件，请分次提交。")
    with transaction.atomic():
        visit = notice.visit
        subjects = reads.subjects(visit)
        if kind not in subjects.kinds:
            raise RuleError("现在不能提交这一类申请，请看通知书页面列出的事项，或致电检查单位。")
        if kind == Kind.RECUSAL and inspector not in subjects.inspectors:
            raise RuleError("请选择通知书所列的检查人员。")
        if kind == Kind.OBJECTION and visit_matter not in subjects.results:
            raise RuleError("请选择已经公示的检查结果。")
        if kind == Kind.RECTIFICATION and disposal not in subjects.disposals:
            raise RuleError("请选择尚未办结的整改要求。")
        stored = [_store(notice, name, upload) for name, upload in uploads]
        try:
            with transaction.atomic():
                row = FirmRequest.objects.create(
                    number=numbers.document_number(
                        authority=visit.authority,
                        kind="firm_request",
                        label="来件",
                        year=today.year,
                    ),
                    authority=visit.authority,
                    visit=visit,
                    kind=kind,
                    inspector=inspector if kind == Kind.RECUSAL else None,
                    visit_matter=visit_matter if kind == Kind.OBJECTION else None,
                    disposal=disposal if kind == Kind.RECTIFICATION else None,
                    text=text.strip(),
                    contact_name=contact_name.strip(),
                    contact_phone=contact_phone.strip(),
                )
        except IntegrityError as twice:
            raise Conflict("这项结果的异议已经提交，正在等待受理，不必重复提交。") from twice
        row.files.set(stored)
        audit.record(
            "firm_request.submitted",
            _words(row, "收到"),
            target=row,
            actor=None,
            about=[
                *_visit_of(row),
                *([disposal] if disposal else []),
                *([visit_matter] if visit_matter else []),
            ],
            detail={"files": [file.sha256 for file in stored]},
        )
        _tell(row)
        return row


def accept(*, firm_request: Any, answer: str, actor: User, today: date) -> FirmRequest:
    """Takes it up: a recusal is entered in the register, an objection's clock runs from the day it was sent (A82).

    Raises Conflict for the second of two, Forbidden without the role, RuleError without an answer.
    """
    with transaction.atomic():
        row = _begin(firm_request, answer, actor)
        if row.kind == Kind.RECUSAL:
            _recuse(row, actor)
        elif row.kind == Kind.OBJECTION:
            row.objection = objections.register(
                visit_matter=row.visit_matter_id,
                applicant=row.visit.entity.name,
                contact=f"{row.contact_name} {row.contact_phone}"[:60],
                text=row.text,
                received_on=timezone.localdate(row.submitted_at),
                actor=actor,
                today=today,
                files=list(row.files.all()),
            )
            row.objection = objections.accept(objection=row.objection.pk, actor=actor, today=today)
        elif row.kind == Kind.RECTIFICATION and row.disposal is not None:
            disposal_steps.material_received(
                disposal=row.disposal,
                text=f"检查对象提交整改材料 {row.number}：{row.text}",
                document=row.files.first(),
                actor=actor,
                today=today,
            )
        return _finish(row, FirmRequest.State.ACCEPTED, answer, actor)


def decline(*, firm_request: Any, answer: str, actor: User) -> FirmRequest:
    """Does not take it up; the entity reads why."""
    with transaction.atomic():
        return _finish(
            _begin(firm_request, answer, actor), FirmRequest.State.DECLINED, answer, actor
        )


def rate(*, notice: Notice, score: int, text: str, today: date) -> None:
    """Keeps an anonymous rating: unit and month, nothing that leads back to the visit (A98).

    Raises Conflict when this notice has rated already, RuleError before the inspection is over.
    """
    visit = notice.visit
    if visit.ended_at is None:
        raise RuleError("检查结束以后才能评价。")
    if not 1 <= score <= 5:
        raise RuleError("评分须在 1 到 5 分之间。")
    with transaction.atomic():
        try:
            with transaction.atomic():
                RatedNotice.objects.create(notice=notice)
        except IntegrityError as twice:
            raise Conflict("这份通知书已经评价过，每次检查只评价一次。") from twice
        FirmRating.objects.create(
            authority=visit.authority,
            unit=visit.unit,
            month=today.replace(day=1),
            score=score,
            text=text.strip(),
        )


def _recuse(row: FirmRequest, actor: User) -> None:
    entity = row.visit.entity
    known = Recusal.objects.filter(
        inspector=row.inspector, entity=entity, state=Recusal.State.IN_FORCE
    )
    if not known.exists():
        people.declare_recusal(
            actor=actor,
            entity=entity,
            reason=Recusal.Reason.PARTY_REQUEST,
            note=f"{row.number}：{row.text}"[:300],
            inspector=row.inspector,
        )


def _begin(pk: Any, answer: str, actor: User) -> FirmRequest:
    row: FirmRequest = reads.rows().select_for_update(of=("self",)).get(pk=pk)
    require(actor, row.authority_id, *FIRM_REQUEST_ROLES[row.kind])
    if row.state != FirmRequest.State.SUBMITTED:
        raise Conflict(
            f"{row.number} 已由{row.handled_by}办理（{row.get_state_display()}），请刷新页面查看。"
        )
    if not answer.strip():
        raise RuleError("请写明答复，检查对象会在核验页上看到。")
    return row


def _finish(row: FirmRequest, state: str, answer: str, actor: User) -> FirmRequest:
    row.state, row.answer = state, answer.strip()
    row.handled_by, row.handled_at = actor, timezone.now()
    row.save(update_fields=["state", "answer", "handled_by", "handled_at", "objection"])
    audit.record(
        f"firm_request.{state}",
        _words(row, row.get_state_display()),
        target=row,
        actor=actor,
        about=_visit_of(row),
        detail={"answer": row.answer},
        is_bad=state == FirmRequest.State.DECLINED,
    )
    return row


def _words(row: FirmRequest, what: str) -> str:
    """The trail is open to the office: it does not tell a team that somebody complained of it (A98)."""
    if row.kind == Kind.COMPLAINT:
        return f"{what}检查对象来件 {row.number}"
    return f"{what}检查对象来件 {row.number}：{row.get_kind_display()}"


def _visit_of(row: FirmRequest) -> list[Visit]:
    """On the visit's own timeline, but for a complaint."""
    return [] if row.kind == Kind.COMPLAINT else [row.visit]


def _store(notice: Notice, name: str, upload: IO[bytes]) -> StoredFile:
    return files.store(
        upload=upload,
        name=name,
        authority=notice.visit.authority,
        by=None,
        accept=("image", "pdf"),
    )


def _tell(row: FirmRequest) -> None:
    notifications.notify(
        users=notifications.holders(
            authority=row.authority, roles=list(FIRM_REQUEST_ROLES[row.kind])
        ),
        key=f"firm-request:{row.pk}",
        text=f"检查对象来件待办：{row.get_kind_display()}，{row.visit.entity}（{row.number}）。",
        url=reverse("publication:firm-request-detail", kwargs={"pk": row.pk}),
        authority=row.authority,
        is_urgent=row.kind == Kind.RECUSAL,
    )
