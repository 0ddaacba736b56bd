"""卷宗: whole or not, what is missing and from whom, bound with page numbers, archived once (A89)."""

import hashlib
import io
import zipfile

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader, PdfWriter

from bureau.errors import Conflict, RuleError
from bureau.models import Job, RuleSetting
from bureau.services import files
from inspections.models import Disposal, Dossier, Notice, Visit, VisitMatter
from inspections.services import notices
from inspections.services.outcomes import NewFinding
from publication.models import Correction
from publication.selectors import dossier_cases, dossier_checks, waiting
from publication.selectors import dossiers as reads
from publication.services import corrections, dossiers
from tests.inspections.conftest import MORNING
from tests.inspections.dispatch_cast import make_drawn_task, make_full_matter
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


def task_pk(visit: Visit):
    return visit.matters.first().task_id


def case_of(visit: Visit) -> dossier_cases.Case:
    return dossier_cases.one(visit.pk, task_pk(visit))


def archive(visit: Visit, people) -> Dossier:
    return dossiers.archive(
        visit_pk=visit.pk, task_pk=task_pk(visit), actor=people["publisher"], today=TODAY
    )


def url(name: str, visit: Visit) -> str:
    return reverse(f"publication:dossier-{name}", args=[visit.pk, task_pk(visit)])


def correct(visit: Visit, people) -> Correction:
    row = corrections.request(
        visit_matter=visit.matters.first().pk,
        actor=people["publisher"],
        codes=["A"],
        methods=visit.matters.first().methods,
        note="",
        findings=[("越界开采约 30 平方米", "《矿产资源法》第四十条", "")],
        reason="复核测量图后发现越界",
        today=TODAY,
    )
    corrections.decide(correction=row.pk, actor=people["head"], approve=True, today=TODAY)
    brought_to_end(Disposal.objects.get(), people["desk"], TODAY)
    return row


@pytest.mark.rule("A89")
def test_a_whole_dossier_is_archived_in_order_with_its_digests(closed, people):
    row = archive(closed, people)

    assert row.number == "示自然资卷〔2026〕1号"
    assert [part["part"] for part in row.contents] == [
        "draw",
        "dispatch",
        "order",
        "notice",
        "notice",
        "sheet",
        "party",
        "evidence",
        "signatures",
        "review",
        "publication",
    ]
    assert sum(part["pages"] for part in row.contents) == row.pages
    assert all(len(part["sha256"]) == 64 for part in row.contents)


@pytest.mark.rule("A89")
def test_what_is_missing_is_named_with_who_supplies_it_and_where(with_problem, people):
    with pytest.raises(RuleError) as refused:
        archive(with_problem, people)

    lacking = {c.part.key: c for c in dossier_checks.of(case_of(with_problem)) if c.lacking}
    assert "检查通知书：没有制作检查通知书，由" in refused.value.message
    assert not Dossier.objects.exists()
    assert set(lacking) == {"notice", "disposal"}
    assert "组长" in lacking["notice"].who
    disposal = Disposal.objects.get()
    assert lacking["disposal"].who == disposal.responsible.name
    assert lacking["disposal"].url == reverse("inspections:disposal-detail", args=[disposal.pk])


def test_closing_what_was_open_completes_it(with_problem, people):
    row = Disposal.objects.get()
    brought_to_end(row, people["desk"], TODAY)

    lacking = [c.part.title for c in dossier_checks.of(case_of(with_problem)) if c.lacking]

    assert lacking == ["检查通知书"]


@pytest.mark.rule("A69")
def test_a_step_left_out_with_a_reason_counts_as_present(closed):
    Visit.objects.filter(pk=closed.pk).update(
        party_signed="", trimmed_steps={"party_signature": "书面检查，没有到现场"}
    )

    party = next(c for c in dossier_checks.of(case_of(closed)) if c.part.key == "party")

    assert party.is_whole
    assert "书面检查，没有到现场" in party.trimmed


@pytest.mark.rule("A66")
def test_without_signature_refusal_or_reason_it_is_not_whole(closed):
    Visit.objects.filter(pk=closed.pk).update(party_signed="", trimmed_steps={})

    lacking = [c.part.key for c in dossier_checks.of(case_of(closed)) if c.lacking]

    assert lacking == ["party"]


@pytest.mark.rule("A89")
def test_every_page_after_the_contents_carries_its_number(closed):
    bound = dossiers.preview(case_of(closed), today=TODAY)

    pages = text_of(bound.content)
    numbered = [text for text in pages if "卷内第" in text]
    assert len(numbered) == bound.pages
    assert f"卷内第 {bound.pages} 页" in pages[-1].replace("\u3000", " ")


def test_an_incomplete_preview_says_so(with_problem):
    bound = dossiers.preview(case_of(with_problem), today=TODAY)

    assert "只供查看" in "".join(text_of(bound.content))


def test_it_is_archived_once(closed, people):
    archive(closed, people)

    with pytest.raises(Conflict, match="已经归档"):
        archive(closed, people)


def test_what_is_read_later_is_the_archived_file(closed, people, client):
    row = archive(closed, people)
    client.force_login(people["publisher"])

    page = client.get(url("pdf", closed))

    assert hashlib.sha256(page.content).hexdigest() == row.file.sha256


@pytest.mark.rule("A89")
def test_the_period_is_the_bureaus_setting(closed, people, bureau):
    RuleSetting.objects.create(
        authority=bureau, year=TODAY.year, key="dossier_retention", value="y30", citation="档案规定"
    )

    assert archive(closed, people).retention == "30年"


def test_many_are_archived_as_a_job_and_again_once_it_has_ended(
    closed, people, client, django_capture_on_commit_callbacks
):
    client.force_login(people["publisher"])
    chosen = {"pk": [f"{closed.pk}:{task_pk(closed)}"], "do": "archive"}
    Notice.objects.filter(visit=closed).update(delivered_at=None, delivered_by=None)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("publication:dossier-many"), chosen)
    refused = Job.objects.get(kind=dossiers.JOB)
    Notice.objects.filter(visit=closed).update(
        delivered_at=timezone.now(), delivered_by=people["desk"]
    )
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("publication:dossier-many"), chosen)

    assert "没有登记送达" in refused.result["summary"]
    assert Dossier.objects.count() == 1


def test_archived_ones_are_packed_with_a_list_of_digests(
    closed, people, client, django_capture_on_commit_callbacks
):
    row = archive(closed, people)
    client.force_login(people["publisher"])
    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            reverse("publication:dossier-many"),
            {"pk": [f"{closed.pk}:{task_pk(closed)}"], "do": "pack"},
        )
    job = Job.objects.get(kind=dossiers.PACK)

    answer = client.get(job.result["url"])

    package = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    names = package.namelist()
    assert names == [f"0001 {row.number}.pdf", "目录.tsv"]
    assert hashlib.sha256(package.read(names[0])).hexdigest() == row.file.sha256
    assert row.file.sha256 in package.read("目录.tsv").decode()


@pytest.mark.rule("A89")
def test_a_correction_after_archiving_becomes_a_supplement(closed, people):
    first = archive(closed, people)
    correct(closed, people)

    second = dossiers.supplement(
        visit_pk=closed.pk,
        task_pk=task_pk(closed),
        reason="归档后更正了结果",
        actor=people["publisher"],
        today=TODAY,
    )

    assert (second.volume, second.number) == (2, f"{first.number}续1")
    assert {part["part"] for part in second.contents} >= {"correction", "publication"}
    assert not {p["key"] for p in second.contents} & {p["key"] for p in first.contents}
    assert Dossier.objects.get(volume=1).file_id == first.file_id


def test_it_is_listed_for_a_supplement_until_that_is_bound(closed, people, client):
    archive(closed, people)
    correct(closed, people)
    user = people["publisher"]
    waiting = list(reads.listed(user, "outgrown"))
    client.force_login(user)

    client.post(url("supplement", closed), {"reason": "归档后更正了结果"})

    assert [row.visit_id for row in waiting] == [closed.pk]
    assert not reads.listed(user, "outgrown").exists()


def test_nothing_new_needs_no_supplement(closed, people):
    archive(closed, people)

    with pytest.raises(Conflict, match="没有新的材料"):
        dossiers.supplement(
            visit_pk=closed.pk,
            task_pk=task_pk(closed),
            reason="看看",
            actor=people["publisher"],
            today=TODAY,
        )


def test_an_archived_row_cannot_be_changed(closed, people):
    row = archive(closed, people)

    with pytest.raises(ProgrammingError), transaction.atomic():
        Dossier.objects.filter(pk=row.pk).update(pages=1)


@pytest.mark.rule("A89")
def test_verifying_names_the_part_that_differs(closed, people, tmp_path, capsys):
    row = archive(closed, people)
    whole = files.read(row.file)
    reader, writer = PdfReader(io.BytesIO(whole)), PdfWriter()
    for page in reader.pages:
        writer.add_page(page)
    before = len(reader.pages) - row.pages
    writer.pages[before + row.contents[1]["from"] - 1].merge_page(reader.pages[0])
    changed = tmp_path / "changed.pdf"
    writer.write(changed)
    same = tmp_path / "same.pdf"
    same.write_bytes(whole)

    call_command("verify_dossier", str(same))
    with pytest.raises(SystemExit):
        call_command("verify_dossier", str(changed), number=row.number)

    said = capsys.readouterr()
    assert f"VERIFIED {row.number}" in said.out
    assert "派发记录" in said.err
    assert "抽取记录" not in said.err


def test_verifying_all_reads_every_archived_file(closed, people, capsys):
    row = archive(closed, people)
    call_command("verify_dossier", all=True)
    default_storage.delete(row.file.path)

    with pytest.raises(SystemExit):
        call_command("verify_dossier", all=True)

    said = capsys.readouterr()
    assert "VERIFIED 1" in said.out
    assert row.number in said.err


@pytest.mark.rule("A89")
def test_a_merged_visit_has_a_dossier_for_each_task(closed, people, bureau):
    first = closed.matters.get()
    other = make_drawn_task(
        bureau, [], by=people["desk"], matters=[make_full_matter(bureau, "LY-9")]
    )
    matter = other.matters.get()
    VisitMatter.objects.create(
        visit=closed,
        authority=bureau,
        task=other,
        matter=matter,
        matter_revision=matter.revisions.get(),
        checklist=matter.checklists.get(),
        responsible=first.responsible,
        outcome_codes=["1"],
        state="approved",
    )

    dossiers.archive(
        visit_pk=closed.pk, task_pk=first.task_id, actor=people["publisher"], today=TODAY
    )

    assert reads.summary(people["publisher"], first.task).archived == 1
    second = reads.summary(people["publisher"], other)
    assert (second.archived, second.lacking) == (0, 1)
    assert second.parts["结果公示"] == 1


def test_the_list_costs_the_same_for_one_and_for_three(bureau, people, client):
    rows = [approved_matter(bureau, people, number=n) for n in range(1, 4)]
    for row in rows:
        publish(row, people["publisher"])
    client.force_login(people["publisher"])
    address = reverse("publication:dossier-list")

    with CaptureQueriesContext(connection) as one:
        client.get(f"{address}?task={rows[0].task_id}&part=open")
    with CaptureQueriesContext(connection) as all_three:
        page = client.get(address)

    assert len(page.context["rows"]) == 3
    assert len(all_three) <= len(one)


@pytest.mark.rule("A105")
def test_before_a_visit_is_over_its_papers_tell_nobody_who_goes(bureau, people, client):
    from tests.inspections.field_case import ordered_case

    case = ordered_case(
        bureau, people["leader"], people["second"], people["desk"], people["head"], number=7
    )
    client.force_login(people["second"])

    answers = [client.get(url(name, case.visit)).status_code for name in ("detail", "pdf")]

    assert answers == [404, 404]


def test_it_waits_for_the_publisher_until_the_supplement_is_bound(closed, people):
    archive(closed, people)
    correct(closed, people)

    found = [item for item in waiting.for_user(people["publisher"], TODAY) if item.verb == "续卷"]

    assert [item.url for item in found] == [url("detail", closed)]
