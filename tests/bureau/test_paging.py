"""Keyset pages: every row once, in order, forwards and back, and an altered key is harmless."""

import pytest
from django.http import QueryDict

from bureau.models import Region
from bureau.selectors.paging import keyset, keyset_of


@pytest.fixture
def regions(db):
    Region.objects.bulk_create([Region(code=f"{n:06}", name=f"区{n % 3}") for n in range(25)])
    return Region.objects.all()


def follow(rows, order, size=10):
    """All pages, from the first through every next one."""
    pages, url = [], "?"
    while url:
        page = keyset(rows, QueryDict(url.lstrip("?")), order=order, size=size)
        pages.append(page)
        url = page.next_url
    return pages


@pytest.mark.parametrize("order", ["code", "-code", ["name", "code"], ["-name", "code"]])
def test_walking_the_pages_gives_every_row_once_in_order(regions, order):
    walked = [row.code for page in follow(regions, order) for row in page.rows]
    fields = [order] if isinstance(order, str) else order

    assert walked == list(regions.order_by(*fields).values_list("code", flat=True))


def test_the_previous_page_is_the_one_we_came_from(regions):
    first, second, _ = follow(regions, "code")

    back = keyset(regions, QueryDict(second.previous_url.lstrip("?")), order="code", size=10)

    assert [r.code for r in back.rows] == [r.code for r in first.rows]


@pytest.mark.parametrize(
    "query", ["after=zzz", "after=W10", "before=%00", "after=eyJhIjoxfQ", "after=WyJ4IiwieSJd"]
)
def test_an_altered_key_gives_the_first_page(regions, query):
    page = keyset(regions, QueryDict(query), order="code", size=10)

    assert page.rows[0].code == "000000"


def test_other_parameters_stay_in_the_addresses(regions):
    page = keyset(regions, QueryDict("q=北山"), order="code", size=10)

    assert "q=%E5%8C%97%E5%B1%B1" in page.next_url


def test_computed_rows_are_walked_once_each_and_an_altered_key_gives_the_first_page():
    rows = [(n // 4, n) for n in range(25)]
    walked, url = [], "?"
    while url:
        page = keyset_of(rows, QueryDict(url[1:]), key=lambda row: row, size=10)
        walked += page.rows
        url = page.next_url
    altered = keyset_of(rows, QueryDict("after=WyJ4IiwxXQ"), key=lambda row: row, size=10)

    assert walked == rows
    assert (altered.rows, altered.previous_url) == (rows[:10], "")
