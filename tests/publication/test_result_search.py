"""Searching results: by task and together, counted within bounds, and what may have been meant (A79)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.publication.cast import fill_index

pytestmark = pytest.mark.django_db
RESULTS = reverse("public:results")


def test_a_task_number_narrows_together_with_a_name(bureau, client):
    fill_index(bureau, 1, entity_name="青溪采石场", task_number="示〔2026〕1号")
    fill_index(bureau, 1, entity_name="青溪砂场", task_number="示〔2026〕2号")

    page = client.get(RESULTS, {"q": "青溪", "task": "示〔2026〕2号"}).context["page"]

    assert [entry.entity_name for entry in page.rows] == ["青溪砂场"]


def test_a_search_says_how_many_and_the_whole_list_does_not_count(bureau, client):
    fill_index(bureau, 3)

    assert "共 3 项" in client.get(RESULTS, {"q": "采石"}).content.decode()
    assert "共 3 项" not in client.get(RESULTS).content.decode()


def test_counting_stops_at_its_bound(bureau, client, monkeypatch):
    monkeypatch.setattr("publication.selectors.entries.MOST_COUNTED", 2)
    fill_index(bureau, 3)

    assert "多于 2 项" in client.get(RESULTS, {"q": "采石"}).content.decode()


@pytest.mark.parametrize(
    "typed", ["清溪采石场", "青溪采右场", "青溪采石厂", "清溪采石", "青西采石"]
)
def test_one_wrong_character_still_leads_to_the_firm(bureau, client, typed):
    fill_index(bureau, 1, entity_name="青溪采石场")
    fill_index(bureau, 1, entity_name="柏杨林木合作社")

    page = client.get(RESULTS, {"q": typed})

    assert page.context["near"] == ["青溪采石场"]
    assert "您要找的是不是" in page.content.decode()


def test_a_mistyped_code_is_told_what_is_wrong_with_it(bureau, client):
    page = client.get(RESULTS, {"q": "91350100M000100Y44"}).content.decode()
    right = client.get(RESULTS, {"q": "91350100M000100Y43"}).content.decode()

    assert "像是统一社会信用代码" in page
    assert "像是统一社会信用代码" not in right


def test_days_the_wrong_way_round_are_refused_beside_the_field(bureau, client):
    fill_index(bureau, 1)
    today = timezone.localdate()

    page = client.get(RESULTS, {"since": today, "until": today - timedelta(days=1)})

    assert "请把两个日期对调" in page.content.decode()
    assert page.context["page"] is None
