"""Open data: the dictionary, and the results as CSV and JSON, streamed (A79, A112)."""

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from bureau.access import public
from bureau.rules.spreadsheets import neutral
from publication.forms.public import ResultFilter
from publication.rules.open_data import COLUMNS
from publication.selectors import entries
from publication.views.public_page import cached, page


@public
@require_safe
def open_data(request: HttpRequest) -> HttpResponseBase:
    return page(request, "public/open_data.html", {"columns": COLUMNS})


@public
@require_safe
def results_csv(request: HttpRequest) -> HttpResponseBase:
    """With a byte order mark, so that Excel reads it as UTF-8; formulas are neutralised."""
    rows = entries.rows_for_export(_filters(request))
    return _stream(request, _csv(rows), "results.csv", "text/csv; charset=utf-8")


@public
@require_safe
def results_json(request: HttpRequest) -> HttpResponseBase:
    rows = entries.rows_for_export(_filters(request))
    return _stream(request, _json(rows), "results.json", "application/json; charset=utf-8")


def _filters(request: HttpRequest) -> Mapping[str, Any]:
    """The same filters as the result page; one that cannot be read is refused: never everything by mistake."""
    if not request.GET:
        return {}
    form = ResultFilter(request.GET)
    if not form.is_valid():
        raise BadRequest("筛选条件认不出。")
    return form.cleaned_data


def _stream(
    request: HttpRequest, chunks: Iterator[str], name: str, kind: str
) -> StreamingHttpResponse:
    response = StreamingHttpResponse(chunks, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    cached(request, response)  # type: ignore[arg-type]
    return response


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
