"""当事人签字: on paper and photographed, or refused before a witness (A66)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from bureau import audit
from bureau.errors import RuleError
from bureau.models import User
from inspections.models import Evidence, Visit
from inspections.rules.places import NOWHERE, Place
from inspections.services.evidence import Upload, attach
from inspections.services.on_site import in_progress


def sign(
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
        visit = in_progress(visit_pk, actor)
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
            attach(
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
