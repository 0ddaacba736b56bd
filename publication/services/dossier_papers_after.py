"""Papers of a dossier from the signatures to the end of the case: results, objections, disposals, 视为完成, transfer (A70, A71, A80–A88)."""

from collections.abc import Iterator
from functools import partial

from bureau.services import documents
from inspections.models import Transfer
from inspections.selectors import transfers
from inspections.selectors.records import labels, signed_by
from publication.models import Correction, PublicRecord
from publication.rules import frozen
from publication.selectors import corrections
from publication.selectors.dossier_cases import Case
from publication.services.dossier_papers import Paper, attached, later, moment, provides


@provides("signatures")
def _signatures(case: Case) -> Iterator[Paper]:
    for matter in case.checked:
        signed = list(signed_by(matter).values())
        if not signed:
            continue
        rows = [
            ("抽查事项", [matter.matter.name]),
            ("检查结果", [*labels(matter.outcome_codes), matter.outcome_note]),
            *((str(s.user), [f"{moment(s.at)} 签字，结果第 {s.revision} 版"]) for s in signed),
        ]
        digests = [("签字内容指纹", text) for text in sorted({s.digest for s in signed})]
        key = f"signatures:{matter.pk}:{max(s.revision for s in signed)}"
        yield Paper(
            "signatures", key, "检查人员签字", later("检查人员对结果的签字", rows, digests=digests)
        )


@provides("review")
def _review(case: Case) -> Iterator[Paper]:
    for matter in case.checked:
        rounds = list(matter.reviews.all())
        if not rounds and matter.reviewed_by is None:
            continue
        rows = [
            (
                f"第 {row.number} 次提交",
                [
                    f"{moment(row.submitted_at)}　{row.submitted_by}",
                    f"{row.get_decision_display() or '待审核'}　{row.decided_by or ''}　{moment(row.decided_at)}",
                    row.note,
                    *row.remarks.values(),
                ],
            )
            for row in rounds
        ] or [("审核", [f"{matter.reviewed_by}　{moment(matter.reviewed_at)}", matter.review_note])]
        title = f"审核记录：{matter.matter.name}"
        key = f"review:{matter.pk}:{len(rounds)}"
        yield Paper(
            "review", key, title, later("审核记录", [("抽查事项", [matter.matter.name]), *rows])
        )


@provides("publication")
def _publication(case: Case) -> Iterator[Paper]:
    for record in case.records:
        key = f"record:{record.subject}:{record.version}"
        yield Paper(
            "publication", key, f"公示的结果（第 {record.version} 版）", partial(_record, record)
        )
    for matter in case.matters:
        row = getattr(matter, "nondisclosure", None)
        if row is not None and row.approved_by_id:
            rows = [
                ("抽查事项", [matter.matter.name]),
                ("不公开的原因", [row.reason]),
                ("依据", [row.basis]),
                ("申请", [f"{row.requested_by}　{moment(row.requested_at)}"]),
                ("批准", [f"{row.approved_by}　{moment(row.approved_at)}"]),
            ]
            yield Paper(
                "publication", f"withheld:{row.pk}", "依法不公开审批", later("依法不公开审批", rows)
            )


def _record(record: PublicRecord) -> bytes:
    context = {"record": record, "content": frozen.thaw(bytes(record.content))}
    return documents.pdf("publication/documents/dossier_record.html", context)


@provides("correction")
def _correction(case: Case) -> Iterator[Paper]:
    for row in case.corrections:
        yield Paper(
            "correction",
            f"correction:{row.pk}",
            f"结果更正审批表 {row.number}",
            partial(_correction_pdf, row),
        )


def _correction_pdf(row: Correction) -> bytes:
    return documents.pdf("publication/documents/correction.html", corrections.printed(row))


@provides("deemed")
def _deemed(case: Case) -> Iterator[Paper]:
    """视为完成 with its evidence and the list in which it went to the superior (A70)."""
    row = getattr(case.visit, "deemed_done", None)
    attempts = [
        f"{a.on}　{a.get_way_display()}　{a.result}　（{a.by}）" for a in case.visit.attempts.all()
    ]
    if row is None or row.state != "approved":
        if attempts:
            yield Paper(
                "deemed",
                f"attempts:{len(attempts)}",
                "联系记录",
                later("联系记录", [("联系记录", attempts)]),
            )
        return
    rows = [
        ("检查对象", [case.visit.entity.name]),
        ("原因", [row.get_cause_display(), row.note]),
        ("联系记录", attempts),
        ("申请", [f"{row.recorded_by}　{moment(row.recorded_at)}"]),
        ("批准", [f"{row.decided_by or ''}　{moment(row.decided_at)}", row.decision_note]),
        ("上报名单", [f"{row.report.number}，{moment(row.report.sent_at)}"] if row.report else []),
    ]
    reported = f"report:{row.report_id}" if row.report_id else "new"
    yield Paper("deemed", f"deemed:{row.pk}:{reported}", "视为完成审批", later("视为完成", rows))
    if row.evidence:
        yield Paper(
            "deemed",
            f"deemed-evidence:{row.pk}",
            f"证明材料：{row.evidence.name}",
            lambda: attached(row.evidence),
        )


@provides("transfer")
def _transfer(case: Case) -> Iterator[Paper]:
    """变更检查单位转交: the old unit's written notice, in the dossier of the unit that inspected (A71)."""
    found = list(case.visit.transfers.all())
    if case.transfer is not None:
        found.append(case.transfer)
    for row in found:
        if row.state == Transfer.State.ACCEPTED:
            yield Paper(
                "transfer",
                f"transfer:{row.pk}",
                f"转交通知 {row.number}",
                partial(_transfer_pdf, row),
            )


def _transfer_pdf(row: Transfer) -> bytes:
    notice = transfers.printed(transfers.whole().get(pk=row.pk))
    return documents.pdf("inspections/documents/transfer.html", {"notice": notice})
