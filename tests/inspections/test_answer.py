"""检查表: saved item by item, once; limits suggest and never decide."""

from decimal import Decimal

import pytest
from django.utils import timezone

from bureau.errors import Conflict, RuleError
from bureau.ids import uuid7
from bureau.models import AuditEvent
from inspections.models import ChecklistAnswer, Evidence
from inspections.services import evidence
from tests.inspections.field_case import begun, finished, give_answer, photo, recorded, sign

pytestmark = pytest.mark.django_db


def test_the_same_answer_twice_is_one(case):
    begun(case)
    key = uuid7()

    give_answer(case, 1, "yes", key=key)
    give_answer(case, 1, "yes", key=key, seen="")

    assert list(ChecklistAnswer.objects.values_list("pk", flat=True)) == [key]
    assert AuditEvent.objects.filter(action="answer.recorded").count() == 1


def test_an_old_answer_arriving_late_does_not_overwrite(case):
    begun(case)
    first = {"key": uuid7(), "seen": ""}
    give_answer(case, 1, "yes", **first)
    give_answer(case, 1, "no", remark="越界约 6 米", actor=case.second)

    with pytest.raises(Conflict, match="测组员改为“不符合”"):
        give_answer(case, 1, "yes", **first)

    assert ChecklistAnswer.objects.get().value == "no"


@pytest.mark.rule("A66")
@pytest.mark.parametrize("value", ["no", "na"])
def test_no_and_not_applicable_need_words(case, value):
    begun(case)

    with pytest.raises(RuleError, match="须写明情况"):
        give_answer(case, 1, value, remark=" ")


@pytest.mark.rule("A65")
def test_a_number_beyond_its_limit_is_not_passed_silently(case):
    begun(case)

    with pytest.raises(RuleError, match=r"实测 6\.2 米，超出规定（不大于 5 米），建议选“不符合”"):
        give_answer(case, 2, "yes", number=Decimal("6.2"))
    kept = give_answer(case, 2, "yes", number=Decimal("6.2"), remark="已有专家论证，允许 7 米")

    assert kept.value == "yes"
    assert AuditEvent.objects.get(action="answer.recorded").detail["outside"] is True


def test_a_measured_item_needs_its_number(case):
    begun(case)

    with pytest.raises(RuleError, match="实测值（米）"):
        give_answer(case, 2, "yes")


@pytest.mark.rule("A65")
@pytest.mark.rule("A67")
def test_photos_are_stored_once_with_their_fingerprints(case):
    begun(case)

    give_answer(case, 3, "yes", photos=[photo("blue")])
    give_answer(case, 3, "yes", photos=[photo("blue")])

    piece = Evidence.objects.select_related("file", "item").get()
    assert piece.item.number == 3
    assert (len(piece.file.sha256), len(piece.file.sm3)) == (64, 64)


def test_no_answers_before_arrival(case):
    with pytest.raises(Conflict, match="待检查"):
        give_answer(case, 1, "yes")


@pytest.mark.rule("A68")
def test_changing_an_answer_after_recording_voids_the_signatures(case):
    recorded(finished(case))
    sign(case, case.leader)
    sign(case, case.second)

    give_answer(case, 1, "yes", remark="补充说明")

    matter = case.matter
    assert (matter.state, matter.outcome_revision) == ("recorded", 2)


def test_the_page_saves_and_goes_to_the_next_item(case, client):
    begun(case)
    client.force_login(case.leader, backend="django.contrib.auth.backends.ModelBackend")
    url = f"/desk/inspections/field/matters/{case.matter.pk}/"

    response = client.post(
        f"{url}3/",
        {"value": "yes", "key": str(uuid7()), "photos": [photo(), photo("blue", "2.jpg")]},
    )

    assert (response.status_code, response["Location"]) == (302, f"{url}1/")
    assert Evidence.objects.count() == 2


def test_the_page_suggests_and_keeps_what_was_typed(case, client):
    begun(case)
    client.force_login(case.leader, backend="django.contrib.auth.backends.ModelBackend")
    url = f"/desk/inspections/field/matters/{case.matter.pk}/2/"

    response = client.post(url, {"value": "yes", "number": "6.2", "key": str(uuid7())})

    page = response.content.decode()
    assert response.status_code == 422
    assert "建议选“不符合”" in page
    assert 'value="6.2"' in page


def test_a_file_that_is_no_picture_is_refused(case, client):
    begun(case)
    fake = photo(name="照片.jpg")
    fake.file.seek(0)
    fake.file.write(b"<html>")
    fake.file.seek(0)

    with pytest.raises(RuleError, match="不是照片"):
        evidence.add(
            visit_pk=case.visit_pk,
            actor=case.leader,
            uploads=[fake],
            kind="photo",
            happened_at=timezone.now(),
        )


def test_after_the_last_answer_the_phone_leads_back_to_the_missing_photo(case, client):
    begun(case)
    give_answer(case, 1, "yes")
    give_answer(case, 3, "yes")
    client.force_login(case.leader, backend="django.contrib.auth.backends.ModelBackend")
    url = f"/desk/inspections/field/matters/{case.matter.pk}/"
    values = {"value": "yes", "number": "4.5", "key": uuid7(), "seen": ""}

    answer = client.post(f"{url}2/", values)
    card = client.get(answer["Location"]).content.decode()
    listed = client.get(url).content.decode()
    visit = client.get(f"/desk/inspections/field/{case.visit_pk}/").content.decode()

    assert answer["Location"] == f"{url}3/"
    assert "还差照片" in card
    assert ("补第 3 项照片" in listed, "补第 3 项照片" in visit) == (True, True)
    assert "结束检查</a>" not in visit
