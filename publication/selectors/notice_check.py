"""检查通知书 checked by the code on it: is it ours, who comes, with which certificate (A64, A101)."""

from dataclasses import dataclass
from datetime import date

from bureau.models import Agency
from inspections.models import Notice, TeamMember, Visit
from publication.selectors.content import shown


@dataclass(frozen=True)
class Person:
    name: str
    part: str
    certificate: str
    is_valid: bool


@dataclass(frozen=True)
class Checked:
    notice: Notice
    visit: Visit
    authority: Agency
    entity_name: str
    people: list[Person]
    is_cancelled: bool


def by_token(token: str, today: date) -> Checked | None:
    """The notice with this code and the team as it is now; None when there is none. Two queries."""
    rows = Notice.objects.select_related("visit__entity", "visit__unit", "visit__authority")
    notice = rows.filter(token=token).first()
    if notice is None:
        return None
    team = (
        TeamMember.objects.filter(visit=notice.visit, is_current=True)
        .select_related("inspector", "expert")
        .order_by("position")
    )
    return Checked(
        notice=notice,
        visit=notice.visit,
        authority=notice.visit.authority,
        entity_name=shown(notice.visit.entity).name,
        people=[_person(member, today) for member in team],
        is_cancelled=notice.visit.state in {Visit.State.DEEMED_DONE, Visit.State.SPLIT},
    )


def _person(member: TeamMember, today: date) -> Person:
    part = str(member.get_part_display())
    if member.inspector is None:
        expert = member.expert
        return Person(expert.name if expert else "", part, "不持执法证，协助检查", True)
    return Person(
        member.inspector.name,
        part,
        f"{member.inspector.certificate_name} {member.inspector.certificate_no}",
        member.inspector.certificate_expires_on >= today,
    )
