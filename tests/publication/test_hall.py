"""服务大厅公示: the list of a period or a task, and the poster (A79, A111)."""

import io
from datetime import date

import pytest
from django.urls import reverse
from pypdf import PdfReader

from bureau.errors import RuleError
from bureau.models import Job, StoredFile
from bureau.services import files, jobs
from publication.models import PublicEntry
from publication.selectors import hall as reads
from publication.services import hall
from tests.publication.cast import PERSON, approved_matter, fill_index, publish

pytestmark = pytest.mark.django_db
MARCH = {"since": date(2026, 3, 1), "until": date(2026, 3, 31)}


def text_of(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def pressed(client, user, **given):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    values = {"since": "2026-03-01", "until": "2026-03-31"} | given
    return client.post(reverse("publication:hall-list"), values)


@pytest.mark.rule("A79")
@pytest.mark.rule("A111")
def test_the_list_has_the_columns_that_must_hang_there(bureau, people, client):
    publish(approved_matter(bureau, people), people["publisher"])

    answer = pressed(client, people["publisher"])

    text = text_of(answer.content)
    assert answer["Content-Type"] == "application/pdf"
    for words in ("序号", "企业名称", "统一代码", "抽查事项", "检查机关", "检查时间", "结果"):
        assert words in text
    assert "示范企业5001号" in text
    assert "2026年3月1日至2026年3月31日公示的抽查结果予以公布，共1项" in text.replace(
        " ", ""
    ).replace("\n", "")


@pytest.mark.rule("A111")
def test_a_natural_person_is_not_named_on_the_wall(bureau, people):
    publish(
        approved_matter(bureau, people, kind="person", name=PERSON, search_name=PERSON),
        people["publisher"],
    )

    text = text_of(hall.list_pdf(authority=bureau, chosen=MARCH, on=date(2026, 4, 1)))

    assert "纪**" in text
    assert PERSON not in text


def test_it_can_be_narrowed_to_a_task_or_a_unit(bureau, morning):
    fill_index(bureau, 2, task_number="甲〔2026〕1号")
    fill_index(bureau, 1, task_number="乙〔2026〕2号", unit_name="北山国土所")

    assert reads.rows(bureau, MARCH).count() == 3
    assert reads.rows(bureau, MARCH | {"task": "甲〔2026〕1号"}).count() == 2
    assert reads.rows(bureau, MARCH | {"unit": "北山国土所"}).count() == 1
    assert reads.rows(bureau, {"since": date(2026, 4, 1), "until": date(2026, 4, 2)}).count() == 0


def test_a_long_list_is_a_job_whose_table_head_is_on_every_page(
    bureau, people, client, monkeypatch
):
    monkeypatch.setattr(hall, "AT_ONCE", 10)
    fill_index(bureau, 40, name="示范矿产资源综合开发利用有限公司")

    answer = pressed(client, people["publisher"])
    job = Job.objects.get(kind=hall.JOB)
    jobs.run(str(job.pk))

    assert answer["Location"] == reverse("bureau:job", args=[job.pk])
    stored = StoredFile.objects.get(name="抽查结果公示表.pdf")
    pages = PdfReader(io.BytesIO(files.read(stored))).pages
    assert len(pages) > 2
    assert all("企业名称" in page.extract_text() for page in pages[:-1])


def test_a_list_too_long_to_read_is_refused(bureau, people, monkeypatch):
    monkeypatch.setattr(hall, "MOST", 1)
    fill_index(bureau, 2)

    with pytest.raises(RuleError, match="一张表最多 1 项"):
        hall.start_list(authority=bureau, chosen=MARCH, actor=people["publisher"])


def test_a_corrected_result_says_so(bureau, morning):
    fill_index(bureau, 1)
    PublicEntry.objects.update(is_corrected=True)

    text = text_of(hall.list_pdf(authority=bureau, chosen=MARCH, on=date(2026, 4, 1)))

    assert "曾更正" in text


@pytest.mark.rule("A111")
def test_the_poster_is_one_page_with_flow_standards_and_consequences(bureau, people, client):
    client.force_login(people["publisher"], backend="django.contrib.auth.backends.ModelBackend")

    content = client.get(reverse("publication:hall-poster")).content

    assert len(PdfReader(io.BytesIO(content)).pages) == 1
    text = text_of(content).replace("\n", "")
    for words in ("公开摇号", "按什么标准检查", "不配合或者不改正的后果", "行政处罚"):
        assert words in text


def test_dates_the_wrong_way_round_are_refused(bureau, people, client):
    answer = pressed(client, people["publisher"], since="2026-03-31", until="2026-03-01")

    assert answer.status_code == 422
    assert "截止日期早于起始日期" in answer.content.decode()
