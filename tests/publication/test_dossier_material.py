"""What the firm and the recheck brought is bound in the dossier whole, every file once (A82, A86, A89)."""

import pytest

from bureau.services import files
from inspections.models import Disposal, Notice
from inspections.services import letters, rechecks
from inspections.services.outcomes import NewFinding
from publication.selectors import dossier_cases
from publication.services import dossier_papers, firm_requests, objections
from tests.inspections.conftest import MORNING
from tests.inspections.disposal_case import issued, recheck_asked
from tests.inspections.field_case import photo
from tests.publication.cast import approved_matter, publish

pytestmark = pytest.mark.django_db
TODAY = MORNING.date()


@pytest.fixture
def matter(bureau, people):
    found = NewFinding(fact="越界", basis="第四十条")
    row = approved_matter(bureau, people, codes=("N02",), findings=(found,))
    publish(row, people["publisher"])
    row.refresh_from_db()
    return row


def stored(bureau, people, colour: str):
    upload = photo(colour)
    return files.store(
        upload=upload, name=upload.name, authority=bureau, by=people["desk"], accept=("image",)
    )


def names(matter, part: str) -> list[str]:
    case = dossier_cases.one(matter.visit_id, matter.task_id)
    return [paper.name for paper in dossier_papers.of(case) if paper.part == part]


@pytest.mark.rule("A82")
def test_the_files_of_an_objection_are_bound_with_it(bureau, people, matter):
    row = objections.register(
        visit_matter=matter.pk,
        applicant="示范企业",
        contact="0990-5550123",
        received_on=TODAY,
        text="面积有误",
        actor=people["desk"],
        today=TODAY,
        files=[stored(bureau, people, "red"), stored(bureau, people, "blue")],
    )

    bound = names(matter, "objection")

    assert [name for name in bound if "材料" in name] == [
        f"异议材料 1：{row.number}",
        f"异议材料 2：{row.number}",
    ]


@pytest.mark.rule("A86")
def test_all_that_the_firm_and_the_recheck_brought_is_bound_once(bureau, people, matter):
    row = Disposal.objects.get()
    issued(row, people["desk"], TODAY)
    letters.receive(
        disposal_pk=row.pk,
        receipt_on=TODAY,
        note="当面签收",
        document=stored(bureau, people, "white"),
        actor=people["desk"],
        today=TODAY,
    )
    sent = hand_in(people, matter, row, ["red", "blue"])
    recheck = recheck_asked(row, people["desk"], TODAY)
    rechecks.decide(recheck_pk=recheck.pk, approve=True, note="", actor=people["head"])
    rechecks.record(
        recheck_pk=recheck.pk,
        visited_on=TODAY,
        place="采场东侧",
        is_passed=True,
        finding="已回填",
        actor=people["leader"],
        today=TODAY,
        documents=[stored(bureau, people, "green"), stored(bureau, people, "black")],
    )

    bound = names(matter, "disposal")

    assert len([name for name in bound if name.startswith("回执扫描件")]) == 1
    assert [name for name in bound if name.startswith("处置材料")] == [
        "处置材料：收到整改材料",
        "处置材料：核查已改正",
        f"处置材料：整改材料 {sent.number}",
        f"处置材料：复查 {recheck.number}",
    ]


def hand_in(people, matter, row: Disposal, colours: list[str]):
    """By the firm, with its notice's code, and taken up at the desk."""
    notice = Notice.objects.create(
        visit=matter.visit,
        number="示检通〔2026〕900号",
        token="token-of-the-firm",
        content={},
        issued_by=people["desk"],
    )
    sent = firm_requests.submit(
        notice=notice,
        kind="rectification",
        text="已回填",
        contact_name="沈某",
        contact_phone="0999-7000000",
        today=TODAY,
        disposal=row,
        uploads=[(f"{colour}.jpg", photo(colour)) for colour in colours],
    )
    return firm_requests.accept(
        firm_request=sent.pk, answer="已收到", actor=people["desk"], today=TODAY
    )
