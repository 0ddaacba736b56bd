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
    dossier = Dossier.objects.filter(visit=visit).first()
    link = pdf("publication:dossier-pdf", visit.pk)
    if dossier is not None:
        yield Paper(200, "卷宗", FROZEN, f"{dossier.number}，{dossier.pages} 页", (link,))
    elif visit.started_at is not None:
        yield Paper(200, "卷宗", CURRENT, "还没有归档", (link,))
