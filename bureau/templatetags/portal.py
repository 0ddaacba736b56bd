"""Display tags and filters of the portal. They format what they are given and ask nobody: no queries.

Every date filter takes a date, a moment or ready text; an aware moment is shown in the local zone and
nothing is shown as "–". The parameters of each tag stand in docs/frontend.md.
"""

import datetime
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

import segno
from django import template
from django.core.exceptions import ValidationError
from django.forms import BoundField, DateField, DecimalField, IntegerField
from django.forms import widgets as w
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bureau.templatetags import chart_geometry

register = template.Library()

NOTHING = "–"
SHAPES = ("wait", "run", "soon", "bad", "done", "lock", "off")
# The words of docs/frontend.md; processes with other words pass the shape themselves.
SHAPE_OF_WORD = {
    **dict.fromkeys(["草稿", "待审批", "待摇号", "待认领", "待移送", "待检查", "待派发", "递补", "未开始"], "wait"),
    **dict.fromkeys(["检查中", "整改中", "待公示", "待锁定", "执行中", "处理中", "进行中"], "run"),
    **dict.fromkeys(["审核退回", "待审核", "已退回", "发现问题已改正", "经营异常", "须调整计划"], "soon"),
    **dict.fromkeys(["发现问题", "责令改正", "逾期", "缺人手", "失败", "吊销", "核验不通过"], "bad"),
    **dict.fromkeys(["已完成", "存续", "未发现问题", "重算一致", "已公示", "已办结", "审核通过", "成功"], "done"),
    **dict.fromkeys(["名单已锁定", "已锁定", "抽中", "已备案"], "lock"),
    **dict.fromkeys(["已作废", "不可复算", "迁出待转交", "从未检查", "注销", "已撤销", "不适用"], "off"),
}  # fmt: skip
WEEKDAYS = "一二三四五六日"


# ---- dates and numbers ---------------------------------------------------------------------------


def _local(value: Any) -> datetime.date | datetime.datetime | None:
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value) if timezone.is_aware(value) else value
    return value if isinstance(value, datetime.date) else None


def _text_or_nothing(value: Any) -> str:
    return str(value) if value not in (None, "") else NOTHING


@register.filter
def cn_date(value: Any) -> str:
    """2026年11月3日. Months and days carry no leading zero (GB/T 9704-2012, 7.3.5.4)."""
    day = _local(value)
    return f"{day.year}年{day.month}月{day.day}日" if day else _text_or_nothing(value)


@register.filter
def cn_datetime(value: Any) -> str:
    """2026年11月3日 09:30; a plain date has no time to show."""
    moment = _local(value)
    if not isinstance(moment, datetime.datetime):
        return cn_date(value)
    return f"{cn_date(moment)} {moment:%H:%M}"


@register.filter
def cn_weekday(value: Any) -> str:
    """星期五"""
    day = _local(value)
    return f"星期{WEEKDAYS[day.weekday()]}" if day else NOTHING


@register.filter
def short_date(value: Any, year: int | None = None) -> str:
    """11-20 within `year` (by default the current one), otherwise 2027-01-29."""
    day = _local(value)
    if day is None:
        return _text_or_nothing(value)
    return f"{day:%m-%d}" if day.year == (year or timezone.localdate().year) else f"{day:%Y-%m-%d}"


@register.filter
def month_day_time(value: Any, year: int | None = None) -> str:
    """11-19 09:06; another year is named: 2025-11-19 09:06."""
    moment = _local(value)
    if not isinstance(moment, datetime.datetime):
        return short_date(value, year)
    return f"{short_date(moment, year)} {moment:%H:%M}"


@register.filter
def iso(value: Any) -> str:
    """For the `datetime` attribute of <time>; empty for ready text."""
    moment = _local(value)
    return moment.isoformat() if moment else ""


@register.filter
def percent(value: Any, digits: int = 2) -> str:
    """A share between 0 and 1 as 4.54%, without trailing zeros. 50.005% rounds up, not to even."""
    try:
        share = Decimal(str(value)) * 100
    except (InvalidOperation, TypeError):
        return NOTHING
    if not share.is_finite():
        return NOTHING
    text = f"{share.quantize(Decimal(1).scaleb(-int(digits)), ROUND_HALF_UP):f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"


@register.filter
def thousands(value: Any) -> str:
    """3,128; nothing counted is "–", not 0."""
    return f"{value:,}" if isinstance(value, int | float | Decimal) else _text_or_nothing(value)


@register.filter
def file_size(value: int | None) -> str:
    """1.3 MB; bytes below a kilobyte are given whole."""
    if value is None:
        return NOTHING
    if value < 1024:
        return f"{value} 字节"
    return f"{value / 1024:.0f} KB" if value < 1024**2 else f"{value / 1024**2:.1f} MB"


# ---- status, deadline, fingerprints --------------------------------------------------------------


@register.filter
def status_class(value: Any) -> str:
    """`st-run` for a shape (run), a class (st-run), an object with `.shape`, or a known word (检查中).

    An unknown word gets `st-plain`: the word without a shape, because a wrong shape misleads.
    """
    name = str(getattr(value, "shape", value) or "").removeprefix("st-")
    shape = name if name in SHAPES else SHAPE_OF_WORD.get(name)
    return f"st-{shape}" if shape else "st-plain"


@register.filter
def workdays_left(label: Any) -> str:
    """The words of a DueLabel; a date that still depends on the next holiday notice says 暂定."""
    if label is None:
        return ""
    text = str(getattr(label, "text", label))
    provisional = getattr(label, "provisional", False) or getattr(label, "is_provisional", False)
    return f"暂定，{text}" if provisional and not text.startswith("暂定") else text


@register.filter
def due_class(label: Any) -> str:
    """`due-late` and so on, whether the label says `late`, `due-late` or `due due-late`."""
    words = str(getattr(label, "css", "") or getattr(label, "css_class", "") or "calm").split()
    return f"due-{words[-1].removeprefix('due-')}"


@register.filter
def digest_groups(value: Any, count: int | None = None) -> str:
    """64 hex digits in groups of 4; `count` keeps that many groups and marks the rest with …"""
    digits = str(value or "")
    if not digits:
        return NOTHING
    groups = [digits[i : i + 4] for i in range(0, len(digits), 4)]
    if count and len(groups) > int(count):
        return " ".join(groups[: int(count)]) + "…"
    return " ".join(groups)


@register.simple_tag
def qr_svg(text: str, label: str = "二维码", css: str = "qr", error: str = "m") -> SafeString:
    """The text as a QR code: one SVG path, dark on white, a quiet zone of 4 modules, no style attribute."""
    border = 4
    rows = [list(row) for row in segno.make(str(text), error=error, micro=False).matrix]
    side = len(rows) + 2 * border
    path = "".join(
        f"M{start + border} {y + border}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for start, length in _dark_runs(row)
    )
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}" shape-rendering="crispEdges">'
        '<rect width="{}" height="{}" fill="#fff"/><path fill="#000" d="{}"/></svg>',
        css, side, side, label, side, side, path,
    )  # fmt: skip


def _dark_runs(row: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for x, module in enumerate(row):
        if not module:
            continue
        if runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((x, 1))
    return runs


# ---- links and forms -----------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def query_replace(context: Mapping[str, Any], **changes: Any) -> str:
    """The present query with some parameters replaced; `None` or "" takes one away. Begins with "?"."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if isinstance(value, list | tuple):
            query.setlist(name, [str(v) for v in value])
        elif value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.filter
def field_kind(field: BoundField) -> str:
    """Which markup a field needs: hidden, check (one box), choices (several), file, select, text."""
    widget = field.field.widget
    if field.is_hidden:
        return "hidden"
    if isinstance(widget, w.CheckboxInput):
        return "check"
    if isinstance(widget, w.RadioSelect | w.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, w.Select):
        return "select"
    return "file" if isinstance(widget, w.FileInput) else "text"


@register.filter
def field_control(field: BoundField, extra: str = "") -> SafeString:
    """The control itself with the design's class. Django adds aria-describedby and aria-invalid."""
    kind = field_kind(field)
    base = {"check": "form-check-input", "select": "form-select", "hidden": "", "choices": ""}.get(
        kind, "form-control"
    )
    names = [
        base,
        extra,
        "is-invalid" if field.errors else "",
        field.field.widget.attrs.get("class", ""),
    ]
    css = " ".join(name for name in names if name)
    return field.as_widget(attrs={"class": css} if css else {})


@register.filter
def error_sentences(field: BoundField) -> list[str]:
    """The errors of a field as sentences that say what to do; Django's own stock phrases are replaced."""
    return [_sentence(field, error) for one in field.errors.as_data() for error in one.error_list]


def _sentence(field: BoundField, error: ValidationError) -> str:
    text = str(error.messages[0])
    is_validators = error.code not in field.field.error_messages and bool(error.params)
    if is_validators and error.code in STOCK:
        return STOCK[error.code] % error.params
    if text != _stock_phrase(field, error):
        return text
    kind, code = field_kind(field), error.code
    if code == "required":
        return f"请{'填写' if kind == 'text' else '选择'}{field.label}。"
    if code in ("invalid_choice", "invalid_pk_value"):
        return "所选的不在可选范围内，请重新选择。"
    if code == "invalid" and isinstance(field.field, DateField):
        return "日期认不出，请按 2026-11-20 的样子填写。"
    if code == "invalid" and isinstance(field.field, IntegerField | DecimalField):
        return "这里只能填数字，请去掉文字和单位。"
    return STOCK.get(str(code), text)


# What Django's own translation says unclearly; here it says what to do.
STOCK = {
    "empty": "文件是空的（0 字节），请重新选择。",
    "max_digits": "数字太长，请检查是否多填了位数。",
    "max_whole_digits": "数字太大，请检查是否多填了位数。",
    "max_decimal_places": "小数位数太多，最多 %(max)s 位。",
    "max_length": "最多 %(limit_value)s 个字，现在有 %(show_value)s 个字，请删减。",
    "min_value": "不能小于 %(limit_value)s，请改正。",
    "max_value": "不能大于 %(limit_value)s，请改正。",
}


def _stock_phrase(field: BoundField, error: ValidationError) -> str:
    """What Django says for this code when nobody wrote a sentence; the classes share the phrases out."""
    for cls in type(field.field).__mro__:
        phrases = cls.__dict__.get("default_error_messages", {})
        if error.code in phrases:
            phrase = str(phrases[error.code])
            return phrase % error.params if error.params else phrase
    return ""


# ---- charts --------------------------------------------------------------------------------------


@register.inclusion_tag("components/chart.html")
def chart(data: Mapping[str, Any]) -> dict[str, Any]:
    """A line and bar chart drawn on the server, with its numbers as a table.

    `data`: id, title, desc, labels (list of texts), and any of bars, line, plan as
    {"name": …, "values": [number or None]}; goal {"name", "value"}; unit, caption, label_heading.
    """
    series = [data[key] for key in ("bars", "line", "plan") if data.get(key)]
    goal = data.get("goal")
    labels = list(data["labels"])
    geometry = chart_geometry.lay_out(
        labels=[_axis_label(text, is_last=i == len(labels) - 1) for i, text in enumerate(labels)],
        goal=goal["value"] if goal else None,
        **{key: data[key]["values"] for key in ("bars", "line", "plan") if data.get(key)},
    )
    rows = [
        (label, [s["values"][i] if i < len(s["values"]) else None for s in series])
        for i, label in enumerate(labels)
    ]
    return {"chart": data, "geometry": geometry, "series": series, "rows": rows, "goal": goal}


def _axis_label(text: str, *, is_last: bool) -> str:
    """Twelve times 月 does not fit: only the last month keeps its unit."""
    return text if is_last or not text.endswith("月") else text.removesuffix("月")
