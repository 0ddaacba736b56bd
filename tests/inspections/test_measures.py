"""发现的问题: measures on the spot by code, and the day by which it is put right (A65, A85)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bureau.errors import RuleError
from inspections.models import Disposal
from inspections.rules.measures import words
from inspections.selectors import records
from inspections.services.outcomes import NewFinding
from tests.inspections.field_case import approved, finished, recorded
from tests.people import make_user

pytestmark = pytest.mark.django_db
SOON = timedelta(days=9)


def finding(**given) -> NewFinding:
    values = {
        "fact": "采场东侧越界约 6 米",
        "basis": "《矿产资源法》第三十九条",
        "on_site_codes": ["stop", "correct_by"],
        "rectify_by": timezone.localdate() + SOON,
    }
    return NewFinding(**(values | given))


@pytest.mark.rule("A65")
def test_measures_and_date_are_kept_with_the_finding(case):
    recorded(finished(case, first="no"), ["N01"], [finding(on_site_measure="已告知负责人")])

    row = case.matter.findings.get()

    assert row.on_site_codes == ["stop", "correct_by"]
    assert row.measure_words == "责令限期改正、责令停止违法行为；已告知负责人；2026-03-25 前改正"


@pytest.mark.rule("A85")
def test_the_disposal_opened_from_it_takes_its_date(case):
    recorded(finished(case, first="no"), ["N01"], [finding(measure="rectify")])

    assert Disposal.objects.get().due_on == timezone.localdate() + SOON


def test_the_disposal_opened_at_the_approval_takes_its_date(case, bureau):
    recorded(finished(case, first="no"), ["N01"], [finding()])

    approved(case, make_user("check", "测审核员", bureau, "reviewer"))

    assert {row.due_on for row in Disposal.objects.all()} == {timezone.localdate() + SOON}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"on_site_codes": ["correct_by"], "rectify_by": None}, "填写改正期限"),
        ({"on_site_codes": ["other"], "rectify_by": None}, "选“其他”"),
        ({"rectify_by": date(2026, 3, 15)}, "不能早于今天"),
        ({"on_site_codes": ["arrest"]}, "请从列出的"),
    ],
)
def test_measures_that_say_nothing_are_refused(case, given, sentence):
    finished(case, first="no")

    with pytest.raises(RuleError, match=sentence):
        recorded(case, ["N01"], [finding(**given)])


def test_measures_without_a_fact_are_asked_about_not_dropped(case):
    finished(case, first="no")

    with pytest.raises(RuleError, match="没有写事实"):
        recorded(case, ["N01"], [finding(), finding(fact="", basis="", on_site_codes=["stop"])])


def test_what_is_signed_has_the_measures_in_it(case):
    recorded(finished(case, first="no"), ["N01"], [finding()])
    before = records.digest(case.matter)

    recorded(case, ["N01"], [finding(on_site_codes=["stop"])])

    assert records.digest(case.matter) != before


def test_a_finding_without_codes_reads_as_before():
    assert words([], "责令停止开采", None) == "责令停止开采"


def test_the_form_keeps_several_measures(case, client):
    finished(case, first="no")
    client.force_login(case.leader)
    post = {
        "codes": ["N01"],
        "methods": ["on_site"],
        "seen_revision": "0",
        "findings-TOTAL_FORMS": "1",
        "findings-INITIAL_FORMS": "0",
        "findings-0-fact": "越界",
        "findings-0-basis": "第三十九条",
        "findings-0-on_site_codes": ["collect", "correct_by"],
        "findings-0-rectify_by": "2026-03-30",
    }

    client.post(reverse("inspections:outcome-record", args=[case.matter.pk]), post)

    row = case.matter.findings.get()
    assert (row.on_site_codes, row.rectify_by) == (["collect", "correct_by"], date(2026, 3, 30))
