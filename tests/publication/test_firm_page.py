"""What a firm sends with its notice's code: recusal, complaint, objection, rectification, rating (A57, A82, A86, A98)."""

import io

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from bureau.errors import Conflict, RuleError
from bureau.models import AuditEvent, Notification
from inspections.models import Disposal, Notice, Visit
from inspections.services import notices
from inspections.services.outcomes import NewFinding
from publication.models import FirmRating, FirmRequest, Objection, RatedNotice
from publication.selectors import firm_requests as reads
from publication.services import firm_requests
from registry.models import Recusal
from tests.inspections.conftest import MORNING
from tests.inspections.field_case import ordered_case
from tests.people import make_user
from tests.publication.cast import approved_matter, publish

pytestmark = pytest.mark.django_db
TODAY = MORNING.date()
WRITER = {"contact_name": "沈某", "contact_phone": "0999-7000000", "today": TODAY}


def picture() -> io.BytesIO:
    made = io.BytesIO()
    Image.new("RGB", (8, 8)).save(made, "PNG")
    made.seek(0)
    made.name = "整改后.png"
    return made


@pytest.fixture
def before(bureau, people) -> Notice:
    """A notice of a visit that has not begun."""
    case = ordered_case(bureau, people["leader"], people["second"], people["desk"], people["head"])
    return notices.issue(visit=case.visit, actor=people["desk"], today=TODAY)


@pytest.fixture
def after(bureau, people, monkeypatch) -> Notice:
    """A notice of a visit whose result, a problem, is published."""
    matter = approved_matter(
        bureau,
        people,
        codes=("A",),
        findings=(NewFinding(fact="越界开采", basis="《矿产资源法》第四十条"),),
    )
    publish(matter, people["publisher"])
    visit = Visit.objects.get(pk=matter.visit_id)
    return getattr(visit, "notice", None) or Notice.objects.create(
        visit=visit,
        number="示检通〔2026〕900号",
        token="token-of-after",
        content=_content(visit),
        issued_by=people["desk"],
    )


def _content(visit: Visit) -> dict:
    return {
        "authority": visit.authority.name,
        "unit": visit.unit.name,
        "contact": {"phone": "0999-1"},
        "entity": {"kind": visit.entity.kind, "name": visit.entity.name},
        "matters": [],
        "inspectors": [],
        "window_from": str(visit.window_from),
        "window_to": str(visit.window_to),
        "usage": {"text": "本年第 1 次"},
    }


def send(notice: Notice, kind: str, **given) -> FirmRequest:
    return firm_requests.submit(notice=notice, kind=kind, text="情况说明", **(WRITER | given))


def fresh(notice: Notice) -> Notice:
    found = reads.notice(notice.token)
    assert found is not None
    return found


@pytest.mark.rule("A57")
def test_a_recusal_asked_for_by_the_firm_keeps_the_officer_away_once_accepted(before, people):
    officer = reads.subjects(before.visit).inspectors[0]
    row = send(before, "recusal", inspector=officer)
    assert not Recusal.objects.exists()

    firm_requests.accept(firm_request=row.pk, answer="已更换", actor=people["desk"], today=TODAY)

    recusal = Recusal.objects.get()
    assert (recusal.inspector, recusal.entity_id, recusal.reason) == (
        officer,
        before.visit.entity_id,
        "party_request",
    )


@pytest.mark.rule("A57")
def test_after_the_visit_has_begun_no_recusal_is_asked_for(after, people):
    officer = people["leader"].inspector

    with pytest.raises(RuleError, match="现在不能提交"):
        send(after, "recusal", inspector=officer)


@pytest.mark.rule("A57")
def test_only_an_officer_of_the_notice_can_be_named(before, bureau):
    from tests.inspections.dispatch_cast import make_officers

    stranger = make_officers(bureau, 1)[0]

    with pytest.raises(RuleError, match="通知书所列"):
        send(before, "recusal", inspector=stranger)


@pytest.mark.rule("A82")
def test_the_objection_s_clock_runs_from_the_day_it_was_sent(after, people, morning):
    matter = after.visit.matters.get()
    row = send(after, "objection", visit_matter=matter)
    sent_on = timezone.localdate(FirmRequest.objects.get(pk=row.pk).submitted_at)

    done = firm_requests.accept(
        firm_request=row.pk, answer="已受理", actor=people["publisher"], today=sent_on
    )

    assert Objection.objects.get() == done.objection
    assert done.objection.received_on == sent_on


def test_the_same_result_is_not_objected_to_twice_at_once(after):
    matter = after.visit.matters.get()
    send(after, "objection", visit_matter=matter)

    with pytest.raises(Conflict, match="已经提交"):
        send(after, "objection", visit_matter=matter)


@pytest.mark.rule("A86")
def test_rectification_with_its_photos_reaches_the_disposal(after, client):
    disposal = Disposal.objects.get()
    url = reverse("public:firm-request", kwargs={"token": after.token, "kind": "rectification"})
    response = client.post(
        url,
        {
            "disposal": disposal.pk,
            "text": "已恢复原状",
            "contact_name": "沈某",
            "contact_phone": "0999",
            "files": [picture()],
        },
    )

    assert response.status_code == 302
    row = FirmRequest.objects.get()
    assert (row.disposal, row.files.count()) == (disposal, 1)


def test_who_has_sent_something_reads_that_it_arrived(after, client):
    url = reverse("public:firm-request", kwargs={"token": after.token, "kind": "complaint"})

    page = client.post(
        url, {"text": "来人态度生硬", "contact_name": "沈某", "contact_phone": "0999"}, follow=True
    )

    number = FirmRequest.objects.get().number
    assert f"已收到来件“投诉”，编号 {number}" in page.content.decode()


def test_an_address_alone_says_nothing_arrived(after, client):
    page = client.get(
        reverse("public:notice-check", kwargs={"token": after.token}) + "?sent=complaint"
    )

    assert "已收到来件" not in page.content.decode()


def test_what_is_no_picture_is_refused_and_the_text_stays(after, client):
    url = reverse("public:firm-request", kwargs={"token": after.token, "kind": "complaint"})
    bad = io.BytesIO(b"<script>alert(1)</script>")
    bad.name = "x.png"

    page = client.post(
        url, {"text": "写好的投诉", "contact_name": "沈", "contact_phone": "1", "files": [bad]}
    )

    assert page.status_code == 422
    assert "写好的投诉" in page.content.decode()
    assert "不是照片" in page.content.decode()
    assert not FirmRequest.objects.exists()


@pytest.mark.rule("A98")
def test_a_complaint_is_read_by_those_who_lead_only(after, people, client):
    row = send(after, "complaint")
    url = reverse("publication:firm-request-detail", kwargs={"pk": row.pk})

    client.force_login(people["leader"])
    hidden = client.get(url).status_code
    client.force_login(people["head"])

    assert (hidden, client.get(url).status_code) == (404, 200)
    told = set(
        Notification.objects.filter(key__startswith="firm-request").values_list("user", flat=True)
    )
    assert told == {people["head"].pk}


@pytest.mark.rule("A98")
def test_the_team_does_not_learn_from_the_visit_s_trail_that_somebody_complained(after, people):
    row = send(after, "complaint")
    firm_requests.decline(firm_request=row.pk, answer="不属实", actor=people["head"])

    told = AuditEvent.objects.filter(action__startswith="firm_request")
    assert told.count() == 2
    assert not any("投诉" in event.label for event in told)
    assert not told.filter(about__contains=[f"inspections.visit:{after.visit_id}"]).exists()


@pytest.mark.rule("A98")
def test_a_superior_s_head_reads_no_complaint_of_a_subordinate(after, superior_bureau):
    send(after, "complaint")
    above = make_user("above", "测市局负责人", superior_bureau, "head", "superior")

    assert not FirmRequest.objects.visible_to(above).exists()


def test_the_answer_stands_on_the_firm_s_page(after, people, client):
    row = send(after, "complaint")
    firm_requests.decline(firm_request=row.pk, answer="经核实不属实", actor=people["head"])

    page = client.get(reverse("public:notice-check", kwargs={"token": after.token}))

    assert "经核实不属实" in page.content.decode()
    assert page["Cache-Control"] == "no-store"


def test_of_two_who_answer_the_second_is_told(after, people, bureau):
    row = send(after, "complaint")
    firm_requests.decline(firm_request=row.pk, answer="不属实", actor=people["head"])

    with pytest.raises(Conflict, match="已由"):
        firm_requests.accept(
            firm_request=row.pk,
            answer="受理",
            actor=make_user("dep", "测分管", bureau, "deputy"),
            today=TODAY,
        )


@pytest.mark.rule("A98")
def test_a_notice_rates_once_and_leaves_no_way_back_to_the_visit(after):
    firm_requests.rate(notice=after, score=4, text="规范", today=TODAY)

    with pytest.raises(Conflict, match="已经评价"):
        firm_requests.rate(notice=after, score=1, text="", today=TODAY)

    rating = FirmRating.objects.get()
    assert (rating.month.day, rating.score) == (1, 4)
    assert {field.name for field in RatedNotice._meta.fields} == {"notice"}
    assert not {"visit", "notice"} & {field.name for field in FirmRating._meta.fields}
    assert not AuditEvent.objects.filter(action__startswith="rating").exists()


@pytest.mark.rule("A98")
def test_before_the_inspection_is_over_nobody_rates_it(before):
    with pytest.raises(RuleError, match="结束以后"):
        firm_requests.rate(notice=before, score=5, text="", today=TODAY)


def test_an_unknown_code_says_so(client, db):
    url = reverse("public:firm-request", kwargs={"token": "nobody", "kind": "complaint"})

    assert client.get(url).status_code == 404
