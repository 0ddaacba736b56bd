"""A sample goes from hand to hand without a gap, and its result binds the matter's (A62, A65, A73)."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.utils import DatabaseError
from django.urls import reverse
from django.utils import timezone

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.ids import uuid7
from bureau.models import AuditEvent, Notification
from inspections.models import Sample, SampleHandover, Signature
from inspections.selectors import records, waiting_evidence
from inspections.services import outcomes, samples, sources
from inspections.services.samples import Taken
from tests.inspections import field_case as way
from tests.inspections.field_case import begun
from tests.people import make_user

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
WATER = Taken(
    name="矿坑排水",
    quantity="2 瓶 × 500 mL",
    place="排水口",
    seal_number="0001238",
    is_party_present=True,
    reserve="1 瓶，封存于当事人处",
)


def taken(case, sample: Taken = WATER, **given) -> Sample:
    values = {"actor": case.leader, "taken_at": timezone.now(), "key": uuid7()}
    return samples.take(
        visit_pk=case.visit_pk,
        visit_matter_pk=case.matter.pk,
        taken=sample,
        **(values | given),
    )


def handed(case, sample, receiver="市地矿检测中心", kind="lab", **given) -> SampleHandover:
    values = {
        "actor": case.leader,
        "is_seal_whole": True,
        "condition": "常温避光，无渗漏",
        "happened_at": timezone.now(),
        "seen": sample.handovers.count(),
    }
    return samples.hand_over(
        sample_pk=sample.pk, receiver=receiver, receiver_kind=kind, **(values | given)
    )


def resulted(case, sample, verdict="pass", number="JC-001", **given):
    values = {
        "actor": case.leader,
        "today": timezone.localdate(),
        "report": SimpleUploadedFile("报告.pdf", PDF),
    }
    return samples.record_result(
        sample_pk=sample.pk,
        laboratory="市地矿检测中心",
        report_number=number,
        verdict=verdict,
        text="悬浮物 35 mg/L",
        reported_on=timezone.localdate(),
        report_name="报告.pdf",
        **(values | given),
    )


@pytest.mark.rule("A73")
def test_the_page_of_another_visit_takes_no_second_sample(case):
    key = taken(begun(case)).pk
    other = case.visit
    other.pk, other.number, other.team_draw = uuid7(), f"{other.number}-2", None
    other.save(force_insert=True)
    Sample.objects.filter(pk=key).update(visit=other)

    with pytest.raises(Conflict, match="另一件样品"):
        taken(case, key=key)


def test_every_link_begins_where_the_last_ended(case):
    sample = taken(begun(case))
    handed(case, sample, "样品室 管理员", "store")
    handed(case, sample)

    chain = [(link.giver, link.receiver) for link in sample.handovers.all()]

    assert chain == [
        (case.leader.full_name, "样品室 管理员"),
        ("样品室 管理员", "市地矿检测中心"),
    ]
    assert Sample.objects.get().state == "at_lab"
    assert AuditEvent.objects.filter(action="sample.handed_over").count() == 2


def test_a_link_is_never_changed(case):
    link = handed(case, taken(begun(case)))

    with pytest.raises(DatabaseError), transaction.atomic():
        SampleHandover.objects.filter(pk=link.pk).update(receiver="别人")


def test_two_who_record_the_next_link_do_not_both_win(case):
    sample = taken(begun(case))
    handed(case, sample)

    with pytest.raises(Conflict, match="另一次交接"):
        handed(case, sample, "快递公司", "carrier", seen=0, actor=case.second)


def test_a_chain_ends_with_the_party(case):
    sample = taken(begun(case))
    handed(case, sample, "负责人", "party")

    with pytest.raises(RuleError, match="不再有交接"):
        handed(case, sample)


def test_a_broken_seal_is_explained(case):
    sample = taken(begun(case))

    with pytest.raises(RuleError, match="写明破损情况"):
        handed(case, sample, is_seal_whole=False, condition="破损")
    handed(case, sample, is_seal_whole=False, condition="封条运输中撕裂约两厘米，瓶口完好")
    assert AuditEvent.objects.get(action="sample.handed_over").is_bad


def test_time_runs_forward_along_the_chain(case):
    sample = taken(begun(case))

    with pytest.raises(RuleError, match="早于上一次"):
        handed(case, sample, happened_at=timezone.now() - timedelta(hours=1))


@pytest.mark.rule("A66")
def test_without_the_party_somebody_saw_it_sealed(case):
    begun(case)
    alone = Taken(
        name="土样", quantity="1 kg", place="东界", seal_number="7", is_party_present=False
    )

    with pytest.raises(RuleError, match="见证人"):
        taken(case, alone)


def test_the_same_form_twice_is_one_sample(case):
    key = uuid7()
    first = taken(begun(case), key=key)

    assert taken(case, key=key) == first
    assert Sample.objects.count() == 1


@pytest.mark.rule("A62")
def test_the_methods_of_the_matter_follow(case):
    taken(begun(case))

    assert case.matter.methods[-1] == "sampling"


def test_a_result_without_the_method_is_refused(case):
    way.finished(case)
    handed(case, sample := taken(case))
    resulted(case, sample)

    with pytest.raises(RuleError, match="须包含抽样检测"):
        way.recorded(case, methods=["on_site"])


def test_a_clean_result_waits_for_the_laboratory(case):
    way.finished(case)
    taken(case)

    with pytest.raises(RuleError, match="还没有检测结果"):
        way.recorded(case, methods=["on_site", "sampling"])


@pytest.mark.rule("A62")
def test_a_bad_sample_is_no_clean_result(case):
    way.finished(case)
    handed(case, sample := taken(case))
    resulted(case, sample, "fail")

    with pytest.raises(RuleError, match="检测不合格"):
        way.recorded(case, methods=["on_site", "sampling"])


def test_a_retest_counts_instead(case):
    way.finished(case)
    handed(case, sample := taken(case))
    resulted(case, sample, "fail")
    resulted(case, sample, "pass", "JC-002")

    way.recorded(case, methods=["on_site", "sampling"])

    assert case.matter.state == "recorded"


@pytest.mark.rule("A68")
def test_a_new_report_voids_the_signatures_before_it(case):
    way.finished(case)
    handed(case, sample := taken(case))
    resulted(case, sample)
    way.signed(way.recorded(case, methods=["on_site", "sampling"]))
    before = records.digest(case.matter)

    resulted(case, sample, "pass", "JC-002")

    assert case.matter.state == "recorded"
    assert records.digest(case.matter) != before
    assert Signature.objects.filter(revision=case.matter.outcome_revision).count() == 0


def test_a_report_after_the_result_was_handed_in_is_told(case, morning):
    way.finished(case)
    handed(case, sample := taken(case))
    resulted(case, sample)
    way.submitted(way.recorded(case, methods=["on_site", "sampling"]))
    signed = records.digest(case.matter)
    morning.shift(timedelta(hours=1))

    resulted(case, sample, "fail", "JC-002")

    assert records.digest(case.matter) == signed
    assert case.matter.state == "submitted"
    told = Notification.objects.get(user=case.second, key__startswith="sample-result")
    assert "不合格" in told.text


def test_what_is_not_tested_any_more_says_why(case):
    sample = taken(begun(case))

    samples.cancel(sample_pk=sample.pk, actor=case.leader, reason="瓶身破裂，样品失效")

    assert Sample.objects.get().state == "cancelled"
    handed(case, sample, "负责人", "party")
    with pytest.raises(Conflict):
        samples.cancel(sample_pk=sample.pk, actor=case.leader, reason="再次")


def test_only_the_team_and_the_desk_handle_it(case, bureau):
    sample = taken(begun(case))

    with pytest.raises(Forbidden):
        handed(case, sample, actor=make_user("else", "测旁人", bureau, "inspector"))
    handed(case, sample, actor=case.organiser)


def test_a_report_without_its_paper_is_refused(case):
    handed(case, sample := taken(begun(case)))

    with pytest.raises(RuleError, match="不是照片"):
        resulted(case, sample, report=SimpleUploadedFile("报告.pdf", b"just words"))


def test_open_samples_wait_for_the_team(case):
    sample = taken(begun(case))
    today = timezone.localdate()

    before = waiting_evidence.for_user(case.leader, today)
    handed(case, sample)
    at_lab = waiting_evidence.for_user(case.second, today)
    resulted(case, sample)

    assert [item.verb for item in before] == ["送检样品"]
    assert before[0].due.date == date(2026, 3, 19)
    assert [item.verb for item in at_lab] == ["登记检测结果"]
    assert waiting_evidence.for_user(case.leader, today) == []


def test_a_late_sample_is_reminded_once(case):
    taken(begun(case))

    days = (date(2026, 3, 18), date(2026, 3, 18), date(2026, 3, 20), date(2026, 3, 20))
    told = [sources.remind(today=day) for day in days]

    assert told == [2, 0, 2, 0]


def test_the_phone_takes_it(client, case):
    client.force_login(begun(case).leader)
    url = reverse("inspections:field-samples", args=[case.visit_pk])
    given = {
        "visit_matter_pk": str(case.matter.pk),
        "name": "矿坑排水",
        "quantity": "2 瓶",
        "place": "排水口",
        "seal_number": "0001238",
        "is_party_present": "yes",
        "taken_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "key": str(uuid7()),
    }

    answer = client.post(url, given)

    assert answer.status_code == 302
    assert "0001238" in client.get(url).content.decode()
    sample = Sample.objects.get()
    page = client.get(reverse("inspections:sample-detail", args=[sample.pk]))
    assert sample.number in page.content.decode()


def test_the_sheet_names_sample_and_chain(client, case):
    sample = taken(begun(case))
    handed(case, sample)
    client.force_login(case.leader)

    answer = client.get(reverse("inspections:sample-sheet", args=[sample.pk]))

    assert answer["Content-Type"] == "application/pdf"
    text = pdf_text(answer.content)
    assert sample.number in text
    assert "0001238" in text
    assert "市地矿检测中心" in text
    assert "抽样取证凭证" in text


def pdf_text(content: bytes) -> str:
    import io

    from pypdf import PdfReader

    found = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return found.replace("\n", "").replace(" ", "")


def test_a_matter_without_samples_signs_as_before(case):
    """Nothing is added to what stands for the signatures of results that have no sources."""
    way.recorded(way.finished(case))

    assert not {"samples", "conclusions"} & records.content(case.matter).keys()
    outcomes.sign(
        visit_matter_pk=case.matter.pk, actor=case.leader, digest=records.digest(case.matter)
    )
