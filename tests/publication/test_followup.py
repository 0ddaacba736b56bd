"""后续处置 on the public page: only closed measures, only in public words, frozen like all else (A85)."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bureau.models import OutboxMessage
from bureau.services import outbox
from inspections.models import Disposal
from inspections.services import disposal_asks, disposal_steps
from inspections.services.outcomes import NewFinding
from publication.models import PublicEntry, PublicRecord
from publication.rules.plain_words import (
    ENDING_WORDS,
    MEASURE_WORDS,
    OUTCOME_WORDS,
    outcome_sentences,
)
from publication.selectors import followups as reads
from publication.services import corrections, followups
from registry.rules.outcomes import DISPOSALS, OUTCOMES
from tests.inspections.conftest import MORNING
from tests.inspections.disposal_case import brought_to_end, issued, stepped
from tests.publication.cast import approved_matter, publish

TODAY = MORNING.date()
FOUND = {
    "codes": ("A",),
    "findings": (NewFinding(fact="越界开采", basis="《矿产资源法》第四十条"),),
}


def close(people) -> Disposal:
    row = Disposal.objects.get(state="open")
    return brought_to_end(row, people["desk"], TODAY, "已罚款两万元，当事人电话 0999-1")


def deliver() -> None:
    """The database's clock is not the frozen one: what was just written is due."""
    OutboxMessage.objects.update(next_at=MORNING)
    outbox.deliver_waiting()


def page() -> str:
    entry = PublicEntry.objects.get(kind="result")
    return Client().get(reverse("public:result-detail", kwargs={"pk": entry.pk})).content.decode()


@pytest.mark.django_db
@pytest.mark.rule("A85")
def test_a_closed_measure_appears_on_the_result_in_public_words(bureau, people):
    publish(approved_matter(bureau, people, **FOUND), people["publisher"])
    before = page()
    row = close(people)
    deliver()

    assert "办结后在这里公布" in before
    assert MEASURE_WORDS[row.measure] in page()
    assert "全部处理完毕" in page()
    assert "罚款" not in page()
    record = PublicRecord.objects.get(kind="followup")
    assert "罚款" not in bytes(record.content).decode()
    assert json.loads(bytes(record.content))["steps"][0]["closed_on"] == TODAY.isoformat()


@pytest.mark.django_db
@pytest.mark.rule("A85")
def test_what_was_not_put_right_is_not_called_put_right(bureau, people):
    matter = approved_matter(bureau, people, **FOUND | {"codes": ("N02",)})
    row = Disposal.objects.get(measure="rectify")
    issued(row, people["desk"], TODAY)
    stepped(row, "fail", people["desk"], TODAY)
    disposal_steps.escalate(
        disposal_pk=row.pk,
        text="逾期不改正",
        responsible=bureau,
        due_on=TODAY + timedelta(days=60),
        actor=people["desk"],
        today=TODAY,
    )

    steps, pending = reads.steps_of(matter)

    assert [step["words"] for step in steps] == [ENDING_WORDS["escalate"]]
    assert pending == 1


@pytest.mark.django_db
@pytest.mark.rule("A85")
def test_a_measure_that_was_stopped_is_not_called_carried_out(bureau, people):
    matter = approved_matter(bureau, people, **FOUND)
    asked = disposal_asks.ask(
        disposal_pk=Disposal.objects.get().pk,
        kind="stop",
        reason="对象已注销",
        actor=people["desk"],
        today=TODAY,
    )
    disposal_asks.decide(ask_pk=asked.pk, approve=True, note="", actor=people["head"], today=TODAY)

    steps, pending = reads.steps_of(matter)

    assert ([step["words"] for step in steps], pending) == ([ENDING_WORDS["stop"]], 0)


@pytest.mark.django_db
def test_a_measure_closed_before_publication_is_shown_with_it_and_not_earlier(bureau, people):
    matter = approved_matter(bureau, people, **FOUND)
    close(people)
    deliver()
    assert not PublicRecord.objects.filter(kind="followup").exists()

    publish(matter, people["publisher"])
    deliver()

    assert PublicRecord.objects.filter(kind="followup").count() == 1


@pytest.mark.django_db
@pytest.mark.rule("A81")
def test_a_correction_that_opens_a_measure_no_longer_says_all_is_done(bureau, people):
    matter = approved_matter(bureau, people, **FOUND)
    publish(matter, people["publisher"])
    close(people)
    deliver()
    before = page()
    asked = corrections.request(
        visit_matter=matter.pk,
        codes=["A"],
        methods=matter.methods,
        note="",
        findings=[("越界开采约 3 平方米", "《矿产资源法》第四十条", "")],
        reason="复测",
        actor=people["publisher"],
        today=TODAY,
    )

    corrections.decide(correction=asked.pk, approve=True, actor=people["head"], today=TODAY)
    deliver()

    assert "全部处理完毕" in before
    assert "全部处理完毕" not in page()
    assert "还有 1 项正在处理" in page()


@pytest.mark.django_db
def test_the_same_measures_told_twice_are_one_version(bureau, people):
    matter = approved_matter(bureau, people, **FOUND)
    publish(matter, people["publisher"])
    close(people)
    followups.publish(visit_matter=matter.pk)
    followups.publish(visit_matter=matter.pk)

    assert PublicRecord.objects.filter(kind="followup").count() == 1


@pytest.mark.rule("A94")
def test_every_result_has_a_sentence_for_everybody():
    assert set(OUTCOME_WORDS) == set(OUTCOMES)
    assert outcome_sentences(["1"]) == [OUTCOME_WORDS["1"]]
    assert outcome_sentences(["N01", "B"]) == [OUTCOME_WORDS["B"], OUTCOME_WORDS["N01"]]


def test_measures_of_the_office_alone_have_no_public_words():
    assert set(DISPOSALS) - set(MEASURE_WORDS) == {"none", "report_up"}
