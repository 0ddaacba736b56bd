"""Dates, numbers, fingerprints and codes as people read them."""

import datetime
import re
from types import SimpleNamespace

import segno
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template
from django.test import RequestFactory

from bureau.templatetags import chart_geometry, portal

BEIJING_MORNING = datetime.datetime(2026, 11, 2, 17, 5, tzinfo=datetime.UTC)


def test_dates_carry_no_leading_zero():
    assert portal.cn_date(datetime.date(2026, 11, 3)) == "2026年11月3日"


def test_an_aware_moment_is_shown_in_local_time():
    assert portal.cn_datetime(BEIJING_MORNING) == "2026年11月3日 01:05"


def test_another_year_is_named():
    assert portal.short_date(datetime.date(2027, 1, 29), 2026) == "2027-01-29"
    assert portal.short_date(datetime.date(2026, 1, 29), 2026) == "01-29"


def test_nothing_is_a_dash_and_ready_text_passes():
    assert portal.month_day_time(None) == "–"
    assert portal.month_day_time("昨天 17:02") == "昨天 17:02"


def test_percent_rounds_half_up():
    assert portal.percent("0.008005", 3) == "0.801%"
    assert portal.percent(0.05) == "5%"
    assert portal.percent(1) == "100%"
    assert portal.percent(None) == "–"


def test_a_provisional_deadline_says_so_once():
    label = SimpleNamespace(text="剩 50 个工作日", provisional=True, css="due-open")
    again = SimpleNamespace(text="暂定，剩 50 个工作日", provisional=True, css="open")

    assert portal.workdays_left(label) == portal.workdays_left(again) == "暂定，剩 50 个工作日"
    assert portal.due_class(label) == portal.due_class(again) == "due-open"


def test_an_unknown_word_gets_no_shape():
    assert portal.status_class("检查中") == "st-run"
    assert portal.status_class("st-bad") == "st-bad"
    assert portal.status_class("没见过的状态") == "st-plain"


def test_a_fingerprint_is_read_in_groups_of_four():
    assert portal.digest_groups("1c1fb227e4fc") == "1c1f b227 e4fc"
    assert portal.digest_groups("1c1fb227e4fc", 2) == "1c1f b227…"


def test_the_qr_path_draws_exactly_the_dark_modules():
    svg = portal.qr_svg("https://example.gov.cn/n/1")

    drawn = set()
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg):
        drawn |= {(int(x) - 4 + i, int(y) - 4) for i in range(int(length))}
    rows = segno.make("https://example.gov.cn/n/1", error="m", micro=False).matrix
    assert drawn == {(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}
    assert "style" not in svg


def test_a_label_cannot_break_out_of_the_qr():
    assert "<script>" not in portal.qr_svg("x", label='"><script>')


def test_query_replace_keeps_the_rest_of_the_query():
    request = RequestFactory().get("/", {"q": "采石场", "after": "17"})
    template = Template("{% load portal %}{% query_replace status='filed' after=None %}")

    rendered = template.render(Context({"request": request}))

    assert rendered == "?q=%E9%87%87%E7%9F%B3%E5%9C%BA&amp;status=filed"


def test_stock_form_errors_become_sentences_that_say_what_to_do():
    class Example(forms.Form):
        name = forms.CharField(label="任务名称")
        start = forms.DateField(label="检查开始")
        kind = forms.ChoiceField(label="类型", choices=[("a", "定向")])
        own = forms.CharField(label="编号", error_messages={"required": "请抄录文件上的编号。"})

    form = Example({"start": "明天", "kind": "z"})

    sentences = {field.name: portal.error_sentences(field) for field in form}
    assert sentences == {
        "name": ["请填写任务名称。"],
        "start": ["日期认不出，请按 2026-11-20 的样子填写。"],
        "kind": ["所选的不在可选范围内，请重新选择。"],
        "own": ["请抄录文件上的编号。"],
    }


def test_what_is_too_long_or_too_large_is_said_with_what_to_do():
    class Example(forms.Form):
        note = forms.CharField(label="说明", max_length=3)
        number = forms.DecimalField(label="实测值", max_digits=4, decimal_places=2)
        share = forms.IntegerField(label="比例", max_value=100)
        paper = forms.FileField(label="附件")

    form = Example(
        {"note": "四个字了", "number": "99999.1", "share": "101"},
        {"paper": SimpleUploadedFile("a.pdf", b"")},
    )

    sentences = {field.name: portal.error_sentences(field) for field in form}
    assert sentences == {
        "note": ["最多 3 个字，现在有 4 个字，请删减。"],
        "number": ["数字太长，请检查是否多填了位数。"],
        "share": ["不能大于 100，请改正。"],
        "paper": ["文件是空的（0 字节），请重新选择。"],
    }


def test_a_chart_puts_the_goal_above_the_last_value_and_skips_missing_months():
    geometry = chart_geometry.lay_out(
        labels=["1", "2", "3"], bars=[10, None, 0], line=[10, 25, None], goal=40
    )

    assert len(geometry.bars) == 1
    assert len(geometry.line.split()) == 2
    assert [tick.value for tick in geometry.ticks] == ["0", "10", "20", "30", "40"]
    assert geometry.last is not None
    assert geometry.last.text == "25"
    assert geometry.goal_y is not None
    assert geometry.goal_y < geometry.last.y


def test_a_chart_keeps_the_last_value_off_the_labels_below_the_axis():
    geometry = chart_geometry.lay_out(labels=["1", "2"], line=[0, None], goal=32)

    assert geometry.last is not None
    assert geometry.last.text_y < chart_geometry.BOTTOM
