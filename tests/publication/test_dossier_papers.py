"""Papers of a dossier that only some cases have: 预查, 文书和回执, 复查, 处罚, 异议, 转交, each with what it must say (A89)."""

import io

import pytest
from pypdf import PdfReader

from inspections.selectors import precheck as reading
from inspections.services import prechecks, rechecks, transfers
from publication.selectors import dossier_cases, dossier_checks
from publication.services import dossier_papers, objections, penalties
from tests.inspections.conftest import MORNING
from tests.inspections.dispatch_cast import dispatched
from tests.inspections.disposal_case import issued, opened, received, recheck_asked
from tests.inspections.field_case import Case, ordered_case
from tests.publication.cast import approved_matter, publish
from tests.publication.penalty_case import decision
from tests.publication.test_objection import recheck, register

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A89")]
TODAY = MORNING.date()


@pytest.fixture
def case(bureau, people) -> Case:
    return ordered_case(
        bureau, people["leader"], people["second"], people["desk"], people["head"], number=1
    )


def of(visit_pk, task_pk) -> dossier_cases.Case:
    return dossier_cases.one(visit_pk, task_pk)


def papers(found: dossier_cases.Case, part: str) -> dict[str, str]:
    """Name → what the printed paper says, without white space."""
    return {
        paper.name: text_of(paper.make())
        for paper in dossier_papers.of(found)
        if paper.part == part
    }


def text_of(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def checks(found: dossier_cases.Case) -> dict[str, dossier_checks.Check]:
    return {check.part.key: check for check in dossier_checks.of(found)}


def test_the_comparison_before_the_visit_is_bound_as_it_was_finished(case):
    sheet = reading.of(case.visit, TODAY)
    prechecks.save(
        visit=case.visit,
        actor=case.leader,
        results={fact.key: ("compared", "与登记一致") for fact in sheet.facts},
        methods={case.matter.pk: ["on_site"]},
        bring="卷尺",
        seen=sheet.version,
        finish=True,
        today=TODAY,
    )

    found = of(case.visit_pk, case.matter.task_id)

    (text,) = papers(found, "precheck").values()
    assert "与登记一致" in text
    assert "卷尺" in text
    assert not checks(found)["precheck"].trimmed


def test_an_order_to_rectify_stands_with_its_letter_receipt_and_recheck(case, people):
    row = opened(case, "rectify", TODAY)
    letter = issued(row, case.organiser, TODAY)
    received(row, case.organiser, TODAY, note="矿长当面签收")
    asked = recheck_asked(row, case.organiser, TODAY)
    rechecks.decide(recheck_pk=asked.pk, approve=True, note="", actor=people["head"])
    open_one = checks(of(case.visit_pk, case.matter.task_id))["disposal"]

    rechecks.record(
        recheck_pk=asked.pk,
        is_passed=True,
        actor=case.leader,
        visited_on=TODAY,
        place="东采场",
        finding="边界已恢复",
        today=TODAY,
    )

    found = of(case.visit_pk, case.matter.task_id)
    bound = papers(found, "disposal")
    assert list(bound) == [
        f"后续处置 {row.number}",
        f"{letter.get_kind_display()} {letter.number}",
        f"回执：{letter.number}",
        f"复查 {asked.number}",
    ]
    assert "采场东侧越界约6米" in bound[f"{letter.get_kind_display()} {letter.number}"]
    assert "矿长当面签收" in bound[f"回执：{letter.number}"]
    assert "东采场" in bound[f"复查 {asked.number}"]
    assert "已改正" in bound[f"复查 {asked.number}"]
    assert open_one.lacking == f"{row.number} 没有办结"
    assert checks(found)["disposal"].is_whole


def test_a_penalty_of_the_case_is_bound_and_must_be_published(case, people, bureau):
    row = opened(case, "case", TODAY)
    penalty = penalties.record(
        entity=case.visit.entity,
        authority=bureau,
        decision=decision(TODAY),
        disposal=row,
        actor=people["publisher"],
        today=TODAY,
    )

    found = of(case.visit_pk, case.matter.task_id)

    text = papers(found, "penalty")[f"行政处罚信息 {penalty.number}"]
    assert "罚款人民币贰万元" in text
    assert "《矿产资源法》第四十条" in text
    assert checks(found)["penalty"].lacking == f"{penalty.number} 还没有公示"


def test_an_objection_is_bound_with_its_papers_and_must_be_answered(bureau, people, deputy):
    matter = approved_matter(bureau, people)
    publish(matter, people["publisher"])
    row = register(matter, people)
    objections.accept(objection=row.pk, actor=people["publisher"], today=TODAY)
    waiting = checks(of(matter.visit_id, matter.task_id))["objection"]

    row = recheck(row, deputy)
    objections.reply(
        objection=row.pk,
        text="经复查不成立，原结果不变。",
        replied_on=TODAY,
        actor=people["publisher"],
        today=TODAY,
    )

    found = of(matter.visit_id, matter.task_id)
    bound = papers(found, "objection")
    names = {paper.number for paper in row.papers.all()}
    assert names
    assert len(bound) == 1 + len(names)
    assert "未越界开采" in bound[f"异议 {row.number}"]
    assert any("经复查不成立，原结果不变" in text for text in bound.values())
    assert "没有办结" in waiting.lacking
    assert checks(found)["objection"].is_whole


def test_a_visit_handed_to_another_unit_keeps_the_written_notice(bureau, station, people):
    (visit,) = dispatched(bureau, people["desk"])
    asked = transfers.request(
        visit=visit,
        to=station,
        moved_on=TODAY,
        new_address="东城路 8 号",
        reason="住所变更登记",
        actor=people["desk"],
        today=TODAY,
    )
    before = dossier_papers.of(of(visit.pk, visit.matters.get().task_id))
    row = transfers.decide(transfer=asked, approve=True, actor=people["head"])

    bound = papers(of(visit.pk, visit.matters.get().task_id), "transfer")

    assert "transfer" not in {paper.part for paper in before}
    assert list(bound) == [f"转交通知 {row.number}"]
    assert "东城路8号" in bound[f"转交通知 {row.number}"]
