"""Inspectors, matters, the ledger's opening balance, and the hook for kinds of higher apps."""

from datetime import date

import pytest

from bureau.errors import RuleError
from bureau.models import AuditEvent
from registry.models import Inspector, LedgerEntry, Matter, MatterRevision
from registry.services import imports
from registry.services.imports import kinds
from tests.registry.rosters import (
    PEOPLE,
    TODAY,
    codes,
    committed,
    counts,
    person,
    row,
    staged,
    uscc,
    workbook,
)

pytestmark = pytest.mark.django_db
MATTERS = ["编号", "抽查事项", "事项类别", "检查对象", "检查方式", "检查依据", "抽查比例"]
LEDGER = ["统一代码", "检查日期", "检查类型", "检查事项", "检查结果", "备注"]


def matter(code, **changes):
    values = {
        "code": code,
        "name": f"对{code}的检查",
        "category": "一般检查事项",
        "object": "采矿权人",
        "methods": "现场检查、书面检查",
        "basis": "《矿产资源法》",
        "ratio": "5%",
    }
    return list((values | changes).values())


@pytest.mark.rule("A19")
def test_inspectors_are_found_again_by_certificate(bureau, station, everyone):
    committed(workbook([person(1), person(2)], PEOPLE), bureau, everyone, "inspectors")

    batch = committed(
        workbook([person(1), person(2, until="2031-12-31", quals="测绘，矿山")], PEOPLE),
        bureau,
        everyone,
        "inspectors",
    )

    assert counts(batch) == (0, 1, 1, 0)
    renewed = Inspector.objects.get(name="测某2")
    assert renewed.certificate_expires_on == date(2031, 12, 31)
    assert (renewed.quals, renewed.unit, renewed.may_lead) == (["测绘", "矿山"], station, True)
    assert renewed.pid == "ISFX-2026-0002"
    event = AuditEvent.objects.filter(action="import.committed").latest("id")
    assert f"registry.inspector:{renewed.pk}" in event.about


def test_a_renewed_certificate_is_the_same_person_by_pid(bureau, station, everyone):
    headings = ["人员编码", *PEOPLE]
    committed(workbook([["P-1", *person(1)]], headings), bureau, everyone, "inspectors")

    batch = committed(
        workbook([["P-1", *person(1, no="NEW-9")]], headings), bureau, everyone, "inspectors"
    )

    assert counts(batch) == (0, 1, 0, 0)
    assert Inspector.objects.get().certificate_no == "NEW-9"


def test_inspectors_without_certificate_or_from_elsewhere_are_errors(
    bureau, station, foreign_bureau, everyone, outsider
):
    committed(workbook([person(1, unit=None)], PEOPLE), foreign_bureau, outsider, "inspectors")

    batch = staged(
        workbook(
            [person(1), person(2, no=None), person(3, until=None), person(4, until="2020-01-01")],
            PEOPLE,
        ),
        bureau,
        everyone,
        "inspectors",
    )

    assert codes(batch) == [(2, "elsewhere"), (3, "empty"), (4, "empty")]
    assert "执法证已过期，写入后不会被抽中，换证后请更新有效期" in batch.rows.get(row=5).notices


@pytest.mark.rule("A07")
def test_a_changed_matter_is_a_new_version_and_new_ones_are_drafts(bureau, division, everyone):
    committed(workbook([matter("ZR-01"), matter("ZR-02")], MATTERS), bureau, everyone, "matters")
    Matter.objects.update(state="in_force")

    batch = committed(
        workbook([matter("ZR-01", ratio="10%"), matter("ZR-02"), matter("ZR-03")], MATTERS),
        bureau,
        everyone,
        "matters",
    )

    assert counts(batch) == (1, 1, 1, 0)
    first = Matter.objects.get(code="ZR-01")
    assert (first.version, first.ratio_text, first.state) == (2, "10%", "in_force")
    assert first.methods == ["document", "on_site"]
    assert MatterRevision.objects.get(matter=first, version=2).content["ratio_text"] == "10%"
    assert Matter.objects.get(code="ZR-02").version == 1
    assert Matter.objects.get(code="ZR-03").state == "draft"


@pytest.mark.rule("A01")
def test_a_matter_without_basis_is_an_error(bureau, everyone):
    batch = staged(workbook([matter("ZR-01", basis=None)], MATTERS), bureau, everyone, "matters")

    assert codes(batch) == [(2, "empty")]


def test_matters_without_code_are_found_by_name(bureau, everyone):
    sheet = workbook([matter(None, name="对测绘资质单位的检查")], MATTERS)
    committed(sheet, bureau, everyone, "matters")

    again = staged(sheet, bureau, everyone, "matters")

    assert counts(again) == (0, 0, 1, 0)
    assert Matter.objects.get().code == "SX-001"


@pytest.mark.rule("A112")
def test_the_ledger_takes_this_years_inspections_as_opening_balance(bureau, station, everyone):
    committed(workbook([row(1), row(2)]), bureau, everyone)
    committed(workbook([matter("ZR-01")], MATTERS), bureau, everyone, "matters")
    sheet = workbook(
        [
            [uscc(1), "2026年1月15日", "双随机", "对ZR-01的检查", "未发现问题", None],
            [uscc(2), "2026.2.3", "投诉举报", "别的事项", None, "12345 转办"],
            [uscc(3), "2026-01-15", "日常", None, None, None],
            [uscc(1), "2026-12-31", "日常", None, None, None],
        ],
        LEDGER,
    )

    batch = staged(sheet, bureau, everyone, "ledger")
    assert codes(batch) == [(4, "unknown_entity"), (5, "future")]
    imports.commit(batch=batch, skip_errors=True, actor=everyone, today=TODAY)

    first, second = LedgerEntry.objects.order_by("day")
    assert (first.kind, first.counts, first.is_open, first.note) == (
        "random",
        True,
        False,
        "结果：未发现问题",
    )
    assert [m.code for m in first.matters.all()] == ["ZR-01"]
    assert (second.kind, second.counts, second.note) == ("complaint", False, "12345 转办")
    assert first.source.startswith("import:")
    again = staged(sheet, bureau, everyone, "ledger")
    assert counts(again) == (0, 0, 2, 2)


def test_plans_are_sent_to_the_plan_page_until_planning_takes_them(bureau, everyone, monkeypatch):
    monkeypatch.setattr(kinds, "KINDS", dict(kinds.KINDS))
    kinds.KINDS.pop("plans", None)
    with pytest.raises(RuleError, match="请打开“计划”"):
        kinds.importer_of("plans")

    kinds.committer("plans")(object)

    assert type(kinds.importer_of("plans")) is object
