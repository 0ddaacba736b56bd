"""抽样取证凭证: what it prints, from the sample and its chain (A65, A73)."""

from typing import Any

from django.utils import timezone

from bureau.services import wordings
from inspections.models import Sample
from inspections.rules.forms_sample import SAMPLE_FORM
from inspections.selectors import teams


def of(sample: Sample) -> dict[str, Any]:
    """The context of templates/inspections/documents/sample_sheet.html; `sample` read by sources.samples()."""
    visit = sample.visit
    form = wordings.of(SAMPLE_FORM.key, visit.authority, entity=visit.entity.name)
    return {
        "form": form,
        "authority": visit.authority.name,
        "entity": visit.entity.name,
        "address": visit.entity.address,
        "visit": visit.number,
        "matter": sample.visit_matter.matter.name,
        "sample": sample,
        "team": [
            f"{member.inspector.name}（{member.inspector.certificate_no}）"
            for member in teams.current_team(visit)
            if member.inspector is not None
        ],
        "links": [
            {
                "number": link.number,
                "giver": link.giver,
                "receiver": link.receiver,
                "kind": link.get_receiver_kind_display(),
                "seal": "完好" if link.is_seal_whole else "破损",
                "condition": link.condition,
                "at": timezone.localtime(link.happened_at),
            }
            for link in sample.handovers.all()
        ],
        "results": [
            f"{result.reported_on:%Y-%m-%d}　{result.laboratory}　报告 {result.report_number}：{result.get_verdict_display()}。{result.text}"
            for result in sample.results.all()
        ],
    }
