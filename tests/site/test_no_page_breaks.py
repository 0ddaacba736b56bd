"""Whatever stands in an address or a form, a page answers in Chinese: no 500, no traceback, no English sentence."""

import base64
import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from tests.site.access import Cell
from tests.site.test_access import CELLS, a_whole_bureau

# Every name that a page reads from its address, and the fields of the forms that filter.
NAMES = (
    "about", "action", "active", "actor", "after", "authority", "before", "category", "check", "code", "column", "credit", "decision",
    "draft", "due", "field", "finding", "item", "kind", "layer", "mine", "module", "name", "next", "noticed", "of", "only", "outcome",
    "part", "pid", "pk", "pool", "q", "qual", "query", "reason", "region", "screen", "since", "standing", "state", "status", "tag",
    "task", "unit", "until", "verdict", "version", "visited", "visits", "year",
)  # fmt: skip
BAD = ("'\"<script>%_\\" + "长" * 700, "\0", "²", "-" + "9" * 30, "0001-01-01")


def _key(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


# Keys of a page that somebody has altered, for lists in order of one to three fields.
KEYS = [_key(*["\0"] * n) for n in (1, 2, 3)] + [_key(10**30)]
QUERIES = [urlencode(dict.fromkeys(NAMES, value)) for value in BAD]
QUERIES += [f"after={key}" for key in KEYS]
ENGLISH = re.compile(r"\b(?:the|this|that|is|are|not|please|must|enter|select|invalid)\s+[a-z]{2,}", re.IGNORECASE)  # fmt: skip
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PAGES = [cell for cell in CELLS if cell.method == "get"]
# One of each address: what is posted here is nonsense, so that two states of one form make no difference.
FORMS = list({cell.url: cell for cell in CELLS if cell.method == "post"}.values())


@pytest.fixture(scope="module")
def cast(
    django_db_setup: None, test_database: Any, django_db_blocker: Any
) -> Iterator[dict[str, Any]]:
    """Made and committed once; every test undoes what it did."""
    with django_db_blocker.unblock():
        with transaction.atomic():
            people = a_whole_bureau()
        yield people
        connection.close()
        test_database.clone()


@pytest.fixture
def made(cast: dict[str, Any]) -> Iterator[dict[str, Any]]:
    with transaction.atomic():
        yield dict(cast)  # what a page's objects need is noted there, and gone afterwards
        transaction.set_rollback(True)


def _client(cast: dict[str, Any], cell: Cell) -> Client:
    """Somebody who may open the page: a table that is only refused would prove nothing."""
    client = Client(raise_request_exception=True)
    who = "everyone" if cell.allowed != {"superior"} else "superior"
    client.force_login(cast[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


def _complaint(response: Any) -> str:
    """What is wrong with an answer; empty when nothing is."""
    if response.status_code >= 500:
        return str(response.status_code)
    if response.status_code in {301, 302, 304} or response.streaming:
        return ""
    if not response["Content-Type"].startswith("text/html"):
        return ""
    text = response.content.decode()
    words = re.sub(r"(?s)<(script|style|textarea|pre)\b.*?</\1>|<[^>]*>", " ", text)
    words = html.unescape(words)
    if not CHINESE.search(words):
        return f"{response.status_code} without a word of Chinese: {words[:80]!r}"
    english = ENGLISH.search(words)
    return f"{response.status_code} in English: {english[0]}" if english else ""


def _asked(ask: Any, address: str, *rest: Any) -> str:
    """The complaint about one request, with the address; an exception is one too."""
    try:
        with transaction.atomic():
            found = _complaint(ask(address, *rest))
            transaction.set_rollback(True)
    except Exception as broken:
        found = f"{type(broken).__name__}: {broken}"[:200]
    return f"{address[:160]}: {found}" if found else ""


@pytest.mark.parametrize("cell", PAGES, ids=lambda c: c.url)
def test_a_page_bears_any_address(cell: Cell, made):
    kwargs, _ = cell.make(made)
    url, client = reverse(cell.url, kwargs=kwargs), _client(made, cell)
    first = client.get(url)
    is_page = first.get("Content-Type", "").startswith("text/html")
    # What is printed or exported takes long to make; a few wrong filters show as much.
    queries = QUERIES if is_page else QUERIES[2:4]
    addresses = [_of_nobody(cell, kwargs), *(f"{url}?{query}" for query in queries)]

    assert [said for address in addresses if (said := _asked(client.get, address))] == []
    assert first["X-Content-Type-Options"] == "nosniff"
    # What the desk hands out stays out of every cache: its computers have more than one user.
    is_script = first["Content-Type"].startswith("text/javascript")  # the same for everybody
    assert _is_public(cell) or is_script or first["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("cell", FORMS, ids=lambda c: c.url)
def test_a_form_bears_nothing_and_nonsense(cell: Cell, made):
    kwargs, given = cell.make(made)
    url, client = reverse(cell.url, kwargs=kwargs), _client(made, cell)
    bodies = [{}, *(dict.fromkeys({*given, *NAMES}, value) for value in BAD)]
    # One field wrong at a time, the others as they should be.
    bodies += [given | {name: value} for name in given for value in ("9" * 30,)]
    said = [_asked(client.post, url, body) for body in bodies]
    said.append(_asked(client.post, _of_nobody(cell, kwargs), given))
    said.append(_asked(client.get, url))  # typed into the address bar, or reloaded after an error

    assert [line for line in said if line] == []


def _is_public(cell: Cell) -> bool:
    return cell.anonymous != 302


def _of_nobody(cell: Cell, kwargs: dict[str, Any]) -> str:
    """The same address for an object that does not exist."""
    nobody = {
        name: 2_000_000_000 if isinstance(value, int) else "00000000-0000-7000-8000-000000000000"
        for name, value in kwargs.items()
    }
    return reverse(cell.url, kwargs=nobody)
