"""The public site: search, pages by key, open data; no cookie, one minute of shared cache, constant queries."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from publication.models import PublicEntry
from tests.planning.build import make_matter
from tests.publication.cast import fill_index

pytestmark = pytest.mark.django_db
RESULTS = reverse("public:results")


def found(client, **query) -> list[str]:
    page = client.get(RESULTS, query).context["page"]
    return [entry.entity_name for entry in page.rows]


@pytest.mark.parametrize(
    "query", ["清源", "采石", "（滨江）", "(滨江)", "滨江", "91990122ma1000000x", "〔2026〕0号"]
)
@pytest.mark.rule("A79")
def test_two_characters_a_code_or_a_task_number_find_it(bureau, client, query):
    fill_index(bureau, 1, entity_name="清源（滨江）采石场")
    announce("示自然资双随机〔2026〕0号")
    fill_index(bureau, 2, entity_name="石采源清有限公司", entity_code="X", task_number="Y")

    assert found(client, q=query) == ["清源（滨江）采石场"]


def announce(number):
    """A task's notice: a part of a task number is looked up among these."""
    entry = PublicEntry.objects.get()
    PublicEntry.objects.create(
        record=clone_record(entry.record, "task_notice"),
        authority=entry.authority,
        kind="task_notice",
        subject="notice",
        title="任务",
        task_number=number,
        published_at=entry.published_at,
    )


def test_one_character_is_refused_with_a_sentence(bureau, client):
    fill_index(bureau, 1)

    page = client.get(RESULTS, {"q": "采"}).content.decode()

    assert "请至少输入两个字" in page
    assert "示范采石场0号" not in page


def test_filters_narrow_by_matter_unit_region_outcome_and_day(bureau, client):
    make_matter(bureau, "KC-01", name="开采情况")
    fill_index(bureau, 1, entity_name="有问题的", found_problem=True, region_code="990123")
    fill_index(bureau, 1, entity_name="没问题的")
    today = timezone.localdate()

    assert found(client, outcome="found") == ["有问题的"]
    assert found(client, region="990122") == ["没问题的"]
    assert sorted(found(client, matter="开采情况", unit=bureau.name)) == ["有问题的", "没问题的"]
    assert found(client, since=today + timedelta(days=1)) == []
    assert len(found(client, since=today, until=today)) == 2


def test_every_result_is_reached_page_by_page_and_back(bureau, client):
    fill_index(bureau, 120)  # all published at the same moment: the id decides
    first = client.get(RESULTS).context["page"]
    second = client.get(RESULTS + first.next_url).context["page"]
    third = client.get(RESULTS + second.next_url).context["page"]
    back = client.get(RESULTS + third.previous_url).context["page"]

    seen = [entry.pk for page in (first, second, third) for entry in page.rows]
    assert len(seen) == len(set(seen)) == 120
    assert third.next_url == ""
    assert [e.pk for e in back.rows] == [e.pk for e in second.rows]


def test_an_altered_page_key_gives_the_first_page(bureau, client):
    fill_index(bureau, 1)
    altered = "WyJub3QgYSBkYXRlIiwgIjEiXQ"  # ["not a date", "1"]

    assert client.get(RESULTS, {"after": altered}).status_code == 200


@pytest.mark.rule("A79")
def test_csv_is_utf8_with_bom_and_neutralises_formulas(bureau, client):
    fill_index(bureau, 1, entity_name="=HYPERLINK(1)", outcome_text="-未发现问题")

    body = b"".join(client.get(reverse("public:results-csv")).streaming_content)

    assert body.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(body.decode("utf-8-sig")))
    assert row["检查对象"] == "'=HYPERLINK(1)"
    assert row["检查结果"] == "'-未发现问题"
    assert row["公示内容 SHA-256"] == PublicEntry.objects.get().record.sha256


def test_open_data_streams_every_row_in_chunks(bureau, client, monkeypatch):
    monkeypatch.setattr("publication.selectors.entries.CHUNK", 7)
    fill_index(bureau, 20)

    body = b"".join(client.get(reverse("public:results-json")).streaming_content)

    rows = json.loads(body)["results"]
    assert len({row["id"] for row in rows}) == 20
    assert rows[0]["found_problem"] is False


def test_open_data_never_gives_everything_for_a_filter_it_cannot_read(bureau, client):
    fill_index(bureau, 1)

    assert client.get(reverse("public:results-csv"), {"since": "昨天"}).status_code == 400


PAGES = ["public:home", "public:results", "public:matters", "public:plans", "public:draws"]


@pytest.mark.parametrize("name", PAGES)
def test_queries_do_not_grow_with_rows(bureau, client, name):
    grow(bureau, 3)
    few = queries(client, name)
    grow(bureau, 27, start=10)

    assert queries(client, name) == few


def grow(bureau, count, *, start=0):
    for number in range(start, start + count):
        make_matter(bureau, f"M-{number}")
    fill_index(bureau, count)
    for entry in list(PublicEntry.objects.filter(kind="result").order_by("-id")[:count]):
        entry.pk, entry.kind, entry.subject = None, "plan", f"plan:{entry.record_id}"
        entry.record = clone_record(entry.record)
        entry.save(force_insert=True)


def clone_record(record, kind="plan"):
    record.pk, record.kind, record.subject = None, kind, f"{kind}:{record.subject}"
    record._state.adding = True
    record.save(force_insert=True)
    return record


def queries(client, name) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(reverse(name)).status_code == 200
    return len(seen)


@pytest.mark.parametrize("name", [*PAGES, "public:open-data", "public:about", "public:verify-py"])
def test_public_pages_set_no_cookie_and_may_be_shared(bureau, name):
    response = Client().get(reverse(name))

    assert response.status_code == 200
    assert not response.cookies
    assert response["Cache-Control"] == "public, max-age=0, s-maxage=60"
    assert "Cookie" not in response.get("Vary", "")
    assert "unsafe-inline" not in response["Content-Security-Policy"]


def test_an_answer_to_somebody_signed_in_is_never_shared(bureau, organiser):
    client = Client()
    client.force_login(organiser, backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(reverse("public:home"))["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    "path", ["/results/0192aaaa-0000-7000-8000-000000000000/", "/draws/none/", "/matters/999999/"]
)
def test_what_is_not_there_is_404_in_chinese(db, path):
    response = Client().get(path)

    assert response.status_code == 404
    assert "没有" in response.content.decode()


def test_names_from_outside_are_escaped(bureau, client):
    fill_index(bureau, 1, entity_name="<script>alert(1)</script>")

    assert b"<script>alert" not in client.get(RESULTS).content


def test_the_home_page_counts_and_shows_a_dash_for_nothing(bureau, client):
    empty = client.get(reverse("public:home")).content.decode()
    fill_index(bureau, 3)
    fill_index(bureau, 1, found_problem=True)

    figures = client.get(reverse("public:home")).context["figures"]

    assert "还没有公布检查结果" in empty
    assert (figures.results, figures.problems, figures.problem_share) == (4, 1, 0.25)


def test_a_check_of_notices_is_limited(bureau, client):
    url = reverse("public:notice-check", kwargs={"token": "A" * 24})
    statuses = [client.get(url).status_code for _ in range(31)]

    assert statuses == [404] * 30 + [429]
