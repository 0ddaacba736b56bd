"""The papers of an objection: frozen with the step that they tell of, delivered later; and its whole way in one piece."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from docx import Document
from pypdf import PdfReader

from bureau.errors import Conflict, RuleError
from publication.models import Objection, ObjectionPaper, PublicEntry
from publication.services import corrections, objection_papers, objections
from tests.inspections.conftest import MORNING
from tests.people import make_user
from tests.publication.cast import approved_matter, publish
from tests.publication.test_objection import recheck, register

pytestmark = pytest.mark.django_db
TODAY = MORNING.date()
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def published(bureau, people):
    matter = approved_matter(bureau, people)
    publish(matter, people["publisher"])
    return matter


def paper(row, kind) -> ObjectionPaper:
    return ObjectionPaper.objects.get(objection=row, kind=kind)


def text_of(client, user, found) -> str:
    client.force_login(user, backend=BACKEND)
    url = reverse("publication:objection-paper", kwargs={"pk": found.pk, "kind": "pdf"})
    pages = PdfReader(io.BytesIO(client.get(url).content)).pages
    return "".join(page.extract_text() for page in pages)


@pytest.mark.rule("A82")
@pytest.mark.rule("A83")
def test_the_whole_way_from_the_application_to_the_corrected_page(
    published, people, deputy, head, client
):
    row = register(published, people)
    objections.accept(objection=row.pk, actor=people["publisher"], today=TODAY)
    row = recheck(row, deputy, is_upheld=True, finding="界桩确已补设")
    asked = corrections.request(
        visit_matter=published.pk,
        codes=["E"],
        methods=published.methods or ["on_site"],
        note="复查后更正。",
        findings=[("界桩缺失，当场补设。", "《矿产资源法》第三十九条", "责令改正")],
        reason=f"异议 {row.number} 复查成立。",
        actor=people["publisher"],
        today=TODAY,
        objection=row,
    )
    corrections.decide(correction=asked.pk, approve=True, note="同意", actor=head, today=TODAY)
    objections.reply(
        objection=row.pk,
        text="你单位异议成立，结果已更正。",
        replied_on=TODAY,
        actor=people["publisher"],
        today=TODAY,
    )
    objection_papers.deliver(
        paper_pk=paper(row, "reply").pk,
        delivered_on=TODAY,
        note="当面签收",
        actor=people["publisher"],
        today=TODAY,
    )

    entry = PublicEntry.objects.get(kind="result")
    page = client.get(reverse("public:result-detail", kwargs={"pk": entry.pk})).content.decode()
    row.refresh_from_db()
    assert set(row.papers.values_list("kind", flat=True)) == {
        "application",
        "acceptance",
        "decision",
        "reply",
    }
    assert row.corrections.get().record.version == 2
    assert "曾更正" in page
    assert paper(row, "reply").delivered_on == TODAY


@pytest.mark.rule("A82")
def test_the_decision_says_what_was_found_and_stays_as_issued(published, people, deputy, client):
    row = recheck(register(published, people), deputy, finding="现场复测无误")
    Objection.objects.filter(pk=row.pk).update(finding="改写")

    text = text_of(client, deputy, paper(row, "decision"))

    assert "现场复测无误" in text
    assert "异议不成立" in text
    assert "改写" not in text


def test_the_word_file_says_the_same(published, people, deputy, client):
    row = recheck(register(published, people), deputy, finding="现场复测无误")
    client.force_login(deputy, backend=BACKEND)
    url = reverse(
        "publication:objection-paper", kwargs={"pk": paper(row, "decision").pk, "kind": "docx"}
    )

    lines = [p.text for p in Document(io.BytesIO(client.get(url).content)).paragraphs]

    assert "现场复测无误" in lines
    assert any("异议不成立" in line for line in lines)


def test_it_may_be_declined_in_writing_within_the_set_days(published, people):
    row = register(published, people)

    objections.decline(
        objection=row.pk, reason="不属于检查结果", actor=people["publisher"], today=TODAY
    )

    row.refresh_from_db()
    assert (row.state, row.decline_reason) == ("declined", "不属于检查结果")
    assert paper(row, "refusal").content["reason"] == "不属于检查结果"


def test_after_the_set_days_it_must_be_rechecked(published, people):
    row = register(published, people)

    with pytest.raises(RuleError, match="须复查"):
        objections.decline(
            objection=row.pk,
            reason="不属于检查结果",
            actor=people["publisher"],
            today=TODAY + timedelta(days=9),
        )


def test_what_was_accepted_is_not_declined(published, people):
    row = register(published, people)
    objections.accept(objection=row.pk, actor=people["publisher"], today=TODAY)

    with pytest.raises(Conflict, match="已于 2026-03-16 受理"):
        objections.decline(objection=row.pk, reason="无", actor=people["publisher"], today=TODAY)


def test_a_declined_one_is_not_rechecked(published, people, deputy):
    row = register(published, people)
    objections.decline(objection=row.pk, reason="无关", actor=people["publisher"], today=TODAY)

    with pytest.raises(Conflict, match="不予受理"):
        recheck(row, deputy)


def test_delivery_is_entered_once_and_not_before_the_paper(published, people):
    row = register(published, people)
    objections.accept(objection=row.pk, actor=people["publisher"], today=TODAY)
    given = {
        "paper_pk": paper(row, "acceptance").pk,
        "note": "当面签收",
        "actor": people["publisher"],
        "today": TODAY,
    }
    with pytest.raises(RuleError, match="制发之后"):
        objection_papers.deliver(delivered_on=TODAY - timedelta(days=1), **given)
    objection_papers.deliver(delivered_on=TODAY, **given)

    with pytest.raises(Conflict, match="不必再登记"):
        objection_papers.deliver(delivered_on=TODAY, **given)


def test_the_desk_attaches_what_the_applicant_brings(published, people, client):
    from tests.inspections.field_case import photo

    row = register(published, people)
    client.force_login(people["publisher"], backend=BACKEND)

    client.post(
        reverse("publication:objection-attach", kwargs={"pk": row.pk}),
        {"files": photo("red", "申请书.jpg")},
    )

    page = client.get(reverse("publication:objection-detail", kwargs={"pk": row.pk}))
    assert [file.name for file in row.files.all()] == ["申请书.jpg"]
    assert "申请书.jpg" in page.content.decode()


def test_an_inspector_reads_the_papers_and_delivers_none(published, people, bureau, client):
    row = register(published, people)
    objections.accept(objection=row.pk, actor=people["publisher"], today=TODAY)
    client.force_login(make_user("reader", "测旁人", bureau, "inspector"), backend=BACKEND)

    page = client.get(reverse("publication:objection-detail", kwargs={"pk": row.pk}))

    assert "待送达" in page.content.decode()
