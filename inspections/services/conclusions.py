"""Others' conclusions as sources: entrusted to a third party under somebody's eyes, or taken over from who issued them (A62, A100)."""

from dataclasses import dataclass
from datetime import date
from typing import IO, Any

from django.db import transaction
from django.utils import timezone

from bureau import audit
from bureau.errors import RuleError
from bureau.models import StoredFile, User
from bureau.services import files, transitions
from inspections.models import Conclusion, Visit, VisitMatter
from inspections.rules import sources as rules
from inspections.rules.processes import CONCLUSION
from inspections.services.on_site import locked_matter
from inspections.services.revisions import lock_visit, lock_visit_of, may_change
from inspections.services.sources import changed, follow, require_handler
from registry.models import Inspector
from registry.rules.certificates import certificate_valid

PAPERS = ("image", "pdf", "docx")
Source, State = Conclusion.Source, Conclusion.State


@dataclass(frozen=True, kw_only=True)
class Paper:
    """The document itself, as it was issued."""

    text: str
    issued_on: date
    file: IO[bytes]
    file_name: str
    document_number: str = ""


def entrust(
    *,
    visit_matter_pk: Any,
    actor: User,
    issuer: str,
    service_kind: str,
    service: str,
    supervisor: Inspector | None,
    due_on: date | None,
    today: date,
) -> Conclusion:
    """A third party is asked for professional work; a certificate holder of the bureau watches over it.

    They assist: they never inspect or sign in the bureau's stead (A100). Raises RuleError without a supervisor.
    """
    with transaction.atomic():
        visit, matter = _matter(visit_matter_pk, actor)
        may_change(matter)
        if supervisor is None or supervisor.authority_id != visit.authority_id:
            raise RuleError("委托第三方须由本单位一名持证执法人员监督，请选择监督人员。")
        if not certificate_valid(supervisor.certificate_expires_on, today):
            raise RuleError(f"{supervisor.name}的执法证已过期，不能担任监督人员，请另选。")
        if not service_kind or not service.strip():
            raise RuleError("请写明委托种类和委托事项。")
        if due_on is not None and due_on < today:
            raise RuleError("应出具日期已经过去，请核对。")
        row = Conclusion.objects.create(
            authority=visit.authority,
            visit_matter=matter,
            source=Source.THIRD_PARTY,
            issuer=issuer.strip(),
            service_kind=service_kind,
            service=service.strip(),
            supervisor=supervisor,
            due_on=due_on,
            state=State.ENTRUSTED,
            recorded_by=actor,
        )
        follow(matter, rules.method_of(row.source, service_kind))
        audit.record(
            "conclusion.entrusted",
            f"委托{row.issuer}{row.get_service_kind_display()}：{row.service}，由{supervisor.name}监督",
            target=matter,
            actor=actor,
            about=[visit],
            detail={"conclusion": str(row.pk), "supervisor": supervisor.certificate_no},
        )
        return row


def adopt(
    *, visit_matter_pk: Any, actor: User, source: str, issuer: str, paper: Paper, today: date
) -> Conclusion:
    """Takes over what another department, a court or a specialist concluded."""
    if source not in {Source.DEPARTMENT, Source.COURT, Source.OPINION}:
        raise RuleError("委托第三方的，请先登记委托和监督人员，出具后再登记结论。")
    with transaction.atomic():
        visit, matter = _matter(visit_matter_pk, actor)
        may_change(matter)
        _check(paper, today)
        row = Conclusion.objects.create(
            authority=visit.authority,
            visit_matter=matter,
            source=source,
            issuer=issuer.strip(),
            document_number=paper.document_number.strip(),
            issued_on=paper.issued_on,
            text=paper.text.strip(),
            file=_stored(paper, visit, actor),
            delivered_at=timezone.now(),
            delivered_by=actor,
            state=State.DELIVERED,
            recorded_by=actor,
        )
        follow(matter, rules.method_of(source))
        _note(row, visit, matter, actor)
        return row


def deliver(*, conclusion_pk: Any, actor: User, paper: Paper, today: date) -> Conclusion:
    """What the third party handed in; it may come after the result, then team and reviewer are told."""
    with transaction.atomic():
        row, visit, matter = _begin(conclusion_pk, "deliver", actor)
        _check(paper, today)
        row.document_number, row.issued_on = paper.document_number.strip(), paper.issued_on
        row.text, row.file = paper.text.strip(), _stored(paper, visit, actor)
        row.state, row.delivered_at, row.delivered_by = State.DELIVERED, timezone.now(), actor
        row.save(
            update_fields=[
                "document_number",
                "issued_on",
                "text",
                "file",
                "state",
                "delivered_at",
                "delivered_by",
            ]
        )
        _note(row, visit, matter, actor)
        return row


def withdraw(*, conclusion_pk: Any, actor: User, reason: str) -> Conclusion:
    """No longer a source; the row and its paper stay."""
    with transaction.atomic():
        row, visit, matter = _begin(conclusion_pk, "withdraw", actor)
        if not reason.strip():
            raise RuleError("请写明不再采用的原因。")
        may_change(matter)
        was_used = row.state == State.DELIVERED
        row.state, row.withdrawn_why = State.WITHDRAWN, reason.strip()[:200]
        row.save(update_fields=["state", "withdrawn_why"])
        if was_used:
            changed(matter, what="", key="", actor=actor)
        audit.record(
            "conclusion.withdrawn",
            f"不再采用：{row}",
            target=matter,
            actor=actor,
            about=[visit],
            detail={"conclusion": str(row.pk), "reason": reason},
        )
        return row


def _matter(pk: Any, actor: User) -> tuple[Visit, VisitMatter]:
    visit = lock_visit_of(pk)
    require_handler(visit, actor)
    if visit.started_at is None:
        raise RuleError("检查还没有开始，开始以后再登记结论或委托。")
    matter = locked_matter(visit, pk)
    matter.visit = visit
    return visit, matter


def _begin(pk: Any, action: str, actor: User) -> tuple[Conclusion, Visit, VisitMatter]:
    visit_pk, matter_pk = Conclusion.objects.values_list(
        "visit_matter__visit_id", "visit_matter_id"
    ).get(pk=pk)
    visit = lock_visit(visit_pk)
    matter = locked_matter(visit, matter_pk)
    matter.visit = visit
    row: Conclusion
    row, _ = transitions.begin(CONCLUSION, Conclusion.objects.all(), pk, action, actor)
    require_handler(visit, actor)
    return row, visit, matter


def _check(paper: Paper, today: date) -> None:
    if not paper.text.strip():
        raise RuleError("请写明结论的内容。")
    if paper.issued_on > today:
        raise RuleError("出具日期在将来，请核对。")


def _stored(paper: Paper, visit: Visit, actor: User) -> StoredFile:
    return files.store(
        upload=paper.file, name=paper.file_name, authority=visit.authority, by=actor, accept=PAPERS
    )


def _note(row: Conclusion, visit: Visit, matter: VisitMatter, actor: User) -> None:
    words = f"采用{row}的结论"
    changed(matter, what=words, key=f"conclusion:{row.pk}", actor=actor)
    assert row.file is not None
    audit.record(
        "conclusion.delivered",
        f"{words}{'：' + row.document_number if row.document_number else ''}",
        target=matter,
        actor=actor,
        about=[visit],
        detail={"conclusion": str(row.pk), "text": row.text, "sha256": row.file.sha256},
    )
