import io
from datetime import date

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent
from registry.models import Entity, EntityRevision, Listing, SavedFilter
from registry.services import entities
from tests.people import make_user
from tests.registry.registers import TODAY, about, edited, facts, listed, signed_in
from tests.registry.rosters import uscc

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing(organiser, bureau) -> Listing:
    return listed(organiser, bureau, 1)


def change(actor, listing, **values):
    return entities.change(
        actor=actor,
        listing=listing,
        version=values.pop("version", 1),
        facts=facts(name=values.pop("name", listing.entity.name), **values),
        about_listing=about(listing.unit),
    )


@pytest.mark.rule("A14")
def test_one_entity_is_listed_by_two_authorities_and_each_keeps_its_own(
    listing, bureau, foreign_bureau
):
    stranger = make_user("stranger", "测邻县", foreign_bureau, "organiser")

    theirs = listed(stranger, foreign_bureau, 1, name="另一种写法", credit_class="D")

    assert Entity.objects.count() == 1
    assert theirs.entity.name == "示范县第1建材有限公司"
    assert {row.authority: row.credit_class for row in Listing.objects.all()} == {
        bureau: "B",
        foreign_bureau: "D",
    }
    with pytest.raises(Forbidden):
        change(stranger, listing, name="改名")


def test_a_wrong_code_and_a_second_listing_are_refused_in_words(organiser, bureau, listing):
    with pytest.raises(RuleError, match=r"末位|校验"):
        listed(organiser, bureau, 2, code="91990122MA000002X0")
    with pytest.raises(RuleError, match="已在本单位名录库中"):
        listed(organiser, bureau, 1)


def test_a_persons_number_is_never_shown(organiser, bureau):
    row = listed(organiser, bureau, 3, id_kind="person", code="11010519491231002X", name="测某人")
    client = signed_in(organiser)

    pages = [
        client.get(reverse("registry:entity-list")),
        client.get(reverse("registry:entity-detail", kwargs={"pk": row.pk})),
        client.get(reverse("registry:entity-edit", kwargs={"pk": row.pk})),
    ]
    book = load_workbook(io.BytesIO(client.get(reverse("registry:entity-export")).content))

    assert all(page.status_code == 200 for page in pages)
    assert not any("11010519491231002X" in page.content.decode() for page in pages)
    assert book.active["A2"].value == row.entity.public_code != row.entity.code


def test_a_change_leaves_a_revision_and_an_event(organiser, listing):
    change(organiser, listing, name="示范县改名有限公司")

    revision = EntityRevision.objects.get(entity=listing.entity)
    event = AuditEvent.objects.get(action="entity.changed")
    assert revision.version == 2
    assert revision.changes["entity"] == {"name": ["示范县第1建材有限公司", "示范县改名有限公司"]}
    assert event.detail["entity"] == revision.changes["entity"]
    page = signed_in(organiser).get(reverse("registry:entity-detail", kwargs={"pk": listing.pk}))
    assert "<del>示范县第1建材有限公司</del>" in page.content.decode()


def test_a_form_opened_before_somebody_elses_change_is_refused(organiser, listing):
    post = edited(listing, address="乙镇2号")
    change(organiser, listing, address="甲镇1号")

    page = signed_in(organiser).post(
        reverse("registry:entity-edit", kwargs={"pk": listing.pk}), post
    )

    assert page.status_code == 409
    assert "已被他人修改为第 2 版" in page.content.decode()
    assert Entity.objects.get().address == "甲镇1号"


def test_the_edit_page_saves_what_was_typed(organiser, listing):
    page = signed_in(organiser).post(
        reverse("registry:entity-edit", kwargs={"pk": listing.pk}),
        edited(listing, address="丙镇3号", tags="露天开采、建材、建材"),
    )

    listing.refresh_from_db()
    assert page.status_code == 302
    assert (listing.entity.address, listing.tags) == ("丙镇3号", ["建材", "露天开采"])


def test_leaving_needs_a_reason_and_keeps_the_history(organiser, listing):
    client = signed_in(organiser)
    url = reverse("registry:entity-leave", kwargs={"pk": listing.pk})

    without = client.post(url, {"reason": " "})
    client.post(url, {"reason": "迁出本县"})

    listing.refresh_from_db()
    assert "没有保存" in without.content.decode()
    assert (listing.state, listing.left_reason) == ("left", "迁出本县")
    assert AuditEvent.objects.filter(action="entity.left").count() == 1
    with pytest.raises(Conflict, match="已经出库"):
        entities.leave(actor=organiser, listing=listing, reason="再办", today=TODAY)

    client.post(reverse("registry:entity-return", kwargs={"pk": listing.pk}))
    listing.refresh_from_db()
    assert (listing.state, listing.to_on) == ("in_pool", None)


@pytest.mark.rule("A17")
def test_tagging_is_one_event_and_a_revision_for_each(organiser, bureau, foreign_bureau):
    rows = [listed(organiser, bureau, n) for n in (1, 2)]
    tagged = listed(organiser, bureau, 3, tags=["绿色矿山"])
    stranger = make_user("stranger", "测邻县", foreign_bureau, "organiser")
    theirs = listed(stranger, foreign_bureau, 4)
    pks = [row.pk for row in (*rows, tagged, theirs)]

    signed_in(organiser).post(
        reverse("registry:entity-tag"), {"pk": pks, "tag": "绿色矿山", "action": "tag"}
    )

    event = AuditEvent.objects.get(action="entity.tagged")
    assert event.detail["batch"] == [uscc(1), uscc(2)]
    assert f"registry.entity:{rows[0].entity_id}" in event.about
    assert EntityRevision.objects.count() == 2
    assert Listing.objects.filter(tags__contains=["绿色矿山"]).count() == 3
    with pytest.raises(Conflict):
        change(organiser, rows[0], name="标签之前打开的表单")


def test_tagging_nothing_is_refused(organiser, listing):
    page = signed_in(organiser).post(reverse("registry:entity-tag"), {"tag": "甲", "action": "tag"})

    assert page.status_code == 422
    assert "还没有选中任何对象" in page.content.decode()


def test_the_list_is_found_by_two_characters_code_tag_and_class(organiser, bureau):
    listed(organiser, bureau, 1, name="示范县白杨沟砂石料有限公司", tags=["绿色矿山"])
    listed(organiser, bureau, 2, name="示范县赤松岭建材有限公司", credit_class="D")
    client = signed_in(organiser)

    def names(**query):
        page = client.get(reverse("registry:entity-list"), query)
        return [row.listing.entity.name for row in page.context["rows"]]

    assert names(q="杨沟") == ["示范县白杨沟砂石料有限公司"]
    assert names(q=uscc(2)) == ["示范县赤松岭建材有限公司"]
    assert names(tag="绿色矿山") == ["示范县白杨沟砂石料有限公司"]
    assert names(credit="D") == ["示范县赤松岭建材有限公司"]
    assert names(state="left") == []


def test_a_saved_filter_comes_back_as_a_chip(organiser, listing):
    client = signed_in(organiser)

    answer = client.post(reverse("registry:filter-save"), {"name": "D类", "query": "credit=D"})
    page = client.get(answer["Location"])

    assert SavedFilter.objects.get(user=organiser).query == "credit=D"
    assert page.context["chips"][0] == {
        "label": "D类", "count": None, "url": "?credit=D", "current": True,
    }  # fmt: skip


def test_a_name_that_looks_like_a_formula_is_exported_as_text(organiser, bureau):
    listed(organiser, bureau, 1, name='=HYPERLINK("http://x","y")')

    book = load_workbook(
        io.BytesIO(signed_in(organiser).get(reverse("registry:entity-export")).content)
    )

    cell = book.active["B2"]
    assert (cell.data_type, cell.value) == ("s", '\'=HYPERLINK("http://x","y")')


def test_the_list_asks_the_same_number_of_queries_for_3_and_30_rows(
    organiser, bureau, django_assert_max_num_queries
):
    client = signed_in(organiser)
    [listed(organiser, bureau, n, tags=["甲"]) for n in range(3)]
    client.get(reverse("registry:entity-list"))
    with django_assert_max_num_queries(40) as few:
        client.get(reverse("registry:entity-list"))
    [listed(organiser, bureau, n) for n in range(3, 30)]
    client.get(reverse("registry:entity-list"))  # the masthead counts anew after a change
    with django_assert_max_num_queries(40) as many:
        page = client.get(reverse("registry:entity-list"))

    assert len(page.context["rows"]) == 30
    assert len(few) == len(many)


def test_the_licence_and_dates_are_shown_as_they_are(organiser, listing):
    change(organiser, listing, licence_name="采矿许可证", licence_expires_on=date(9999, 12, 31))

    page = signed_in(organiser).get(reverse("registry:entity-detail", kwargs={"pk": listing.pk}))

    assert "长期" in page.content.decode()
