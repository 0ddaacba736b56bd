"""What 预查比对 shows of objections and corrections (A63, A81, A82); offered to the sheet of the inspecting app."""

from inspections.models import Visit
from inspections.rules.precheck import Fact
from inspections.selectors.precheck import adds
from publication.models import Correction, Objection

LAST = 3


@adds
def disputes(visit: Visit) -> Fact:
    """The latest objections and corrections of the entity at this authority."""
    of_entity = {
        "visit_matter__visit__entity": visit.entity_id,
        "authority": visit.authority_id,
    }
    objections = Objection.objects.filter(**of_entity).order_by("-received_on")[:LAST]
    corrections = Correction.objects.filter(**of_entity).order_by("-requested_at")[:LAST]
    lines = [
        f"异议 {row.number}，{row.received_on:%Y-%m-%d} 收到：{row.get_state_display()}"
        for row in objections
    ]
    lines += [f"更正 {row.number}：{row.get_state_display()}" for row in corrections]
    return Fact("disputes", "异议和更正", tuple(lines) or ("没有异议和更正。",), bool(lines))
