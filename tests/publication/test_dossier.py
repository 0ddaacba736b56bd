"""卷宗: whole or not, what is missing and from whom, bound with page numbers, archived once (A89)."""

import hashlib
import io

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from bureau.errors import Conflict, RuleError
from bureau.models import Job
from inspections.models import Disposal, Dossier, Notice, Visit
from inspections.services import notices
from inspections.services.outcomes import NewFinding
from publication.selectors import dossiers as reads
from publication.services import dossiers
from tests.inspections.conftest import MORNING
from tests.inspections.disposal_case import brought_to_end
from tests.publication.cast import approved_matter, publish

pytestmark = pytest.mark.django_db
TODAY = MORNING.date()


@pytest.fixture
def closed(bureau, people, monkeypatch) -> Visit:
    """Everything done, from the notice to the publication."""
    from tests.inspections import field_case

    made = field_case.ordered_case

    def with_notice(*args, **kwargs):
        case = made(*args, **kwargs)
        notices.issue(visit=case.visit, actor=people["desk"], today=TODAY)
        # The database's own clock made it: a frozen morning lies before.
        Notice.objects.filter(visit=case.visit_pk).update(
            delivered_at=timezone.now(), delivered_by=people["desk"]
        )
        return case

    monkeypatch.setattr("tests.publication.cast.ordered_case", with_notice)
    matter = approved_matter(bureau, people)
    publish(matter, people["publisher"])
    return Visit.objects.get(pk=matter.visit_id)


@pytest.fixture
def with_problem(bureau, people) -> Visit:
    """A notice was never made, and a disposal is still open."""
    matter = approved_matter(
        bureau, people, codes=("A",), findings=(NewFinding(fact="越界", basis="第四十条"),)
    )
    publish(matter, people["publisher"])
    return Visit.objects.get(pk=matter.visit_id)


def text_of(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


@pytest.mark.rule("A89")
def test_a_whole_dossier_is_archived_with_its_digest(closed, people):
    row = dossiers.archive(visit_pk=closed.pk, actor=people["publisher"], today=TODAY)

    assert row.number == "示自然资卷〔2026〕1号"
    assert [part["name"] for part in row.contents] == [
        "检查通知书",
        "抽查情况记录表",
        "当事人签字页",
        "证据材料",
        "公示的结果（第 1 版）",
    ]
    assert sum(part["pages"] for part in row.contents) == row.pages


@pytest.mark.rule("A89")
def test_what_is_missing_is_named_with_who_supplies_it(with_problem, people):
    with pytest.raises(RuleError) as refused:
        dossiers.archive(visit_pk=with_problem.pk, actor=people["publisher"], today=TODAY)

    assert "检查通知书：须由检查组制作并送达" in refused.value.message
    assert "没有办结，须由责任单位办理" in refused.value.message
    assert not Dossier.objects.exists()


def test_closing_what_was_open_completes_it(with_problem, people):
    row = Disposal.objects.get()
    brought_to_end(row, people["desk"], TODAY)

    lacking = [
        paper.name for paper in reads.check(reads.of_visit(with_problem.pk)) if paper.lacking
    ]

    assert lacking == ["检查通知书"]


@pytest.mark.rule("A89")
def test_every_page_after_the_contents_carries_its_number(closed):
    bound = dossiers.bind(closed.pk, today=TODAY)

    pages = text_of(bound.content)
    numbered = [text for text in pages if "卷内第" in text]
    assert len(numbered) == bound.pages
    assert f"卷内第 {bound.pages} 页" in pages[-1].replace("\u3000", " ")


def test_an_incomplete_preview_says_so(with_problem):
    assert "只供查看" in "".join(text_of(dossiers.bind(with_problem.pk, today=TODAY).content))


def test_it_is_archived_once(closed, people):
    dossiers.archive(visit_pk=closed.pk, actor=people["publisher"], today=TODAY)

    with pytest.raises(Conflict, match="已经归档"):
        dossiers.archive(visit_pk=closed.pk, actor=people["publisher"], today=TODAY)


def test_what_is_read_later_is_the_archived_file(closed, people, client):
    row = dossiers.archive(visit_pk=closed.pk, actor=people["publisher"], today=TODAY)
    client.force_login(people["publisher"])

    page = client.get(reverse("publication:dossier-pdf", kwargs={"pk": closed.pk}))

    assert hashlib.sha256(page.content).hexdigest() == row.file.sha256


def test_many_are_archived_as_a_job_and_the_incomplete_ones_named(
    closed, people, client, settings, django_capture_on_commit_callbacks
):
    client.force_login(people["publisher"])
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("publication:dossier-archive-many"), {"pk": [str(closed.pk)]})

    job = Job.objects.get(kind=dossiers.JOB)
    assert (job.state, Dossier.objects.count()) == ("done", 1)


@pytest.mark.rule("A105")
def test_before_a_visit_is_over_its_papers_tell_nobody_who_goes(bureau, people, client):
    from tests.inspections.field_case import ordered_case

    case = ordered_case(
        bureau, people["leader"], people["second"], people["desk"], people["head"], number=7
    )
    client.force_login(people["second"])

    answers = [
        client.get(reverse(f"publication:{name}", kwargs={"pk": case.visit_pk})).status_code
        for name in ("dossier-detail", "dossier-pdf")
    ]

    assert answers == [404, 404]
