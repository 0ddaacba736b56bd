"""抽查事项清单 on the public site: a version for each change of the list in force, on paper too (A02, A07, A09)."""

from datetime import date
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from bureau.services import outbox
from publication.models import PublicEntry, PublicRecord
from publication.selectors import matter_lists as reads
from publication.services import matter_lists
from registry.models import Matter
from registry.services import matters
from tests.inspections.dispatch_cast import make_full_matter

pytestmark = pytest.mark.django_db


def page(name="matter-list"):
    entry = PublicEntry.objects.get(kind="matter_list")
    return Client().get(reverse(f"public:{name}", kwargs={"pk": entry.pk}))


@pytest.mark.rule("A09")
def test_a_matter_put_in_force_is_published_with_the_whole_list(bureau, organiser):
    make_full_matter(bureau, "KC-01", name="开采情况")
    draft = make_full_matter(bureau, "ST-02", name="测绘成果")
    Matter.objects.filter(pk=draft.pk).update(state="draft")

    matters.put_in_force(actor=organiser, matter=draft, today=date(2026, 3, 2))
    outbox.deliver_waiting()

    text = page().content.decode()
    assert "开采情况" in text
    assert "测绘成果" in text
    assert PublicRecord.objects.get(kind="matter_list").version == 1


@pytest.mark.rule("A07")
def test_each_version_says_what_it_changed(bureau, organiser):
    first = make_full_matter(bureau, "KC-01", name="开采情况")
    second = make_full_matter(bureau, "ST-02", name="测绘成果")
    matter_lists.publish(authority=bureau.pk)
    matters.end(actor=organiser, matter=second, reason="法规废止", today=date(2026, 3, 2))
    matters.revise(
        actor=organiser, matter=first, version=1, fields={"ratio_text": "10%"}, reason="调整比例"
    )
    outbox.deliver_waiting()

    change, start = reads.changes(reads.subject(bureau))

    assert (change.removed, change.changed) == (["测绘成果"], [("开采情况", ["抽查比例"])])
    assert len(start.added) == 2
    assert "停用“测绘成果”" in page().content.decode()


def test_an_unchanged_list_is_no_new_version(bureau):
    make_full_matter(bureau, "KC-01")
    matter_lists.publish(authority=bureau.pk)
    matter_lists.publish(authority=bureau.pk)

    assert PublicRecord.objects.filter(kind="matter_list").count() == 1


def test_a_draft_is_in_no_list(bureau):
    make_full_matter(bureau, "KC-01", name="开采情况")
    Matter.objects.update(state="draft")
    matter_lists.publish(authority=bureau.pk)

    assert "开采情况" not in page().content.decode()


@pytest.mark.rule("A02")
def test_the_printed_list_holds_every_column_and_its_digest(bureau):
    made = make_full_matter(bureau, "KC-01", name="开采情况")
    record = matter_lists.publish(authority=bureau.pk)

    read = PdfReader(BytesIO(page("matter-list-pdf").content))
    text = "".join(sheet.extract_text() for sheet in read.pages).replace("\n", "")

    assert "开采情况" in text
    assert made.legal_basis[:8] in text
    assert record.sha256[:4] in text
    assert float(read.pages[0].mediabox.width) > float(read.pages[0].mediabox.height)
