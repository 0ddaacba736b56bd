"""Open data: the dictionary, and the results as CSV and JSON, streamed (A79, A112)."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from bureau.access import public
from bureau.rules.spreadsheets import neutral
from publication.forms.public import ResultFilter
from publication.rules.open_data import COLUMNS, KIND_WORDS, csvw, json_schema
from publication.rules.plain_words import OUTCOME_WORDS
from publication.selectors import entries, public_draws
from publication.views.public_page import cached, download, page
from registry.rules.outcomes import OUTCOMES

Write = Callable[[Iterator[dict[str, Any]]], Iterator[str]]
PIECE = 500  # lines sent at once


@public
@require_safe
def open_data(request: HttpRequest) -> HttpResponseBase:
    terms = [
        (outcome.label, OUTCOME_WORDS[code], outcome.is_problem)
        for code, outcome in OUTCOMES.items()
    ]
    context = {
        "columns": [(column, KIND_WORDS[column.kind]) for column in COLUMNS],
        "terms": terms,
        "authorities": public_draws.publishing_authorities(),
    }
    return page(request, "public/open_data.html", context)


@public
@require_safe
def results_schema(request: HttpRequest) -> HttpResponseBase:
    """JSON Schema of results.json."""
    labels = {code: outcome.label for code, outcome in OUTCOMES.items()}
    found = json_schema(f"{settings.PUBLIC_BASE_URL}{request.path}", labels)
    return _described(request, found, "results.schema.json", "application/schema+json")


@public
@require_safe
def results_csvw(request: HttpRequest) -> HttpResponseBase:
    """CSV on the Web metadata of results.csv: its name and place are those a CSVW reader looks for."""
    found = csvw(settings.PUBLIC_BASE_URL + reverse("public:results-csv"))
    return _described(request, found, "results.csv-metadata.json", "application/csvm+json")


@public
@require_safe
def results_csv(request: HttpRequest) -> HttpResponseBase:
    """With a byte order mark, so that Excel reads it as UTF-8; formulas are neutralised."""
    return _file(request, _csv, "results.csv", "text/csv; charset=utf-8")


@public
@require_safe
def results_json(request: HttpRequest) -> HttpResponseBase:
    return _file(request, _json, "results.json", "application/json; charset=utf-8")


def _described(
    request: HttpRequest, found: dict[str, Any], name: str, kind: str
) -> HttpResponseBase:
    text = json.dumps(found, ensure_ascii=False, indent=1)
    return download(request, text.encode(), name=name, kind=kind, inline=True)


def _file(request: HttpRequest, write: Write, name: str, kind: str) -> HttpResponseBase:
    """304 while no result was published or corrected since: a million rows are not sent twice."""
    filters = _filters(request)
    newest = entries.newest_result_record()
    changed = int(newest[1].timestamp()) if newest else None
    # Weak: the JSON says when it was made.
    asked = f"{newest[0] if newest else ''}?{request.GET.urlencode()}"
    tag = f'W/"{hashlib.sha256(asked.encode()).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=tag, last_modified=changed)
    if response is None:
        response = _stream(write(entries.rows_for_export(filters)), name, kind)
    response["ETag"] = tag
    if changed is not None:
        response["Last-Modified"] = http_date(changed)
    return cached(request, response)


def _filters(request: HttpRequest) -> Mapping[str, Any]:
    """The same filters as the result page; one that cannot be read is refused: never everything by mistake."""
    if not request.GET:
        return {}
    form = ResultFilter(request.GET)
    if not form.is_valid():
        raise BadRequest("筛选条件认不出。")
    return form.cleaned_data


def _stream(chunks: Iterator[str], name: str, kind: str) -> Any:
    response = StreamingHttpResponse(_together(chunks), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _together(lines: Iterator[str]) -> Iterator[str]:
    """Some hundred lines a piece: each piece is a write to the socket."""
    while piece := "".join(islice(lines, PIECE)):
        yield piece


class _Line:
    """A file for csv.writer that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def _csv(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow([column.label for column in COLUMNS])
    for row in rows:
        yield writer.writerow([neutral(_words(row[column.field])) for column in COLUMNS])


def _json(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    made = timezone.localtime().isoformat(timespec="seconds")
    yield f'{{"generated_at":"{made}","results":['
    before = ""
    for row in rows:
        plain = {column.key: _plain(row[column.field]) for column in COLUMNS}
        yield before + json.dumps(plain, ensure_ascii=False)
        before = ",\n"
    yield "]}"


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(_plain(value) if value is not None else "")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool) else str(value)
