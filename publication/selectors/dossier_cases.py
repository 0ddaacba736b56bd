"""One entity in one task, with all that its 卷宗 is made of: read for many at once in a constant number of queries (A89)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat, JSONArray, JSONObject

from bureau.models import User
from inspections.models import (
    Dossier,
    Evidence,
    Replacement,
    TeamMember,
    Transfer,
    Visit,
    VisitMatter,
)
from inspections.selectors import fieldwork
from planning.models import Task
from publication.models import Correction, Objection, Penalty, PublicRecord

S = VisitMatter.State
# Nobody needs to be kept from knowing any more who went there: the doorstep lies behind (A105).
OVER = (Visit.State.FINISHED, Visit.State.RECORDED, Visit.State.CLOSED, Visit.State.DEEMED_DONE)
OFFICERS = (TeamMember.Part.LEADER, TeamMember.Part.MEMBER)


@dataclass
class Case:
    visit: Visit
    task: Task
    matters: list[VisitMatter]  # those of this task
    sheets: list[fieldwork.Sheet]
    evidence: list[Evidence]  # of the whole visit or of these matters
    corrections: list[Correction] = field(default_factory=list)
    objections: list[Objection] = field(default_factory=list)
    records: list[PublicRecord] = field(default_factory=list)
    volumes: list[Dossier] = field(default_factory=list)
    penalties: list[Penalty] = field(default_factory=list)
    others: list[Task] = field(default_factory=list)  # merged into the same visit

    @property
    def was_inspected(self) -> bool:
        return self.visit.state not in Visit.NOT_VISITED

    @property
    def checked(self) -> list[VisitMatter]:
        return [m for m in self.matters if m.state not in VisitMatter.NOT_CHECKED]

    @property
    def officers(self) -> list[TeamMember]:
        return [m for m in self.visit.team.all() if m.is_current and m.part in OFFICERS]

    @property
    def leader(self) -> str:
        """Who answers for the papers of the visit."""
        found = next((m for m in self.officers if m.part == TeamMember.Part.LEADER), None)
        group = f"{self.visit.unit.short_name}检查组"
        return f"{group}组长 {found}" if found else group

    @property
    def transfer(self) -> Transfer | None:
        """What brought the visit here."""
        return getattr(self.visit, "came_by", None)


def pairs(user: User) -> "QuerySet[VisitMatter]":
    """One row, the first matter, for each entity and task whose visit lies behind."""
    earlier = VisitMatter.objects.filter(
        visit=OuterRef("visit"), task=OuterRef("task"), pk__lt=OuterRef("pk")
    )
    visits = Visit.objects.visible_to(user).filter(state__in=OVER)
    return VisitMatter.objects.visible_to(user).filter(~Exists(earlier), visit__in=visits)


def archived(rows: "QuerySet[VisitMatter]", *, yes: bool) -> "QuerySet[VisitMatter]":
    bound = Dossier.objects.filter(visit=OuterRef("visit"), task=OuterRef("task"))
    return rows.filter(Exists(bound) if yes else ~Exists(bound))


def outgrown(rows: "QuerySet[VisitMatter]") -> "QuerySet[VisitMatter]":
    """Archived, and a correction or an objection came since that no volume holds: a supplement is due."""
    newest = Dossier.objects.filter(visit=OuterRef("visit"), task=OuterRef("task"))
    same = Q(visit_matter__visit=OuterRef("visit"), visit_matter__task=OuterRef("task"))
    corrected = Correction.objects.filter(same, state=Correction.State.APPROVED)
    objected = Objection.objects.filter(same)
    return rows.filter(Exists(newest)).filter(
        Exists(_unbound(corrected, Value("correction:"), _text("pk")))
        | Exists(
            _unbound(objected, Value("objection:"), _text("pk"), Value(":"), OuterRef("state"))
        )
    )


def _text(name: str) -> Cast:
    return Cast(OuterRef(name), TextField())


def _unbound(rows: "QuerySet[Any]", *key: Any) -> "QuerySet[Any]":
    """Those whose paper (by its key, as `publication.services.dossier_papers_after` makes it) stands in no volume."""
    line = JSONObject(key=Concat(*key, output_field=TextField()))
    volumes = Dossier.objects.filter(
        visit=OuterRef("visit_matter__visit"), task=OuterRef("visit_matter__task")
    )
    return rows.filter(~Exists(volumes.filter(contents__contains=JSONArray(line))))


def load(wanted: Sequence[tuple[Any, Any]]) -> list[Case]:
    """The cases of these (visit, task) in this order."""
    visits = {str(visit.pk): visit for visit in _visits([pk for pk, _ in wanted])}
    matters = [m for visit in visits.values() for m in visit.matters.all()]
    evidence = [e for visit in visits.values() for e in visit.evidence.all()]
    sheets = {one.matter.pk: one for one in fieldwork.sheets_of(matters, evidence)}
    corrections = _by_matter(_corrections(matters))
    objections = _by_matter(_objections(matters))
    records = _records(matters)
    penalties = _penalties(matters)
    volumes: dict[tuple[Any, Any], list[Dossier]] = defaultdict(list)
    for row in (
        Dossier.objects.filter(visit__in=list(visits))
        .select_related("file", "archived_by")
        .order_by("volume")
    ):
        volumes[row.visit_id, row.task_id].append(row)
    found = []
    for visit_pk, task_pk in wanted:
        visit = visits[str(visit_pk)]
        own = [m for m in visit.matters.all() if str(m.task_id) == str(task_pk)]
        if not own:
            continue
        task = own[0].task
        ids = {m.pk for m in own}
        others = {m.task_id: m.task for m in visit.matters.all() if m.task_id != task.pk}
        found.append(
            Case(
                visit,
                task,
                own,
                [sheets[m.pk] for m in own],
                [
                    e
                    for e in visit.evidence.all()
                    if e.visit_matter_id is None or e.visit_matter_id in ids
                ],
                [row for pk in sorted(ids) for row in corrections[pk]],
                [row for pk in sorted(ids) for row in objections[pk]],
                [row for pk in sorted(ids) for row in records[f"inspections.visitmatter:{pk}"]],
                volumes[visit.pk, task.pk],
                [row for pk in sorted(ids) for row in penalties[pk]],
                list(others.values()),
            )
        )
    return found


def one(visit_pk: Any, task_pk: Any) -> Case:
    (case,) = load([(visit_pk, task_pk)])
    return case


def _visits(pks: Iterable[Any]) -> list[Visit]:
    matters = (
        VisitMatter.objects.select_related(
            "matter",
            "task__authority",
            "task__unit",
            "checklist",
            "responsible",
            "reviewed_by",
            "published_by",
            "pick__draw__sitting",
        )
        .prefetch_related(
            "disposals__responsible",
            "disposals__closed_by",
            "disposals__steps__by",
            "disposals__steps__document",
            "disposals__letters__receipt_file",
            "disposals__rechecks__unit",
            "disposals__rechecks__decided_by",
            "disposals__rechecks__officers",
            "disposals__rechecks__documents",
            "disposals__firm_requests__files",
            "signatures__user",
            "findings",
            "conclusions__file",
            "reviews__decided_by",
            "reviews__submitted_by",
        )
        .order_by("id")
    )
    rows = Visit.objects.select_related(
        "entity__region",
        "unit",
        "authority",
        "order__decided_by",
        "order__requested_by",
        "notice__issued_by",
        "notice__delivered_by",
        "team_draw",
        "precheck__done_by",
        "site_note__frozen_by",
        "deemed_done__recorded_by",
        "deemed_done__decided_by",
        "deemed_done__evidence",
        "deemed_done__report",
        "came_by__authority",
        "came_by__from_unit",
        "came_by__decided_by",
    ).prefetch_related(
        Prefetch("matters", matters),
        Prefetch(
            "team", TeamMember.objects.select_related("inspector", "expert").order_by("position")
        ),
        Prefetch("evidence", Evidence.objects.select_related("file", "copy__file", "taken_by")),
        Prefetch(
            "replacements",
            Replacement.objects.select_related(
                "leaver__inspector",
                "leaver__expert",
                "joiner__inspector",
                "joiner__expert",
                "approved_by",
                "requested_by",
            ).order_by("number"),
        ),
        "attempts__by",
        "entries__by",
        "samples__handovers",
        "samples__results__file",
    )
    return list(rows.filter(pk__in=list(pks)))


def _by_matter(rows: Iterable[Any]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.visit_matter_id].append(row)
    return found


def _corrections(matters: list[VisitMatter]) -> "QuerySet[Correction]":
    rows = Correction.objects.filter(visit_matter__in=matters, state=Correction.State.APPROVED)
    return rows.select_related(
        "visit_matter__visit__entity",
        "visit_matter__visit__unit",
        "visit_matter__matter",
        "visit_matter__task",
        "objection",
        "record",
        "requested_by",
        "decided_by",
        "authority",
    ).order_by("decided_at")


def _objections(matters: list[VisitMatter]) -> "QuerySet[Objection]":
    rows = Objection.objects.filter(visit_matter__in=matters)
    return (
        rows.select_related("visit_matter__matter", "rechecked_by", "replied_by")
        .prefetch_related("papers", "files")
        .order_by("id")
    )


def _penalties(matters: list[VisitMatter]) -> dict[Any, list[Penalty]]:
    found: dict[Any, list[Penalty]] = defaultdict(list)
    rows = Penalty.objects.filter(disposal__visit_matter__in=matters)
    for row in rows.select_related("disposal", "entity", "reviewed_by").order_by("id"):
        assert row.disposal is not None
        found[row.disposal.visit_matter_id].append(row)
    return found


def _records(matters: list[VisitMatter]) -> dict[str, list[PublicRecord]]:
    """Every version of every published result."""
    subjects = [f"inspections.visitmatter:{matter.pk}" for matter in matters]
    rows = PublicRecord.objects.filter(subject__in=subjects).select_related("published_by")
    found: dict[str, list[PublicRecord]] = defaultdict(list)
    for row in rows.order_by("subject", "version"):
        found[row.subject].append(row)
    return found
