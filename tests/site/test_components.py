"""Every template is fit for the content security policy, and the forms speak to screen readers."""

import re
from pathlib import Path

import pytest
from django import forms
from django.template.loader import render_to_string

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(str(p.relative_to(ROOT / "templates")) for p in ROOT.glob("templates/**/*.html"))
# Downloaded and opened without a network: everything stands in the one file, under a policy of its own.
SAVED = {"planning/sitting_offline.html", "public/verify_offline.html"}
FORBIDDEN = re.compile(r"""<[^>]*\s(style|on[a-z]+)\s*=|<script(?![^>]*\ssrc=)|<style""", re.I)
NEWER_THAN_CHROMIUM_86 = re.compile(
    r":(has|is|where)\(|\binset:|(padding|margin)-(inline|block):|@container"
)


@pytest.mark.parametrize("name", sorted(set(TEMPLATES) - SAVED))
def test_a_template_has_no_inline_style_or_script(name):
    assert not FORBIDDEN.findall((ROOT / "templates" / name).read_text("utf-8"))


@pytest.mark.parametrize("name", sorted(SAVED))
def test_a_file_to_save_forbids_itself_every_connection(name):
    text = (ROOT / "templates" / name).read_text("utf-8")
    assert re.search(
        r"""Content-Security-Policy" content="(default-src 'none'|\{\{ policy)""", text
    )
    assert not re.search(r"<(link|img|iframe)\b|\ssrc=", text)


@pytest.mark.parametrize("name", ["tokens.css", "portal.css"])
def test_the_stylesheets_keep_to_the_browser_floor(name):
    assert not NEWER_THAN_CHROMIUM_86.findall((ROOT / "static" / "css" / name).read_text("utf-8"))


class Example(forms.Form):
    name = forms.CharField(label="任务名称", help_text="与实施方案的标题一致")


def test_a_field_names_its_help_and_its_error():
    html = render_to_string("components/field.html", {"field": Example({})["name"]})

    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error">请填写任务名称。' in html
    assert 'aria-invalid="true"' in html


def test_a_form_lists_its_errors_with_links_to_the_fields():
    html = render_to_string("components/form.html", {"form": Example({})})

    assert '<a href="#id_name">任务名称</a>：请填写任务名称。' in html


def test_an_action_by_post_carries_its_hidden_values():
    mine = [("撤回<b>", "/x/", "btn-back", "post", {"action": "withdraw"}, "")]
    html = render_to_string("components/actions.html", {"actions": {"mine": mine}})

    assert '<form method="post" action="/x/">' in html
    assert '<input type="hidden" name="action" value="withdraw">' in html
    assert "撤回&lt;b&gt;" in html


def test_an_action_without_address_is_disabled_and_says_why():
    mine = [("撤销", "", "", "get", None, "已经公示，不能撤销；请走更正")]
    html = render_to_string("components/actions.html", {"actions": {"mine": mine}})

    assert "disabled>撤销</button>" in html
    assert "请走更正" in html


def test_a_finished_job_stops_asking():
    running = {"state": "running", "value": 1, "maximum": 2, "url": "/jobs/7/"}

    assert 'hx-trigger="every 2s"' in render_to_string("components/progress.html", running)
    assert "hx-get" not in render_to_string(
        "components/progress.html", {**running, "state": "done"}
    )


def test_the_conflict_page_says_what_happened_meanwhile():
    event = {"time": "11-20 08:31", "text": "名单已锁定", "actor": "骆以宁", "role": "见证人"}
    html = render_to_string("errors/409.html", {"message": "任务已经锁定。", "event": event})

    assert "任务已经锁定。" in html
    assert "名单已锁定，骆以宁（见证人）" in html
