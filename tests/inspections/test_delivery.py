"""What a phone sends later: each sending counts once, and nothing is accepted that would be refused online (A60–A69)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bureau.ids import uuid7
from bureau.models import AuditEvent
from inspections.models import ChecklistAnswer, FieldDelivery, Visit
from tests.inspections.field_case import begun, give_answer, ordered_case, photo, second_inspector
from tests.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(bureau, inspector_user, head, morning):
    desk = make_user("desk", "测经办", bureau, "organiser", "coordinator")
    return ordered_case(bureau, inspector_user, second_inspector(bureau), desk, head)


def send(client, url, number=None, at=None, **fields):
    data = {"claimed_at": (at or timezone.now()).isoformat()} | fields
    return client.post(url, data, headers={"X-Field-Replay": str(number or uuid7())})


def item_url(case, number):
    return reverse("inspections:field-item", kwargs={"pk": case.matter.pk, "number": number})


def answer(value="yes", **more):
    return {"value": value, "remark": "", "key": str(uuid7()), "seen": ""} | more


def test_the_same_sending_twice_changes_nothing(client, case):
    client.force_login(case.leader)
    begun(case)
    number, given = uuid7(), answer()

    first = send(client, item_url(case, 1), number, **given)
    second = send(client, item_url(case, 1), number, **given)

    assert (first.json()["done"], second.json()["done"]) == (True, True)
    assert ChecklistAnswer.objects.count() == 1
    assert FieldDelivery.objects.count() == 1


@pytest.mark.rule("A64")
def test_an_arrival_delivered_again_is_no_conflict(client, case):
    """The answer got lost on the way back: the phone sends once more."""
    client.force_login(case.leader)
    url = reverse("inspections:field-start", kwargs={"pk": case.visit_pk})
    team = list(case.visit.team.values_list("pk", flat=True))
    number = uuid7()
    given = {
        "present": team,
        "happened_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "certificates_shown": "on",
    }

    answers = [send(client, url, number, **given).json() for _ in range(2)]

    assert [one["done"] for one in answers] == [True, True]
    assert case.visit.state == Visit.State.IN_PROGRESS


def test_the_time_is_when_it_was_filled_in_not_when_it_arrived(client, case, morning):
    begun(case)
    filled_in = timezone.now() + timedelta(hours=1)
    morning.shift(timedelta(hours=4))
    client.force_login(case.leader)

    send(client, item_url(case, 1), at=filled_in, **answer())

    stored = ChecklistAnswer.objects.get()
    assert stored.happened_at == filled_in
    assert stored.recorded_at == timezone.now()


def test_a_time_to_come_is_refused(client, case):
    client.force_login(case.leader)
    begun(case)

    response = send(client, item_url(case, 1), at=timezone.now() + timedelta(days=1), **answer())

    assert response.status_code == 422
    assert "refused" in response.json()
    assert not FieldDelivery.objects.exists()


def test_two_phones_with_different_answers_are_a_conflict_with_both(client, case):
    begun(case)
    give_answer(case, 1, "no", actor=case.second, remark="界桩缺失")
    client.force_login(case.leader)

    response = send(client, item_url(case, 1), **answer())

    assert response.status_code == 409
    assert response.json()["now"]["label"] == "不符合"
    assert response.json()["now"]["remark"] == "界桩缺失"
    assert ChecklistAnswer.objects.get().value == "no"


def test_having_seen_the_other_answer_one_may_replace_it(client, case):
    begun(case)
    give_answer(case, 1, "no", actor=case.second, remark="界桩缺失")
    client.force_login(case.leader)
    now = send(client, item_url(case, 1), **answer()).json()["now"]

    response = send(client, item_url(case, 1), **answer(seen=now["seen"]))

    assert response.json()["done"]
    assert ChecklistAnswer.objects.get().value == "yes"


def test_one_s_own_later_answer_is_no_conflict_with_one_s_own_earlier(client, case, morning):
    begun(case)
    early = timezone.now() + timedelta(minutes=10)
    morning.shift(timedelta(hours=1))
    client.force_login(case.leader)
    send(client, item_url(case, 1), at=early, **answer())

    response = send(client, item_url(case, 1), **answer("no", remark="后来发现缺失"))

    assert response.json()["done"]
    assert ChecklistAnswer.objects.get().remark == "后来发现缺失"


def test_the_answer_set_aside_stays_in_the_trail(client, case):
    begun(case)
    give_answer(case, 1, "no", actor=case.second, remark="界桩缺失")
    client.force_login(case.leader)

    response = client.post(
        item_url(case, 1) + "settle/", {"value": "yes", "remark": "完好", "number": ""}
    )

    assert response.status_code == 200
    event = AuditEvent.objects.get(action="conflict.settled")
    assert event.detail["set_aside"] == {"value": "yes", "number": "", "remark": "完好"}


def test_a_form_that_is_not_whole_is_refused_in_sentences(client, case):
    client.force_login(case.leader)
    begun(case)

    response = send(client, item_url(case, 1), **answer("no"))

    assert response.status_code == 422
    assert any("情况" in text or "写明" in text for text in response.json()["refused"])


def test_photos_come_with_their_answer(client, case):
    client.force_login(case.leader)
    begun(case)

    response = send(client, item_url(case, 3), **answer(), photos=[photo("blue")])

    assert response.json()["done"]
    assert case.visit.evidence.count() == 1


def test_another_team_s_visit_is_refused_in_json(client, case, bureau):
    begun(case)
    client.force_login(make_user("stranger", "测外人", bureau, "inspector"))

    response = send(client, item_url(case, 1), **answer())

    assert response.status_code == 422
    assert not ChecklistAnswer.objects.exists()


def test_the_phone_is_told_every_page_of_today_s_visits(client, case):
    client.force_login(case.leader)
    begun(case)

    told = client.get(reverse("inspections:field-pages")).json()

    assert {item_url(case, 1), item_url(case, 2), item_url(case, 3)} <= set(told["pages"])
    assert all(client.get(path).status_code == 200 for path in told["pages"])


def test_the_worker_stands_at_the_head_of_the_field_pages(client, case):
    client.force_login(case.leader)
    url = reverse("inspections:field-worker")

    response = client.get(url)

    assert response["Content-Type"].startswith("text/javascript")
    assert url.rsplit("/", 1)[0] + "/" == reverse("inspections:field-today")
