import pytest
import time_machine
from django.urls import reverse

from bureau.errors import Conflict, RuleError
from bureau.models import AuditEvent
from registry.models import Checklist, Matter, MatterRevision
from registry.selectors import matter_list
from registry.services import matters
from tests.registry.registers import TODAY, matter, signed_in

pytestmark = pytest.mark.django_db


def page_of(client, name, row):
    return client.get(reverse(f"registry:{name}", kwargs={"pk": row.pk}))


def fields(row, **changes):
    return matters.content_of(row) | changes


@pytest.mark.rule("A01")
def test_a_matter_without_a_basis_is_not_put_in_force(organiser, bureau):
    row = matter(bureau, legal_basis=" ")

    with pytest.raises(RuleError, match="检查依据"):
        matters.put_in_force(actor=organiser, matter=row, today=TODAY)

    row.refresh_from_db()
    assert row.state == "draft"


@pytest.mark.rule("A61")
def test_a_matter_without_a_checklist_is_not_put_in_force(organiser, bureau):
    row = matter(bureau, items=0)

    with pytest.raises(RuleError, match="检查表"):
        matters.put_in_force(actor=organiser, matter=row, today=TODAY)

    assert "编制后才能列入" in page_of(signed_in(organiser), "matter-detail", row).content.decode()


@time_machine.travel("2026-03-02 10:00+08:00")
def test_putting_in_force_asks_first_and_then_publishes(organiser, bureau):
    row, client = matter(bureau), signed_in(organiser)
    url = reverse("registry:matter-put-in-force", kwargs={"pk": row.pk})

    asked = client.get(url).content.decode()
    row.refresh_from_db()
    before = row.state
    client.post(url)

    row.refresh_from_db()
    assert "公众网站" in asked
    assert (before, row.state, row.in_force_from) == ("draft", "in_force", TODAY)
    assert row.published_at is not None
    assert client.post(url).status_code == 409


@pytest.mark.rule("A07")
def test_a_revision_keeps_the_reason_and_shows_what_changed(organiser, bureau):
    row = matters.create(
        actor=organiser, authority=bureau, unit=bureau, fields=fields(matter(bureau, "KC-00"), code="KC-01")
    )  # fmt: skip

    matters.revise(
        actor=organiser, matter=row, version=1, reason="矿产资源法修订",
        fields=fields(row, category="key", methods=["on_site", "sampling"]),
    )  # fmt: skip

    newest, first = matter_list.versions(row)
    assert (newest.revision.version, newest.revision.reason) == (2, "矿产资源法修订")
    assert {(c.label, c.old, c.new) for c in newest.changes} == {
        ("事项类别", "一般检查事项", "重点检查事项"),
        ("检查方式", "实地核查", "实地核查、抽样检测"),
    }
    assert first.revision.content["category"] == "general"
    assert (
        "<del>一般检查事项</del>"
        in page_of(signed_in(organiser), "matter-detail", row).content.decode()
    )


@pytest.mark.rule("A07")
def test_a_revision_without_a_reason_or_of_an_old_version_is_refused(organiser, bureau):
    row = matter(bureau)

    with pytest.raises(RuleError, match="调整原因"):
        matters.revise(
            actor=organiser, matter=row, version=1, reason=" ", fields=fields(row, name="甲")
        )
    matters.revise(
        actor=organiser, matter=row, version=1, reason="一", fields=fields(row, name="乙")
    )
    with pytest.raises(Conflict, match="第 2 版"):
        matters.revise(
            actor=organiser, matter=row, version=1, reason="二", fields=fields(row, name="丙")
        )

    row.refresh_from_db()
    assert row.name == "乙"
    assert MatterRevision.objects.filter(matter=row).count() == 1


def test_ending_needs_a_reason_and_only_what_is_in_force_ends(organiser, bureau):
    row = matter(bureau, state="in_force")
    client = signed_in(organiser)
    url = reverse("registry:matter-end", kwargs={"pk": row.pk})

    client.post(url, {"reason": ""})
    row.refresh_from_db()
    assert row.state == "in_force"
    client.post(url, {"reason": "依据废止"})

    row.refresh_from_db()
    assert (row.state, row.end_reason) == ("ended", "依据废止")
    assert client.post(url, {"reason": "再办"}).status_code == 409


@pytest.mark.rule("A61")
def test_a_changed_checklist_is_a_new_version_and_the_old_one_stays(organiser, bureau):
    row = matter(bureau, items=2)
    old = Checklist.objects.get(matter=row)

    matters.revise_checklist(actor=organiser, matter=row, version=1, items=[{"text": "唯一一条"}])

    old.refresh_from_db()
    assert (old.is_current, old.items.count()) == (False, 2)
    assert [i.text for i in matter_list.checklist(row).items.all()] == ["唯一一条"]
    with pytest.raises(Conflict, match="第 2 版"):
        matters.revise_checklist(actor=organiser, matter=row, version=1, items=[{"text": "迟到"}])


def test_the_checklist_page_moves_drops_and_adds_rows_without_scripts(organiser, bureau):
    row = matter(bureau, items=3)
    client, url = signed_in(organiser), reverse("registry:checklist-edit", kwargs={"pk": row.pk})
    post = {
        "version": "1", "form-TOTAL_FORMS": "6", "form-INITIAL_FORMS": "3",
        "form-0-text": "第1条", "form-0-ORDER": "2",
        "form-1-text": "第2条", "form-1-ORDER": "1",
        "form-2-text": "第3条", "form-2-ORDER": "3", "form-2-DELETE": "on",
        "form-3-text": "越界距离", "form-3-ORDER": "4", "form-3-unit": "米", "form-3-maximum": "0.5",
    }  # fmt: skip

    more = client.post(url, post | {"more": "1"})
    saved = client.post(url, post)

    items = list(matter_list.checklist(row).items.all())
    assert len(more.context["formset"].forms) == 9
    assert Checklist.objects.filter(matter=row).count() == 2
    assert saved.status_code == 302
    assert [item.text for item in items] == ["第2条", "第1条", "越界距离"]
    assert items[2].limits == "≤0.5 米"


def test_a_limit_without_a_unit_is_shown_at_its_row(organiser, bureau):
    row = matter(bureau, items=0)
    post = {
        "version": "0", "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-text": "越界距离", "form-0-maximum": "0.5",
    }  # fmt: skip

    page = signed_in(organiser).post(
        reverse("registry:checklist-edit", kwargs={"pk": row.pk}), post
    )

    assert "有上下限的条目要写明单位" in page.content.decode()
    assert not Checklist.objects.exists()


@pytest.mark.rule("A94")
def test_the_page_says_what_follows_from_a_result(organiser, bureau):
    row = matter(bureau, preset_disposals={"N02": "case"})

    assert matter_list.presets(row) == [
        ("未按批准的勘查、开采方案作业", "固定证据，移送办案机构依法查处")
    ]
    assert "移送办案机构" in page_of(signed_in(organiser), "matter-detail", row).content.decode()


def test_a_new_matter_is_a_draft_with_its_first_version(organiser, bureau):
    post = {
        "code": "KC-09", "name": "新事项", "category": "general", "object_kinds": ["mine"], "object_text": "采矿权人", "content": "内容",
        "methods": ["on_site"], "legal_basis": "《矿产资源法》", "body": "县局", "unit": bureau.pk, "required_quals": "测绘、矿山",
    }  # fmt: skip

    client = signed_in(organiser)
    client.post(reverse("registry:matter-create"), post)
    again = client.post(reverse("registry:matter-create"), post)

    row = Matter.objects.get(code="KC-09")
    assert (row.state, row.version, row.required_quals) == ("draft", 1, ["测绘", "矿山"])
    assert row.revisions.count() == 1
    assert AuditEvent.objects.filter(action="matter.created").count() == 1
    assert again.status_code == 422
    assert "在本单位清单中已有" in again.content.decode()


def test_the_list_asks_the_same_number_of_queries_for_3_and_30_rows(
    organiser, bureau, django_assert_max_num_queries
):
    client = signed_in(organiser)
    [matter(bureau, f"A-{n}") for n in range(3)]
    client.get(reverse("registry:matter-list"))
    with django_assert_max_num_queries(40) as few:
        client.get(reverse("registry:matter-list"))
    [matter(bureau, f"B-{n}") for n in range(27)]
    with django_assert_max_num_queries(40) as many:
        page = client.get(reverse("registry:matter-list"))

    assert [row.item_count for row in page.context["page"].rows] == [2] * 30
    assert len(few) == len(many)
