"""What samples and others' conclusions share: who may handle them, and what they do to the matter (A62, A73)."""

from datetime import date
from typing import Any

from django.urls import reverse

from bureau.errors import Forbidden
from bureau.models import Role, User
from bureau.selectors import calendar, rule_settings
from bureau.services import notifications
from inspections.models import Conclusion, Sample, Visit, VisitMatter
from inspections.rules.clock import LATE, reminder
from inspections.selectors import fieldwork
from inspections.services.revisions import content_changed


def require_handler(visit: Visit, actor: User) -> None:
    """A member of the team, or the desk of the bureau: coordinator, organiser."""
    if actor.has_role_at(visit.authority_id, Role.COORDINATOR, Role.ORGANISER):
        return
    if actor.pk in {m.inspector.user_id for m in fieldwork.officers(visit) if m.inspector}:
        return
    raise Forbidden(
        f"“{visit.entity}”这次检查的样品和结论由检查组成员、分派员或任务经办办理，您不在其中。"
    )


def offered(user: User, matter: VisitMatter) -> dict[str, bool]:
    """Which buttons a page shows: `may_handle` its handlers, `may_add` them while the result is not handed in."""
    try:
        require_handler(matter.visit, user)
    except Forbidden:
        return {"may_handle": False, "may_add": False}
    is_open = matter.state in fieldwork.OPEN_STATES and matter.visit.started_at is not None
    return {"may_handle": True, "may_add": is_open}


def follow(matter: VisitMatter, method: str) -> None:
    """The methods of the matter follow its sources."""
    if method not in matter.methods:
        matter.methods = [*matter.methods, method]
        matter.save(update_fields=["methods"])


def changed(matter: VisitMatter, *, what: str, key: str, actor: User) -> None:
    """A result not yet handed in is to be signed anew; for a later one the team and the reviewer are told."""
    if matter.state in fieldwork.OPEN_STATES:
        content_changed(matter)
        return
    people = [
        m.inspector.user
        for m in fieldwork.officers(matter.visit)
        if m.inspector is not None and m.inspector.user is not None
    ]
    if matter.reviewed_by is not None:
        people.append(matter.reviewed_by)
    notifications.notify(
        users={person.pk: person for person in people if person.pk != actor.pk}.values(),
        key=key,
        text=f"{matter.visit.entity}，{matter.matter}：{what}，结果现在“{matter.get_state_display()}”。如与结果不符，请退回或办理更正。",
        url=reverse("inspections:outcome-detail", kwargs={"pk": matter.pk}),
        authority=matter.authority,
        is_urgent=True,
    )


def remind(*, today: date) -> int:
    """Samples and entrusted work that are due or late, each notice once; to the team and whoever began it."""
    new = 0
    samples = Sample.objects.filter(
        state__in=[Sample.State.TAKEN, Sample.State.AT_LAB], due_on__isnull=False
    ).select_related("authority", "visit__entity", "taken_by")
    for row in samples.order_by("due_on", "id").iterator(chunk_size=200):
        what = "送检" if row.state == Sample.State.TAKEN else "取得检测结果"
        text = f"{row.visit.entity}：样品 {row.number} {row.name}须{what}"
        new += _remind(row, row.visit, row.taken_by, text, today, _sample_url(row))
    entrusted = Conclusion.objects.filter(
        state=Conclusion.State.ENTRUSTED, due_on__isnull=False
    ).select_related("authority", "visit_matter__visit__entity", "recorded_by")
    for job in entrusted.order_by("due_on", "id").iterator(chunk_size=200):
        visit = job.visit_matter.visit
        url = reverse("inspections:outcome-detail", kwargs={"pk": job.visit_matter_id})
        text = f"{visit.entity}：{job.issuer}受委托的{job.service}须出具结论"
        new += _remind(job, visit, job.recorded_by, text, today, url)
    return new


def _remind(row: Any, visit: Visit, by: User, text: str, today: date, url: str) -> int:
    due = calendar.due(row.due_on, today)
    assert due is not None
    marks = rule_settings.value_of("disposal_warning_days", row.authority, today.year)
    mark = reminder(due.days_left, due.is_late, marks)
    if mark is None:
        return 0
    people = {by.pk: by} | {
        m.inspector.user.pk: m.inspector.user
        for m in fieldwork.officers(visit)
        if m.inspector is not None and m.inspector.user is not None
    }
    when = due.text if due.is_late or due.days_left == 0 else f"还{due.text}"
    return notifications.notify(
        users=people.values(),
        key=f"source-due:{row.pk}:{row.due_on}:{mark}",
        text=f"{text}，期限 {row.due_on:%Y-%m-%d}，{when}。",
        url=url,
        authority=row.authority,
        is_urgent=mark in {LATE, "0", "1"},
    )


def _sample_url(row: Sample) -> str:
    return reverse("inspections:sample-detail", kwargs={"pk": row.pk})
