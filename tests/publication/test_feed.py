"""订阅: Atom with results, corrections, notices; one authority's own; 304 for who has it all (A79)."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from publication.models import PublicRecord
from publication.selectors.news import PAGES
from tests.people import make_authority
from tests.publication.cast import fill_index

pytestmark = pytest.mark.django_db
ATOM = {"a": "http://www.w3.org/2005/Atom"}
FEED = reverse("public:feed")


def titles(url=FEED) -> list[str]:
    root = ElementTree.fromstring(Client().get(url).content)
    return [node.text or "" for node in root.findall("a:entry/a:title", ATOM)]


@pytest.mark.rule("A79")
def test_a_published_result_stands_in_the_feed_with_its_page(bureau):
    fill_index(bureau, 1, entity_name="清源采石场 & 砂场")

    root = ElementTree.fromstring(Client().get(FEED).content)

    (entry,) = root.findall("a:entry", ATOM)
    assert entry.findtext("a:title", namespaces=ATOM) == "抽查结果：清源采石场 & 砂场"
    assert entry.findtext("a:id", namespaces=ATOM).startswith("urn:uuid:")
    address = entry.find("a:link", ATOM).get("href")
    assert Client().get("/" + address.split("/", 3)[3]).status_code == 200


@pytest.mark.rule("A81")
def test_a_correction_is_told_as_its_own_piece_of_news(bureau):
    fill_index(bureau, 1, entity_name="清源采石场")
    old = PublicRecord.objects.get()
    PublicRecord.objects.create(
        authority=bureau,
        kind="result",
        subject=old.subject,
        version=2,
        title=old.title,
        content=b"{}",
        sha256="1" * 64,
        sm3="1" * 64,
        published_at=timezone.now() + timedelta(minutes=1),
    )

    assert titles() == ["结果更正：清源采石场", "抽查结果：清源采石场"]


def test_an_authority_s_feed_holds_its_own_only(bureau):
    other = make_authority("LYX", "邻云县自然资源和规划局")
    fill_index(bureau, 1, entity_name="本县采石场")
    fill_index(other, 1, entity_name="邻县采石场")

    own = reverse("public:authority-feed", kwargs={"code": bureau.code})

    assert titles(own) == ["抽查结果：本县采石场"]


def test_who_has_everything_gets_304_until_something_is_published(bureau):
    fill_index(bureau, 1)
    tag = Client().get(FEED)["ETag"]
    again = Client().get(FEED, headers={"If-None-Match": tag})
    fill_index(bureau, 1)

    assert again.status_code == 304
    assert Client().get(FEED, headers={"If-None-Match": tag}).status_code == 200


def test_an_empty_site_has_an_empty_feed(bureau):
    assert titles() == []


def test_queries_do_not_grow_with_news(bureau, django_assert_max_num_queries):
    fill_index(bureau, 40)

    with django_assert_max_num_queries(8):
        assert len(titles()) == 40


def test_every_kind_that_has_a_page_is_told():
    """An adjustment is told with its plan's next version."""
    assert set(PublicRecord.Kind.values) - set(PAGES) == {"adjustment"}
