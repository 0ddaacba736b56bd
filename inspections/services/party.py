"""当事人签字: on paper and photographed, on glass, or refused before a witness (A66)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from bureau import audit
from bureau.errors import RuleError
from bureau.models import User
from inspections.models import Evidence, Visit
from inspections.rules.glass import Stroke
from inspections.rules.places import NOWHERE, Place
from inspections.services import glass
from inspections.services.evidence import Upload, attach
from inspections.services.on_site import in_progress, not_paused

SIGNED = (Evidence.Kind.SIGNED_PAGE, Evidence.Kind.GLASS_SIGNATURE)


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
    stroke: Stroke | None = None,
    place: Place = NOWHERE,
) -> Visit:
    """The party's signature: the signed page photographed, the stroke on glass, or the refusal with reason and witness (A66).

    What was shown for a stroke may be behind what the server knows by now: it is kept as it was shown, and `missing` asks
    for it again.
    """
    with transaction.atomic():
        visit = in_progress(visit_pk, actor)
        not_paused(visit, happened_at)
        if signed == "signed":
            has_one = visit.evidence.filter(kind__in=SIGNED).exists()
            if not pages and stroke is None and not has_one:
                raise RuleError("请把当事人签字盖章的检查表拍照上传，或请当事人在屏幕上签名。")
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
        if stroke is not None and signed == "signed":
            glass.keep(
                visit=visit, actor=actor, stroke=stroke, happened_at=happened_at, place=place
            )
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
            detail={
                "opinion": opinion,
                "refusal": refusal_note,
                "witness": witness_name,
                **({"glass": stroke.sha256, "signer": stroke.signer} if stroke else {}),
            },
            is_bad=signed == "refused",
        )
        return visit
