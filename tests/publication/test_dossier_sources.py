"""Site record, samples and others' conclusions stand in the dossier and on the record sheet (A62, A65, A73, A89)."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from inspections.services import burning, conclusions, samples, site_notes
from inspections.services.conclusions import Paper
from inspections.services.samples import Taken
from publication.selectors import dossier_cases
from publication.services import dossier_papers
from tests.inspections.field_case import begun, filled, ordered_case, second_inspector
from tests.people import make_user

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


@pytest.fixture
def case(bureau, inspector_user, head, morning):
    """With a sample that was tested, a conclusion, a photo's copy and a written site record."""
    desk = make_user("desk", "测经办", bureau, "organiser", "coordinator")
    made = filled(begun(ordered_case(bureau, inspector_user, second_inspector(bureau), desk, head)))
    now, leader = timezone.now(), made.leader
    sample = samples.take(
        visit_pk=made.visit_pk,
        visit_matter_pk=made.matter.pk,
        actor=leader,
        taken=Taken(
            name="矿坑排水",
            quantity="2 瓶",
            place="排水口",
            seal_number="88",
            is_party_present=True,
        ),
        taken_at=now,
    )
    samples.hand_over(
        sample_pk=sample.pk,
        actor=leader,
        receiver="市地矿检测中心",
        receiver_kind="lab",
        is_seal_whole=True,
        condition="完好无渗漏",
        happened_at=now,
        seen=0,
    )
    samples.record_result(
        sample_pk=sample.pk,
        actor=leader,
        laboratory="市地矿检测中心",
        report_number="JC-001",
        verdict="pass",
        text="符合",
        reported_on=now.date(),
        report=SimpleUploadedFile("报告.pdf", PDF),
        report_name="报告.pdf",
        today=now.date(),
    )
    conclusions.adopt(
        visit_matter_pk=made.matter.pk,
        actor=leader,
        source="department",
        issuer="县农业农村局",
        paper=Paper(
            text="未占用耕地",
            issued_on=now.date(),
            file=SimpleUploadedFile("函.pdf", PDF),
            file_name="函.pdf",
        ),
        today=now.date(),
    )
    site_notes.write(
        visit_pk=made.visit_pk,
        actor=leader,
        text="采场正在作业",
        place="北山",
        party="矿长",
        seen=0,
        happened_at=now,
    )
    burning.burn(made.visit.evidence.get(kind="photo").pk)
    return made


def text_of(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "").replace(" ", "")


@pytest.mark.rule("A89")
def test_each_paper_has_its_place_in_the_dossier(case):
    found = dossier_cases.one(case.visit_pk, case.matter.task_id)

    papers = dossier_papers.of(found)

    names = [(paper.part, paper.name.split(" ")[0]) for paper in papers]
    assert ("site_note", "现场检查笔录") in names
    assert ("samples", "抽样取证凭证") in names
    assert ("samples", "检测报告") in names
    assert ("conclusions", "其他部门检查结论：县农业农村局") in names
    note = next(paper for paper in papers if paper.part == "site_note")
    assert "采场正在作业" in text_of(note.make())


def test_the_record_sheet_names_the_sources_and_shows_the_photos(client, case):
    client.force_login(case.leader)

    answer = client.get(reverse("inspections:sheet-pdf", args=[case.visit_pk]))

    text = text_of(answer.content)
    assert "封条88：合格（符合）" in text
    assert "县农业农村局" in text
    assert "水印件，共1张" in text
