"""Rosters of entities: what is read, what is refused, what is written."""

import pytest

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent
from registry.demo.office import AGENCIES
from registry.demo.workbook import roster_workbook
from registry.models import Entity, EntityRevision, ImportRow, Listing, SpecialPool
from registry.services import imports
from tests.people import make_unit
from tests.registry.rosters import TODAY, codes, committed, counts, row, staged, uscc, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo_stations(bureau):
    return [make_unit(bureau, a.code, a.name) for a in AGENCIES if a.kind == "station"]


def test_a_messy_roster_gives_exactly_its_faults(bureau, everyone, demo_stations, tmp_path):
    made = roster_workbook(tmp_path / "roster.xlsx", 400)

    with made.path.open("rb") as upload:
        batch = staged(upload, bureau, everyone)

    assert dict(codes(batch)) == made.wrong
    assert counts(batch) == (len(made.good), 0, 0, len(made.wrong))
    assert batch.rows.count() == batch.total == 400
    assert batch.mapping["header_row"] == 4
    assert batch.mapping["unknown"] == [{"letter": "O", "heading": "填表人签字"}]


def test_the_same_file_again_changes_nothing(bureau, everyone, demo_stations, tmp_path):
    made = roster_workbook(tmp_path / "roster.xlsx", 120, errors=False)
    with made.path.open("rb") as upload:
        committed(upload, bureau, everyone)

    with made.path.open("rb") as upload:
        again = staged(upload, bureau, everyone)

    assert counts(again) == (0, 0, 120, 0)
    assert "同一个文件已写入过一次（“名录.xlsx”）" in again.notices


@pytest.mark.rule("A12")
def test_a_new_row_becomes_entity_listing_revision_and_one_event(bureau, station, everyone):
    batch = committed(workbook([row(1), row(2)]), bureau, everyone)

    listing = Listing.objects.select_related("entity", "unit").get(entity__code=uscc(1))
    assert (listing.unit, listing.credit_class, listing.tags) == (
        station,
        "B",
        ["建材", "露天开采"],
    )
    assert (listing.from_on, listing.classed_on, listing.class_source) == (
        TODAY,
        TODAY,
        "Excel 导入",
    )
    entity = listing.entity
    assert (entity.kind, entity.public_code, entity.version) == ("enterprise", uscc(1), 1)
    assert entity.bigrams
    assert entity.region == bureau.region
    revision = EntityRevision.objects.get(entity=entity)
    assert revision.changes["listing"]["unit"] == [None, "SFX-BS"]
    assert revision.by == everyone
    event = AuditEvent.objects.get(action="import.committed")
    assert event.about == [f"registry.importbatch:{batch.pk}"]
    assert event.detail["new"] == 2


@pytest.mark.rule("A14")
def test_a_change_shows_old_and_new_and_writes_a_version(bureau, station, everyone):
    committed(workbook([row(1), row(2)]), bureau, everyone)

    batch = staged(workbook([row(1, credit="C", tags="露天开采，建材"), row(2)]), bureau, everyone)
    assert counts(batch) == (0, 1, 1, 0)
    assert batch.rows.get(verdict="changed").differences == {"credit_class": ["B", "C"]}
    imports.commit(batch=batch, skip_errors=False, actor=everyone, today=TODAY)

    entity = Entity.objects.get(code=uscc(1))
    assert entity.version == 2
    assert entity.listings.get().credit_class == "C"
    assert Entity.objects.get(code=uscc(2)).version == 1
    changes = entity.revisions.get(version=2).changes
    assert changes == {"entity": {}, "listing": {"credit_class": ["B", "C"]}}


def test_an_empty_cell_changes_nothing(bureau, station, everyone):
    committed(workbook([row(1)]), bureau, everyone)

    batch = staged(workbook([row(1, unit=None, expires="", tags=None)]), bureau, everyone)

    assert counts(batch) == (0, 0, 1, 0)


def test_a_short_code_says_row_column_value_and_remedy(bureau, station, everyone):
    batch = staged(workbook([row(1, code=uscc(1)[:17])], title="名录表"), bureau, everyone)

    problem = batch.rows.get().problems[0]
    sentence = imports.sentence(3, problem)
    assert (
        sentence == f"第 3 行「社会信用代码」统一社会信用代码应为 18 位，实际 17 位：{uscc(1)[:17]}"
    )
    assert problem["letter"] == "B"
    assert problem["remedy"] == "少了 1 位，请对照营业执照补正"


def test_a_code_kept_as_number_is_refused_with_the_cure(bureau, station, everyone):
    batch = staged(workbook([row(1, code=919901221234567890)]), bureau, everyone)

    problem = batch.rows.get().problems[0]
    assert problem["code"] == "lost_precision"
    assert "文本" in problem["remedy"]


def test_the_second_row_with_a_key_names_the_first(bureau, station, everyone):
    batch = staged(workbook([row(1), row(2), row(1, name="另一个名字")]), bureau, everyone)

    assert codes(batch) == [(4, "duplicate")]
    assert batch.rows.get(row=4).problems[0]["message"] == "与第 2 行重复"


def test_an_unknown_unit_lists_the_units_there_are(bureau, station, everyone):
    batch = staged(workbook([row(1, unit="南山国土所")]), bureau, everyone)

    problem = batch.rows.get().problems[0]
    assert problem["message"] == "“南山国土所”不是本单位的科室或所"
    assert problem["remedy"] == "可填：示范县自然资源和规划局、北山国土所"


def test_rows_with_errors_are_left_out_only_when_somebody_says_so(bureau, station, everyone):
    batch = staged(workbook([row(1), row(2, code="123")]), bureau, everyone)

    with pytest.raises(RuleError, match="有 1 行有错误，没有写入"):
        imports.commit(batch=batch, skip_errors=False, actor=everyone, today=TODAY)
    assert not Entity.objects.exists()

    imports.commit(batch=batch, skip_errors=True, actor=everyone, today=TODAY)
    assert [e.code for e in Entity.objects.all()] == [uscc(1)]


def test_what_changed_since_the_check_stops_the_writing(bureau, station, everyone):
    committed(workbook([row(1)]), bureau, everyone)
    batch = staged(workbook([row(1, credit="C"), row(2)]), bureau, everyone)
    Listing.objects.update(credit_class="D")

    with pytest.raises(Conflict, match="本批 1 行的结论已不同"):
        imports.commit(batch=batch, skip_errors=False, actor=everyone, today=TODAY)

    assert not Entity.objects.filter(code=uscc(2)).exists()


def test_an_entity_that_appeared_since_the_check_stops_the_writing(bureau, station, everyone):
    batch = staged(workbook([row(1)]), bureau, everyone)
    committed(workbook([row(1)]), bureau, everyone)

    with pytest.raises(Conflict):
        imports.commit(batch=batch, skip_errors=False, actor=everyone, today=TODAY)


def test_a_batch_is_written_once(bureau, station, everyone):
    batch = committed(workbook([row(1)]), bureau, everyone)

    with pytest.raises(Conflict, match=r"已写入.*测全能"):
        imports.commit(batch=batch, skip_errors=False, actor=everyone, today=TODAY)
    with pytest.raises(Conflict):
        imports.drop(batch=batch, actor=everyone)


def test_an_inspector_may_not_write(bureau, station, everyone, inspector_user):
    batch = staged(workbook([row(1)]), bureau, everyone)

    with pytest.raises(Forbidden):
        imports.commit(batch=batch, skip_errors=False, actor=inspector_user, today=TODAY)


@pytest.mark.rule("A16")
def test_entities_without_a_number_get_a_public_code_and_are_found_again(bureau, station, everyone):
    sheet = [["北山镇一号图斑", None, "地块"], ["北山镇二号图斑", None, "地块"]]
    headings = ["名称", "统一社会信用代码", "对象类型"]
    committed(workbook(sheet, headings), bureau, everyone)

    again = staged(workbook(sheet, headings), bureau, everyone)

    assert counts(again) == (0, 0, 2, 0)
    assert sorted(Entity.objects.values_list("public_code", "code", "kind")) == [
        ("SFX-G000001", "SFX-G000001", "plot"),
        ("SFX-G000002", "SFX-G000002", "plot"),
    ]


def test_numbers_that_are_no_codes_keep_their_hyphens_and_get_public_codes(
    bureau, station, everyone
):
    rows = [
        ["某住宅项目", "2026-990101-10-01-123456", "项目"],
        ["某小班", "示林证字第8号", "小班"],
        ["某石灰岩矿", "C9901012019017120000123", None],
    ]
    committed(workbook(rows, ["名称", "代码", "对象类型"]), bureau, everyone)

    found = Entity.objects.order_by("id").values_list("id_kind", "code", "public_code", "kind")
    assert list(found) == [
        ("project", "2026-990101-10-01-123456", "2026-990101-10-01-123456", "project"),
        ("parcel", "示林证字第8号", "SFX-G000001", "plot"),
        ("mining", "C9901012019017120000123", "C9901012019017120000123", "mine"),
    ]


def test_what_another_bureau_lists_is_listed_here_too(
    bureau, station, foreign_bureau, everyone, outsider
):
    committed(workbook([row(1, unit=None)]), foreign_bureau, outsider)

    batch = committed(workbook([row(1, name="示范县第1新材料有限公司")]), bureau, everyone)

    assert counts(batch) == (1, 0, 0, 0)
    entity = Entity.objects.get()
    assert (entity.name, entity.version, entity.listings.count()) == (
        "示范县第1新材料有限公司",
        2,
        2,
    )


def test_one_that_left_comes_back(bureau, station, everyone):
    committed(workbook([row(1)]), bureau, everyone)
    Listing.objects.update(state="left", to_on=TODAY, left_reason="停产")

    batch = committed(workbook([row(1)]), bureau, everyone)

    assert counts(batch) == (0, 1, 0, 0)
    listing = Listing.objects.get()
    assert (listing.state, listing.to_on, listing.left_reason) == ("in_pool", None, "")


@pytest.mark.rule("A13")
def test_special_pools_follow_the_sheet(bureau, station, division, everyone):
    for code, name in (("KC", "采矿权人专项库"), ("MC", "木材经营专项库")):
        SpecialPool.objects.create(
            authority=bureau, code=code, name=name, object_kind="企业", criterion="x", unit=division
        )
    headings = ["名称", "代码", "专项库"]
    committed(workbook([["甲", uscc(1), "采矿权人专项库"]], headings), bureau, everyone)

    batch = committed(
        workbook([["甲", uscc(1), "木材经营专项库"], ["乙", uscc(2), "KC"]], headings),
        bureau,
        everyone,
    )

    assert batch.rows.get(row=2).differences == {"special_pools": [["KC"], ["MC"]]}
    members = {
        p.code: [li.entity.name for li in p.listings.all()] for p in SpecialPool.objects.all()
    }
    assert members == {"KC": ["乙"], "MC": ["甲"]}


def test_a_region_outside_the_county_is_refused(bureau, station, everyone):
    batch = staged(
        workbook([["甲", uscc(1), "990199"]], ["名称", "代码", "行政区划"]), bureau, everyone
    )

    assert codes(batch) == [(2, "unknown_name")]


def test_a_namesake_under_another_code_is_mentioned(bureau, station, everyone):
    committed(workbook([row(1)]), bureau, everyone)

    batch = staged(workbook([row(2, name="示范县第1建材有限公司")]), bureau, everyone)

    assert batch.rows.get().notices == [
        f"库内已有同名对象（代码 {uscc(1)}）；如是同一家换了代码，请先核实"
    ]


def test_rows_are_kept_after_dropping(bureau, station, everyone):
    batch = staged(workbook([row(1)]), bureau, everyone)

    imports.drop(batch=batch, actor=everyone)

    batch.refresh_from_db()
    assert batch.state == "dropped"
    assert ImportRow.objects.count() == 1
    assert not Entity.objects.exists()
