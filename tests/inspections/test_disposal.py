"""后续处置: opened with its preset, owned by a unit and a person, followed until it is closed."""

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Notification
from inspections.models import Disposal
from inspections.services import disposals
from tests.inspections.field_case import approved, finished, problem, recorded
from tests.people import make_unit, make_user

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 16)


def opened(case, **given) -> Disposal:
    start = disposals.defaults(matter=case.matter, today=TODAY)
    values = {
        "actor": case.organiser,
        "measure": start.measure,
        "responsible": start.responsible,
        "due_on": start.due_on,
        "today": TODAY,
        "finding": case.matter.findings.first(),
    }
    return disposals.open(visit_matter_pk=case.matter.pk, **(values | given))


@pytest.fixture
def found(case):
    """A visit that found one problem, recorded without a disposal."""
    return recorded(finished(case, first="no"), ["N01"], [problem()])


@pytest.mark.rule("A94")
def test_the_matters_own_preset_comes_first(found):
    matter = found.matter.matter
    matter.preset_disposals = {"N01": "notify"}
    matter.save(update_fields=["preset_disposals"])

    row = opened(found)

    assert row.measure == "notify"
    assert row.due_on == TODAY + timedelta(days=30)
    assert row.number == "示自然资处置〔2026〕1号"


def test_nothing_to_do_is_closed_at_once(found):
    row = opened(found, measure="none")

    assert (row.state, row.result, row.closed_on) == ("closed", "无需后续处置", TODAY)


def test_a_clean_result_has_no_disposal(case):
    recorded(finished(case))

    with pytest.raises(RuleError, match="不需要后续处置"):
        opened(case, measure="rectify")


@pytest.mark.rule("A94b")
def test_the_responsible_unit_is_told_and_closes(found, bureau, station):
    worker = make_user("worker", "测所员", station, "inspector")
    row = opened(found, responsible=station, measure="other")
    told = Notification.objects.filter(user=worker, key=f"disposal-opened:{row.pk}").count()

    disposals.close(disposal_pk=row.pk, actor=worker, result="已改正", closed_on=TODAY, today=TODAY)

    row.refresh_from_db()
    assert (told, row.state, row.closed_by) == (1, "closed", worker)


def test_another_unit_does_not_close_it(found, bureau, station):
    other = make_unit(bureau, "SFX-NS", "南山国土所")
    stranger = make_user("stranger", "测邻所", other, "inspector")
    row = opened(found, responsible=station)

    with pytest.raises(Forbidden, match="北山国土所负责"):
        disposals.close(
            disposal_pk=row.pk, actor=stranger, result="已改正", closed_on=TODAY, today=TODAY
        )


@pytest.mark.parametrize(
    ("result", "closed_on", "sentence"),
    [
        (" ", TODAY, "处置结果"),
        ("已改正", date(2026, 3, 17), "不能晚于今天"),
        ("已改正", date(2026, 3, 1), "不能早于检查当天"),
    ],
)
def test_closing_needs_a_result_and_a_possible_date(found, result, closed_on, sentence):
    row = opened(found, measure="other")

    with pytest.raises(RuleError, match=sentence):
        disposals.close(
            disposal_pk=row.pk,
            actor=found.organiser,
            result=result,
            closed_on=closed_on,
            today=TODAY,
        )


def test_it_is_closed_once(found):
    row = opened(found, measure="other")
    given = {"actor": found.organiser, "result": "已改正", "closed_on": TODAY, "today": TODAY}
    disposals.close(disposal_pk=row.pk, **given)

    with pytest.raises(Conflict, match="已办结"):
        disposals.close(disposal_pk=row.pk, **given)


def test_approval_does_not_open_a_second_one(found, reviewer):
    opened(found)

    approved(found, reviewer)

    assert Disposal.objects.count() == 1


@pytest.mark.rule("A87")
def test_a_result_without_findings_still_leads_somewhere(case, reviewer):
    approved(recorded(finished(case), ["7"]), reviewer)

    row = Disposal.objects.get()
    assert (row.measure, row.finding) == ("daily", None)


@pytest.mark.rule("A94b")
def test_the_list_finds_overdue_by_unit_and_person(found, station, client, morning):
    worker = make_user("worker", "测所员", station, "inspector")
    opened(found, responsible=station, responsible_user=worker, due_on=TODAY)
    opened(found, finding=None)
    morning.shift(timedelta(days=2))
    client.force_login(worker, backend="django.contrib.auth.backends.ModelBackend")

    page = client.get(
        f"/desk/inspections/disposals/?state=overdue&unit={station.pk}&person={worker.pk}"
    ).content.decode()

    assert "逾期 2 个工作日" in page
    assert page.count('class="is-late"') == 1
    assert timezone.localdate() == date(2026, 3, 18)


def test_one_closed_before_there_were_paths_stands_at_the_end_of_its_own(found):
    row = opened(found, measure="none")
    Disposal.objects.filter(pk=row.pk).update(stage="opened")
    migration = import_module("inspections.migrations.0021_closed_disposals_stage")

    with connection.cursor() as cursor:
        cursor.execute(migration.TO_THE_END)

    row.refresh_from_db()
    assert row.stage == "closed"
