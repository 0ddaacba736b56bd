"""Upload, preview, write and drop in the browser's way; workbooks that leave; jobs that run twice."""

import io

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from bureau.models import Job, Notification
from bureau.services import jobs
from registry.jobs import warn_expiring_certificates
from registry.models import Entity, ImportBatch, ImportRow
from registry.services import imports
from registry.services.imports import staging
from registry.services.imports.reading import choose, read
from tests.registry.rosters import (
    PEOPLE,
    TODAY,
    committed,
    counts,
    person,
    row,
    staged,
    uscc,
    workbook,
)

pytestmark = pytest.mark.django_db


def upload_of(book, name="名录.xlsx"):
    return SimpleUploadedFile(name, book.getvalue())


@pytest.fixture
def desk(client, organiser):
    client.force_login(organiser)
    return client


def url(name, batch):
    return reverse(f"registry:import-{name}", args=[batch.pk])


def test_upload_to_written(desk, organiser, bureau, station, django_capture_on_commit_callbacks):
    committed(workbook([row(1)]), bureau, organiser)
    book = workbook([row(1, credit="D"), row(2), row(3, code="1")])

    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post(
            reverse("registry:import-upload"), {"kind": "entities", "file": upload_of(book)}
        )
    batch = ImportBatch.objects.latest("uploaded_at")
    assert answer.url == url("detail", batch)
    page = desk.get(answer.url).content.decode()
    assert "<del>B</del>" in page
    assert "<ins>D</ins>" in page
    assert "写入 2 家（新增 1、变更 1）" in page

    refused = desk.post(url("commit", batch))
    assert refused.status_code == 422
    assert "有 1 行有错误，没有写入" in refused.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(url("commit", batch), {"skip_errors": "on"})
    batch.refresh_from_db()
    assert (batch.state, batch.committed_by) == ("committed", organiser)
    assert Entity.objects.count() == 2
    assert desk.post(url("commit", batch), {"skip_errors": "on"}).status_code == 409
    assert desk.post(url("drop", batch)).status_code == 409


def test_a_refused_file_says_why_on_the_form(desk, bureau):
    answer = desk.post(
        reverse("registry:import-upload"),
        {"kind": "entities", "file": SimpleUploadedFile("旧.xls", b"\xd0\xcf\x11\xe0\0\0")},
    )

    assert answer.status_code == 422
    assert "另存为 .xlsx" in answer.content.decode()


def test_a_file_without_headings_ends_as_refused(desk, bureau, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post(
            reverse("registry:import-upload"),
            {"kind": "entities", "file": upload_of(workbook([["x"]], ["y"]))},
        )

    assert "找不到列名行" in desk.get(answer.url).content.decode()


def test_a_staging_that_failed_can_be_tried_again(
    desk, bureau, station, monkeypatch, django_capture_on_commit_callbacks
):
    with monkeypatch.context() as broken:
        broken.setattr(staging, "read", _fails)
        with django_capture_on_commit_callbacks(execute=True):
            desk.post(
                reverse("registry:import-upload"),
                {"kind": "entities", "file": upload_of(workbook([row(1)]))},
            )
    batch = ImportBatch.objects.get()
    page = desk.get(url("detail", batch)).content.decode()
    assert "处理中出现意外" in page
    assert "重新核对" in page

    with django_capture_on_commit_callbacks(execute=True):
        desk.post(url("restage", batch))

    batch.refresh_from_db()
    assert (batch.state, counts(batch)) == ("staged", (1, 0, 0, 0))


def _fails(*args, **kwargs):
    raise OSError("disk full")


def test_markup_in_a_cell_stays_text(desk, organiser, bureau, station):
    batch = staged(
        workbook([row(1, name="<script>alert(1)</script>", code="<b>")]), bureau, organiser
    )

    page = (
        desk.get(url("detail", batch)).content.decode()
        + desk.get(url("rows", batch)).content.decode()
    )

    assert "<script>alert" not in page
    assert "<b>：" not in page
    assert "&lt;b&gt;" in page.lower()


def test_rows_are_paged_by_key_with_few_queries(
    desk, organiser, bureau, station, django_assert_max_num_queries
):
    batch = staged(workbook([row(n) for n in range(120)]), bureau, organiser)
    desk.get(url("rows", batch))

    with django_assert_max_num_queries(14):
        first = desk.get(url("rows", batch))
    assert len(first.context["rows"]) == 50
    second = desk.get(url("rows", batch) + first.context["page"].next_url)
    assert second.context["rows"][0]["subject"] == "示范县第50建材有限公司"
    with django_assert_max_num_queries(18):
        desk.get(url("detail", batch))


def test_errors_come_back_as_a_workbook_to_correct_and_send_again(desk, organiser, bureau, station):
    rows = [row(1, code=uscc(1)[:17], name="@SUM(A1)矿业有限公司"), row(2)]
    batch = staged(workbook(rows), bureau, organiser)

    book = load_workbook(io.BytesIO(desk.get(url("errors", batch)).content))
    sheet = book.active
    cells = [[cell.value for cell in line] for line in sheet.iter_rows()]
    assert cells[0] == [
        "企业名称",
        "社会信用代码",
        "管辖所",
        "信用等级",
        "许可证有效期",
        "标签",
        "错误",
        "如何改",
        "原工作表",
        "原行号",
    ]
    assert cells[1][0] == "'@SUM(A1)矿业有限公司"
    assert cells[1][6] == "「社会信用代码」统一社会信用代码应为 18 位，实际 17 位"
    sheet["B2"] = uscc(1)
    out = io.BytesIO()
    book.save(out)
    again = staged(out, bureau, organiser)
    assert counts(again) == (1, 0, 0, 0)
    assert again.rows.get().cleaned["fields"]["name"] == "@SUM(A1)矿业有限公司"


@pytest.mark.parametrize("kind", ["entities", "inspectors", "matters", "ledger", "plans"])
def test_the_template_reads_as_its_own_kind(desk, bureau, station, kind):
    content = desk.get(reverse("registry:import-template", args=[kind])).content

    roster = choose(read(content, is_csv=False), imports.columns_of(kind))
    assert roster.match.absent == ()
    assert roster.match.unknown == ()
    assert roster.rows == ()
    assert "第 3 行是模板的示例行，未读" in roster.notices


def test_the_template_offers_lists_and_keeps_codes_as_text(desk, bureau, station):
    sheet = load_workbook(
        io.BytesIO(desk.get(reverse("registry:import-template", args=["entities"])).content)
    )["检查对象"]

    assert sheet.freeze_panes == "C3"
    assert sheet["B4"].number_format == "@"
    assert len(sheet.data_validations.dataValidation) >= 6


def test_a_job_delivered_twice_stages_and_writes_once(
    desk, organiser, bureau, station, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(
            reverse("registry:import-upload"),
            {"kind": "entities", "file": upload_of(workbook([row(1)]))},
        )
    batch = ImportBatch.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(url("commit", batch))
    for job in Job.objects.all():
        jobs.run(str(job.pk))
        Job.objects.filter(pk=job.pk).update(state="waiting")
        jobs.run(str(job.pk))

    assert Entity.objects.count() == 1
    assert ImportRow.objects.count() == 1
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


def test_a_worker_that_died_half_way_leaves_nothing_twice(bureau, station, organiser, monkeypatch):
    monkeypatch.setattr(staging, "CHUNK", 10)
    batch = imports.store(
        kind="entities",
        upload=workbook([row(n) for n in (*range(25), 3)]),
        name="a.xlsx",
        authority=bureau,
        by=organiser,
    )
    seen = []

    class Killed(Exception):
        pass

    def dies_after_two_chunks(done, total):
        seen.append((done, total))
        if done == 20:
            raise Killed

    with pytest.raises(Killed):
        imports.stage(batch, today=TODAY, progress=dies_after_two_chunks)
    assert batch.rows.count() == 10  # the second chunk went with its transaction

    imports.stage(batch, today=TODAY, skip=10)

    assert seen == [(10, 26), (20, 26)]
    assert counts(batch) == (25, 0, 0, 1)
    assert batch.rows.get(verdict="error").problems[0]["message"] == "与第 5 行重复"


def test_after_a_conflict_the_batch_is_checked_again(
    desk, organiser, bureau, station, django_capture_on_commit_callbacks
):
    committed(workbook([row(1)]), bureau, organiser)
    batch = staged(workbook([row(1, credit="C")]), bureau, organiser)
    committed(workbook([row(1, credit="D")]), bureau, organiser)

    with django_capture_on_commit_callbacks(execute=True):
        desk.post(url("commit", batch))
    page = desk.get(url("detail", batch)).content.decode()
    assert "核对之后名录库有变动" in page
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(url("restage", batch))
    assert "<del>D</del>" in desk.get(url("detail", batch)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(url("commit", batch))
    assert Entity.objects.get().listings.get().credit_class == "C"


@pytest.mark.rule("A100")
def test_expiring_certificates_are_announced_once_before_and_once_after(
    bureau, station, division_admin
):
    committed(
        workbook([person(1, until="2026-04-30"), person(2)], PEOPLE),
        bureau,
        division_admin,
        "inspectors",
    )

    with time_machine.travel("2026-02-01T09:00+08:00"):
        assert warn_expiring_certificates() == 0
    with time_machine.travel("2026-03-15T09:00+08:00"):
        assert (warn_expiring_certificates(), warn_expiring_certificates()) == (1, 0)
    with time_machine.travel("2026-05-01T09:00+08:00"):
        assert (warn_expiring_certificates(), warn_expiring_certificates()) == (1, 0)
    texts = list(Notification.objects.order_by("created_at", "id").values_list("text", flat=True))
    assert "将于 2026-04-30 到期" in texts[0]
    assert "已于 2026-04-30 到期" in texts[1]
