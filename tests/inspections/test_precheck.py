"""预查比对: one sheet per visit, compared by its team before it goes (A63, A69)."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent, RuleSetting
from inspections.models import PreCheck, PreCheckLine, VisitMatter
from inspections.selectors import lacking, precheck_state, waiting_before
from inspections.selectors import precheck as reading
from inspections.services import finishing, prechecks
from registry.models import Entity, Listing
from tests.inspections.dispatch_cast import TODAY
from tests.inspections.field_case import begun, filled
from tests.planning.build import hit

pytestmark = pytest.mark.django_db


def facts(case):
    return {fact.key: fact for fact in reading.of(case.visit, TODAY).facts}


def save(case, *, actor=None, results=None, methods=("on_site",), **options):
    given = {"bring": "", "seen": reading.of(case.visit, TODAY).version, "finish": False} | options
    chosen = dict.fromkeys(facts(case), ("compared", "")) if results is None else results
    return prechecks.save(
        visit=case.visit,
        actor=actor or case.leader,
        results=chosen,
        methods={case.matter.pk: list(methods)},
        today=TODAY,
        **given,
    )


@pytest.mark.rule("A63")
def test_the_sheet_gathers_what_the_office_knows(case):
    entity = case.visit.entity
    Entity.objects.filter(pk=entity.pk).update(
        licence_name="采矿许可证", licence_number="C1", licence_expires_on="2025-12-31"
    )
    Listing.objects.filter(entity=entity).update(credit_class="C", risk_flags=["complaints"])
    hit(entity.listings.get(), day=TODAY, source="import:1")

    found = facts(case)

    assert "已过期" in found["licence"].text
    assert found["licence"].is_bad
    assert "多次被投诉举报" in found["risk"].text
    assert "2026-03-12 双随机抽查" in found["ledger"].text
    assert found["disputes"].text == "没有异议和更正。"
    assert reading.of(case.visit, TODAY).tools == (
        "测量器具（米）",
        "拍照设备（检查表有须拍照的条目）",
    )


@pytest.mark.rule("A63")
def test_a_finished_sheet_says_who_and_fixes_the_methods(case):
    row = save(case, methods=("document", "on_site"), bring="无人机", finish=True)

    assert (row.done_by, row.content["bring"]) == (case.leader, "无人机")
    assert case.matter.methods == ["document", "on_site"]
    assert {line.by for line in row.lines.all()} == {case.leader}
    assert AuditEvent.objects.filter(action="precheck.finished").count() == 1
    assert precheck_state.card(case.visit) == row


@pytest.mark.rule("A63")
def test_a_sheet_with_an_open_line_is_not_finished_and_nothing_is_kept(case):
    results = {key: ("compared", "") for key in facts(case) if key != "licence"}

    with pytest.raises(RuleError, match="“许可证照”还没有比对"):
        save(case, results=results, finish=True)

    assert not PreCheck.objects.exists()
    assert save(case, results=results).lines.count() == len(results)


@pytest.mark.rule("A69")
def test_what_does_not_apply_or_differs_carries_its_reason(case):
    with pytest.raises(RuleError, match="请写明为什么不适用"):
        save(case, results={"licence": ("na", " ")})
    with pytest.raises(RuleError, match="请写明哪里有出入"):
        save(case, results={"standing": ("differs", "")})
    row = save(case, results={"licence": ("na", "本事项无须许可")})

    with pytest.raises(IntegrityError, match="precheck_line_reason"), transaction.atomic():
        PreCheckLine.objects.filter(precheck=row).update(note="")


def test_each_line_keeps_the_name_of_who_compared_it(case):
    save(case, results={"licence": ("compared", "")})
    save(
        case,
        actor=case.second,
        results={"licence": ("compared", ""), "risk": ("compared", "")},
    )

    found = dict(PreCheckLine.objects.values_list("key", "by"))

    assert found == {"licence": case.leader.pk, "risk": case.second.pk}


def test_two_at_once_one_saves_and_the_other_is_told(case):
    save(case, results={"licence": ("compared", "")})

    with pytest.raises(RuleError, match="保存过这张表"):
        save(case, actor=case.second, results={"risk": ("compared", "")}, seen=0)


@pytest.mark.rule("A60")
def test_only_the_team_fills_it_in_and_only_before_it_goes(case, organiser_coordinator):
    with pytest.raises(Forbidden):
        save(case, actor=organiser_coordinator)
    begun(case)

    with pytest.raises(Conflict, match="检查中"):
        save(case)


@pytest.mark.rule("A69")
def test_where_the_house_asks_for_it_the_end_waits_for_it_or_for_a_reason(bureau, case):
    assert not precheck_state.is_lacking(case.visit)
    RuleSetting.objects.create(authority=bureau, key="precheck", value="required", citation="规定")
    filled(begun(case))
    assert [text[:12] for text in lacking.missing(case.visit)] == ["按本单位规定检查前须预查"]

    finishing.trim(
        visit_pk=case.visit_pk, actor=case.leader, step="precheck", reason="举报紧急，直接到场"
    )

    assert lacking.missing(case.visit) == []


def test_where_the_house_asks_for_it_it_waits_for_the_leader(bureau, case):
    assert waiting_before.for_user(case.leader, TODAY) == []
    RuleSetting.objects.create(authority=bureau, key="precheck", value="required", citation="规定")

    found = [item.subject for item in waiting_before.for_user(case.leader, TODAY)]

    assert found == [case.visit.entity.name]
    assert waiting_before.for_user(case.second, TODAY) == []
    save(case, finish=True)
    assert waiting_before.for_user(case.leader, TODAY) == []


def test_the_page_keeps_what_was_typed_and_the_phone_shows_one_card(client, case):
    client.force_login(case.leader)
    url = reverse("inspections:precheck", args=[case.visit_pk])
    typed = {"r-licence": "na", "n-licence": "", "bring": "全站仪", "seen": "0"}
    refused = client.post(url, typed)
    assert refused.status_code == 422
    assert "全站仪" in refused.text
    whole = {f"r-{key}": "compared" for key in facts(case)}
    whole |= {f"m-{case.matter.pk}": ["on_site"], "bring": "全站仪", "seen": "0", "finish": "on"}

    assert client.post(url, whole).status_code == 302

    phone = client.get(reverse("inspections:field-visit", args=[case.visit_pk])).text
    assert "全站仪" in phone
    assert VisitMatter.objects.get(pk=case.matter.pk).methods == ["on_site"]
    pdf = client.get(reverse("inspections:precheck-pdf", args=[case.visit_pk]))
    assert pdf.content.startswith(b"%PDF")


def test_the_sheet_costs_the_same_however_many_lines(case, django_assert_max_num_queries):
    save(case)

    with django_assert_max_num_queries(20):
        reading.of(case.visit, TODAY)
