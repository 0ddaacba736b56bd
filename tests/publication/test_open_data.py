"""Open data describes itself: JSON Schema and CSVW agree with what is sent; 304 while nothing changed (A79)."""

import csv
import io
import json

import pytest
from django.test import Client
from django.urls import reverse

from publication.rules.open_data import COLUMNS
from tests.publication.cast import fill_index

pytestmark = pytest.mark.django_db
CSV, JSON = reverse("public:results-csv"), reverse("public:results-json")


def body(url) -> str:
    return b"".join(Client().get(url).streaming_content).decode("utf-8-sig")


def test_every_field_of_the_json_is_described_and_required(bureau):
    fill_index(bureau, 1)
    schema = json.loads(Client().get(reverse("public:results-schema")).content)
    item = schema["properties"]["results"]["items"]

    (row,) = json.loads(body(JSON))["results"]

    assert set(row) == set(item["properties"]) == set(item["required"])
    assert item["properties"]["found_problem"]["type"] == "boolean"
    assert item["properties"]["inspected_on"]["type"] == ["string", "null"]
    assert "未发现问题" in item["properties"]["outcome"]["x-terms"]


def test_the_csv_has_the_columns_its_metadata_names(bureau):
    fill_index(bureau, 1)
    described = json.loads(Client().get(reverse("public:results-csvw")).content)
    columns = described["tableSchema"]["columns"]

    header = next(csv.reader(io.StringIO(body(CSV))))

    assert [column["titles"] for column in columns] == header
    assert described["tableSchema"]["primaryKey"] == "id"
    assert described["url"].endswith("/open-data/results.csv")


def test_the_page_explains_every_column(bureau):
    page = Client().get(reverse("public:open-data")).content.decode()

    assert [column.key for column in COLUMNS if f">{column.key}<" not in page] == []


@pytest.mark.parametrize("url", [CSV, JSON])
def test_a_download_is_sent_again_only_after_a_publication(bureau, url):
    fill_index(bureau, 1)
    first = Client().get(url)
    same = Client().get(url, headers={"If-None-Match": first["ETag"]})
    fill_index(bureau, 1)
    later = Client().get(url, headers={"If-None-Match": first["ETag"]})

    assert first["Last-Modified"]
    assert (same.status_code, later.status_code) == (304, 200)


def test_another_filter_is_another_file(bureau):
    fill_index(bureau, 1)

    assert Client().get(CSV)["ETag"] != Client().get(CSV, {"outcome": "found"})["ETag"]
