"""Papers of a dossier on what a result rests on beside the checklist: site record, samples, others' conclusions (A62, A65, A73)."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from bureau.services import documents
from inspections.selectors import sample_sheets, site_notes, sources
from publication.selectors.dossier_cases import Case
from publication.services.dossier_papers import Paper, attached, provides


@provides("site_note")
def _site_note(case: Case) -> Iterator[Paper]:
    """As it was signed; a draft is bound as it reads now."""
    note = site_notes.existing(case.visit)
    if note is None:
        return
    state = note.digest[:16] or f"r{note.revision}"
    yield Paper("site_note", f"site-note:{state}", "现场检查笔录", partial(_note_pdf, case, note))


@provides("samples")
def _samples(case: Case) -> Iterator[Paper]:
    """Each sample's sheet with its chain, then the laboratory's reports."""
    for sample in sources.samples().filter(visit_matter__in=case.matters):
        links, results = len(sample.handovers.all()), list(sample.results.all())
        yield Paper(
            "samples",
            f"sample:{sample.pk}:{links}.{len(results)}",
            f"抽样取证凭证 {sample.number}",
            partial(_sample_pdf, sample),
        )
        for result in results:
            name = f"检测报告 {result.report_number}"
            yield Paper("samples", f"report:{result.pk}", name, partial(attached, result.file))


@provides("conclusions")
def _conclusions(case: Case) -> Iterator[Paper]:
    """The documents that were taken over; one no longer used stays with its reason in the trail."""
    rows = sources.conclusions().filter(visit_matter__in=case.matters, state="delivered")
    for row in rows:
        assert row.file is not None
        name = f"{row.get_source_display()}：{row.issuer}"
        yield Paper("conclusions", f"conclusion:{row.pk}", name, partial(attached, row.file))


def _note_pdf(case: Case, note: Any) -> bytes:
    context = {"note": site_notes.shown(case.visit, note)}
    return documents.pdf("inspections/documents/site_note.html", context)


def _sample_pdf(sample: Any) -> bytes:
    return documents.pdf("inspections/documents/sample_sheet.html", sample_sheets.of(sample))
