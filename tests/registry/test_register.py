from datetime import date

import pytest
import time_machine
from django.http import QueryDict
from django.urls import reverse

from bureau.errors import RuleError
from registry.models import LedgerEntry
from registry.selectors import register
from registry.services import entities
from tests.people import make_user
from tests.registry.registers import TODAY, about, facts, listed, signed_in

pytestmark = pytest.mark.django_db


def hit(listing, day, number, *, authority=None, is_open=False):
    return LedgerEntry.objects.create(
        authority=authority or listing.authority,
        entity=listing.entity,
        day=day,
        kind="random",
        is_open=is_open,
        source=f"test:{number}",
    )


@pytest.fixture
def listing(organiser, bureau):
    return listed(organiser, bureau, 1)


@pytest.mark.rule("A48")
def test_two_hits_this_year_fill_the_limit_and_a_risk_flag_lifts_it(organiser, bureau, listing):
    free = listed(organiser, bureau, 2, risk_flags=["complaints"])
    [hit(row, date(2026, 1, n), f"{row.pk}{n}") for row in (listing, free) for n in (5, 6)]
    hit(listing, date(2025, 12, 30), "last-year")

    full, exempt = register.rows([listing, free], bureau, TODAY, reader=organiser)

    assert (full.hits, full.limit, full.is_full) == (2, 2, True)
    assert (exempt.hits, exempt.is_full, exempt.is_exempt) == (2, False, True)
    assert full.last.day == date(2026, 1, 6)


@pytest.mark.rule("A14")
def test_what_another_authority_did_is_not_shown(organiser, bureau, listing, foreign_bureau):
    stranger = make_user("stranger", "测邻县", foreign_bureau, "organiser")
    theirs = listed(stranger, foreign_bureau, 1, tags=["邻县内部标签"])
    hit(theirs, date(2026, 2, 1), "theirs")
    entities.change(
        actor=stranger, listing=theirs, version=1, facts=facts(name="示范县第1建材有限公司", address="新址"),
        about_listing=about(foreign_bureau, tags=["邻县新标签"]),
    )  # fmt: skip

    page = signed_in(organiser).get(reverse("registry:entity-detail", kwargs={"pk": listing.pk}))
    text = page.content.decode()

    assert "新址" in text  # a fact of the entity is everybody's
    assert "邻县" not in text.replace("测邻县", "")
    assert list(page.context["ledger"]) == []
    assert {event["actor"] for event in page.context["events"]} == {organiser.full_name}


def test_facets_count_the_whole_pool(organiser, bureau, listing):
    listed(organiser, bureau, 2, credit_class="D")
    hit(listing, date(2026, 1, 5), "1")

    kinds, classes, visited = register.facets(bureau, QueryDict(""), TODAY, reader=organiser)

    assert [(i["label"], i["count"]) for i in kinds["items"]] == [("企业", 2)]
    assert [(i["label"], i["count"]) for i in classes["items"]] == [("B 类", 1), ("D 类", 1)]
    assert [(i["label"], i["count"]) for i in visited["items"]] == [("未检查", 1), ("检查过", 1)]


@time_machine.travel("2026-03-02 10:00+08:00")
def test_the_list_narrows_to_those_not_yet_inspected(organiser, bureau, listing):
    listed(organiser, bureau, 2)
    hit(listing, date(2026, 1, 5), "1")

    page = signed_in(organiser).get(reverse("registry:entity-list"), {"visited": "none"})

    assert [row.listing.entity.name for row in page.context["rows"]] == ["示范县第2建材有限公司"]


def test_an_entity_is_found_by_code_or_by_its_whole_name_only(organiser, bureau, listing):
    listed(organiser, bureau, 2, name="同名厂")
    listed(organiser, bureau, 3, name="同名厂")

    assert register.find_listed(bureau, "示范县第1建材有限公司") == listing.entity
    assert register.find_listed(bureau, listing.entity.code) == listing.entity
    with pytest.raises(RuleError, match="没有代码或名称"):
        register.find_listed(bureau, "示范县")
    with pytest.raises(RuleError, match="不止一个"):
        register.find_listed(bureau, "同名厂")


@pytest.mark.rule("A15")
def test_the_superior_reads_its_subordinates_register_and_no_others(
    superior, listing, foreign_bureau
):
    client = signed_in(superior)

    shown = client.get(reverse("registry:entity-list"), {"of": "SFX"})
    beyond = client.get(reverse("registry:entity-list"), {"of": "LYX"})

    assert [row.listing for row in shown.context["rows"]] == [listing]
    assert "新增对象" not in shown.content.decode()
    assert beyond.status_code == 404


@pytest.mark.rule("A13")
def test_a_special_pool_shows_its_standard_and_members(organiser, bureau, listing):
    from registry.models import SpecialPool

    pool = SpecialPool.objects.create(
        authority=bureau, code="CK", name="采矿权人库", object_kind="矿山", criterion="持有采矿许可证", unit=bureau,
    )  # fmt: skip
    pool.listings.add(listing)
    client = signed_in(organiser)

    page = client.get(reverse("registry:pool-detail", kwargs={"pk": pool.pk})).content.decode()
    pools = client.get(reverse("registry:pool-list")).context["pools"]

    assert "持有采矿许可证" in page
    assert listing.entity.name in page
    assert [(row.name, row.count) for row in pools] == [("采矿权人库", 1)]
