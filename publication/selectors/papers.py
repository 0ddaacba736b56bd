"""What publication adds to a visit's 文书: corrections, papers of objections, the dossier (A81–A83, A89)."""

from collections.abc import Iterable

from bureau.models import User
from inspections.models import Dossier, Visit
from inspections.selectors.papers import CURRENT, FROZEN, Paper, adds, file, pdf
from publication.models import Correction, ObjectionPaper


@adds
def papers_after(visit: Visit, user: User) -> Iterable[Paper]:
    for row in Correction.objects.filter(visit_matter__visit=visit).order_by("requested_at"):
        state = FROZEN if row.decided_at else CURRENT
        note = f"{row.number}，{row.get_state_display()}"
        yield Paper(
            150, "抽查结果更正审批表", state, note, (pdf("publication:correction-pdf", row.pk),)
        )
    papers = ObjectionPaper.objects.visible_to(user).filter(objection__visit_matter__visit=visit)
    for paper in papers:
        links = (
            file("publication:objection-paper", paper.pk),
            file("publication:objection-paper", paper.pk, kind="docx"),
        )
        yield Paper(160, str(paper.get_kind_display()), FROZEN, paper.number, links)
    yield from _dossiers(visit)


def _dossiers(visit: Visit) -> Iterable[Paper]:
    """One for each task of the visit, and its later volumes (002 (三十))."""
    bound = list(Dossier.objects.filter(visit=visit).order_by("task_id", "volume"))
    for row in bound:
        label, address = pdf("publication:dossier-pdf", visit.pk, row.task_id)
        name = "卷宗" if row.volume == 1 else f"续卷（第 {row.volume} 卷）"
        link = (label, f"{address}?volume={row.volume}")
        yield Paper(200, name, FROZEN, f"{row.number}，{row.pages} 页", (link,))
    if visit.started_at is None:
        return
    tasks = visit.matters.order_by("task_id").values_list("task_id", "task__number").distinct()
    for task_pk, number in tasks:
        if task_pk not in {row.task_id for row in bound}:
            link = pdf("publication:dossier-pdf", visit.pk, task_pk)
            yield Paper(200, "卷宗", CURRENT, f"{number}，还没有归档", (link,))
