"""A firm looks itself up in the frozen lists: rank and cut-off, exclusion, absence; exact codes, nothing sealed (DRAW §2, §5)."""

import io
import subprocess
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

import lottery
from planning.models import Draw, DrawFile, Pseudonym
from planning.selectors import draws as draw_reads
from planning.services import voids
from publication.rules import lookup as rules
from publication.selectors import lookup, public_draws
from publication.views.lookup import LOOKUPS
from registry.models import Entity
from tests.planning import sitting_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(bureau):
    sitting_cast.fill_pool(bureau)
    return sitting_cast.operator_of(bureau)


@pytest.fixture
def draw(bureau, operator, witness) -> Draw:
    return public_draws.get(sitting_cast.computed(bureau, operator, witness).draws.get().number)


def ranked(draw: Draw, stratum: str) -> list[tuple[str, str]]:
    """(ticket, id) of a stratum, ranked by hand from the public files."""
    files = draw_reads.files(draw)
    seed = draw_reads.seed_of(draw)
    rows = [line.split("\t") for line in files["candidates.tsv"].decode().splitlines()]
    return sorted(
        (lottery.text.h("entity", seed, label, code), code)
        for code, label in rows
        if label == stratum
    )


def ask(code: str, **kwargs) -> str:
    url = reverse("public:draw-lookup", kwargs=kwargs) if kwargs else reverse("public:lookup")
    return Client().get(url, {"code": code}).content.decode()


@pytest.mark.rule("A58")
@pytest.mark.parametrize("stratum", ["A类", "B类"])
def test_every_candidate_learns_the_rank_that_the_files_give(draw, stratum):
    order = ranked(draw, stratum)

    found = {code: lookup.find(code, [draw]).answers[0].chance for _, code in order}

    assert [found[code].rank for _, code in order] == list(range(1, len(order) + 1))
    assert [found[code].ticket for _, code in order] == [ticket for ticket, _ in order]
    k = next(s["k"] for s in draw.counts["strata"] if s["label"] == stratum)
    assert {found[code].cutoff for _, code in order} == {order[k - 1][0]}
    assert [found[code].outcome for _, code in order[:k]] == ["selected"] * k
    assert "selected" not in [found[code].outcome for _, code in order[k:]]


def test_the_command_gives_the_ticket_in_a_shell(draw):
    code = ranked(draw, "A类")[-1][1]

    chance = lookup.find(code, [draw]).answers[0].chance
    done = subprocess.run(chance.command, shell=True, capture_output=True, text=True, check=True)

    assert done.stdout.split()[0] == chance.ticket


def test_an_excluded_firm_reads_why_in_plain_words(draw):
    gone = Entity.objects.get(standing="deregistered")

    page = ask(gone.public_code, number=draw.number)

    assert "被排除，没有参加抽取" in page
    assert rules.meaning("deregistered") in page


def test_who_is_not_in_the_pool_is_told_so(draw):
    page = ask("91990122MA1999999X", number=draw.number)

    assert "不在名单里" in page
    assert "抽签号</dt><dd class" not in page


def test_part_of_a_code_finds_nothing(draw):
    code = ranked(draw, "A类")[0][1]

    answers = [
        lookup.find(part, [draw]).answers[0].kind
        for part in (code[:-1], code[1:], code[:4], "A类", code + "0")
    ]

    assert answers == ["absent"] * 5


def test_a_person_is_found_by_the_pseudonym_and_by_nothing_else(draw):
    pseudonym = Pseudonym.objects.select_related("entity").get(draw=draw)
    person = pseudonym.entity

    by_pseudonym = lookup.find(pseudonym.listed_id, [draw])
    others = [lookup.find(code, [draw]) for code in (person.public_code, person.code)]

    assert by_pseudonym.answers[0].kind == "candidate"
    assert by_pseudonym.name == ""
    assert [(found.answers[0].kind, found.name) for found in others] == [("absent", "")] * 2
    assert person.name not in ask(pseudonym.listed_id, number=draw.number)


def test_a_citizens_number_is_not_taken():
    typed = rules.read("11010519491231002X")

    assert typed.code == ""
    assert "身份证号" in typed.problem


def test_codes_are_read_as_people_write_them():
    assert rules.read(" ９１３３０１０００００００００００X ".replace(" ", " ")).problem == ""
    assert rules.read("p-" + "AB" * 32).code == "P-" + "ab" * 32
    assert rules.read("2026-990101-10-01-123456").code == "2026-990101-10-01-123456"
    assert "末位应为 9" in rules.read("91330100000000000X").doubt


def test_a_thing_without_an_ascii_number_is_found_by_it(draw):
    entity = Entity.objects.get(public_code=ranked(draw, "A类")[0][1])
    Entity.objects.filter(pk=entity.pk).update(code="示采字（2026）第1号")

    assert lookup.find("示采字（2026）第1号", [draw]).code == entity.public_code


@pytest.mark.rule("A47")
def test_a_sealed_draw_answers_nothing(bureau, operator, witness):
    later = timezone.localdate() + timedelta(days=60)
    draw = sitting_cast.computed(
        bureau, operator, witness, reveal="deferred", reveal_by=later
    ).draws.get()
    code = DrawFile.objects.get(draw=draw, name="result.tsv")
    picked = bytes(code.content).decode().splitlines()[2].split("\t")[4]

    asked = public_draws.get(draw.number)
    with CaptureQueriesContext(connection) as counted:
        of_picked = lookup.find(picked, [asked])
    of_nobody = lookup.find("91990122MA1999999X", [asked])

    assert (of_picked.answers, of_picked.name) == (of_nobody.answers, of_nobody.name)
    assert not [query for query in counted if "planning_drawfile" in query["sql"]]
    assert "名单尚未公开" in ask(picked, number=draw.number)


def test_a_void_draw_says_that_it_does_not_count(bureau, operator, witness, head):
    sitting = sitting_cast.computed(bureau, operator, witness)
    number = sitting.draws.get().number
    picked = ranked(public_draws.get(number), "A类")[0][1]
    void(sitting, operator, head)

    page = ask(picked, number=number)

    assert "作废，不作数" in page
    assert "抽中，已作废" in page


def test_the_page_of_all_draws_takes_the_same_queries_for_one_and_for_four(
    bureau, operator, witness
):
    first = sitting_cast.computed(bureau, operator, witness)
    code = ranked(public_draws.get(first.draws.get().number), "B类")[-1][1]
    one = count_queries(code)
    for _ in range(3):
        task = sitting_cast.make_task_like(first.tasks.get(), operator)
        sitting_cast.computed(bureau, operator, witness, tasks=[task])

    assert Draw.objects.count() == 4
    assert count_queries(code) <= one


def test_too_many_questions_are_refused_and_nothing_is_cached(draw):
    client = Client()
    url = reverse("public:draw-lookup", kwargs={"number": draw.number})
    answers = [client.get(url, {"code": "91990122MA1999999X"}) for _ in range(LOOKUPS + 1)]

    assert [answer.status_code for answer in answers] == [200] * LOOKUPS + [429]
    assert {answer["Cache-Control"] for answer in answers} == {"no-store"}


def test_the_paper_says_what_the_page_says(draw):
    ticket, code = ranked(draw, "A类")[0]
    url = reverse("public:draw-lookup-pdf", kwargs={"number": draw.number})

    answer = Client().get(url, {"code": code})
    text = "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages
    ).replace("\n", "")

    assert answer["Content-Type"] == "application/pdf"
    assert code in text
    assert ticket in text.replace(" ", "")
    assert "抽中" in text


def count_queries(code: str) -> int:
    client = Client()
    with CaptureQueriesContext(
        connection,
    ) as counted:
        assert client.get(reverse("public:lookup"), {"code": code}).status_code == 200
    return len(counted)


def void(sitting, operator, head) -> None:
    asked = voids.request(sitting=sitting, reason="见证不完整", actor=operator)
    voids.decide(asked=asked, approve=True, actor=head)
