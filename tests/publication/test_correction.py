"""更正: a published result changes only after the head's signature, and the public keeps every version (A81, A82)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Notification
from inspections.models import Disposal, Finding, VisitMatter
from inspections.selectors import records as readings
from inspections.services.outcomes import NewFinding
from publication.models import Correction, PublicEntry, PublicRecord
from publication.rules import frozen
from publication.selectors import followups
from publication.services import corrections, objections
from tests.inspections.conftest import MORNING
from tests.people import make_user
from tests.publication.cast import approved_matter, publish

pytestmark = pytest.mark.django_db
TODAY = MORNING.date()
CLEAN, PROBLEM = "1", "A"
FACT = ("越界开采约 30 平方米", "《矿产资源法》第四十条", "")


@pytest.fixture
def published(bureau, people) -> VisitMatter:
    matter = approved_matter(bureau, people)
    publish(matter, people["publisher"])
    matter.refresh_from_db()
    return matter


@pytest.fixture
def published_problem(bureau, people) -> VisitMatter:
    matter = approved_matter(
        bureau,
        people,
        codes=(PROBLEM,),
        findings=(NewFinding(fact=FACT[0], basis=FACT[1]),),
    )
    publish(matter, people["publisher"])
    matter.refresh_from_db()
    return matter


def ask(matter, actor, **changes) -> Correction:
    values = {
        "codes": [PROBLEM],
        "methods": matter.methods,
        "note": "",
        "findings": [FACT],
        "reason": "复核测量图后发现越界",
        "today": TODAY,
    }
    return corrections.request(visit_matter=matter.pk, actor=actor, **(values | changes))


def sign(row, head, **changes) -> Correction:
    return corrections.decide(
        correction=row.pk, actor=head, **({"approve": True, "today": TODAY} | changes)
    )


@pytest.mark.rule("A81")
def test_until_the_head_signs_the_public_sees_the_old_result(published, people):
    ask(published, people["publisher"])

    assert PublicRecord.objects.filter(kind="result").count() == 1
    published.refresh_from_db()
    assert published.outcome_codes == [CLEAN]


@pytest.mark.rule("A81")
def test_the_signature_publishes_a_new_version_that_names_the_old_one(published, people):
    row = sign(ask(published, people["publisher"]), people["head"])

    versions = list(PublicRecord.objects.filter(kind="result").order_by("version"))
    content = frozen.thaw(bytes(versions[1].content))
    assert versions[1].previous_sha256 == versions[0].sha256
    assert row.record == versions[1]
    assert [(c["before"], c["after"], c["reason"]) for c in content["corrections"]] == [
        ("未发现问题", "发现其他问题待后续处理", "复核测量图后发现越界")
    ]


@pytest.mark.rule("A81")
def test_search_finds_the_new_text_only_and_the_page_says_it_was_corrected(
    published, people, client
):
    sign(ask(published, people["publisher"]), people["head"])

    entry = PublicEntry.objects.get(kind="result")
    assert (entry.outcome_text, entry.is_corrected) == ("发现其他问题待后续处理", True)
    page = client.get(reverse("public:result-detail", kwargs={"pk": entry.pk})).content.decode()
    assert "曾更正" in page
    assert "复核测量图后发现越界" in page


@pytest.mark.rule("A81")
def test_nobody_but_the_head_signs(published, people):
    row = ask(published, people["publisher"])

    with pytest.raises(Forbidden, match="主要负责人"):
        sign(row, people["reviewer"])


@pytest.mark.rule("A81")
def test_a_head_does_not_sign_what_they_asked_for(published, people, bureau):
    people["head"].memberships.create(agency=bureau, role="publisher")
    del people["head"].seats
    row = ask(published, people["head"])

    with pytest.raises(Forbidden, match="另一位主要负责人"):
        sign(row, people["head"])


def test_a_refusal_says_why_and_leaves_everything_as_it_is(published, people):
    row = ask(published, people["publisher"])

    with pytest.raises(RuleError, match="写明理由"):
        sign(row, people["head"], approve=False)
    refused = sign(row, people["head"], approve=False, note="证据不足")

    assert refused.state == "refused"
    assert PublicRecord.objects.filter(kind="result").count() == 1
    assert Notification.objects.filter(user=people["publisher"], text__contains="未同意").exists()


def test_only_one_correction_waits_at_a_time(published, people):
    ask(published, people["publisher"])

    with pytest.raises(Conflict, match="已有一件更正"):
        ask(published, people["publisher"], reason="另一个原因")


def test_of_two_heads_the_second_is_told(published, people, bureau):
    row = ask(published, people["publisher"])
    sign(row, people["head"])

    with pytest.raises(Conflict, match="已更正"):
        sign(row, make_user("head2", "测另一负责人", bureau, "head"))


def test_the_same_result_is_no_correction(published, people):
    with pytest.raises(RuleError, match="没有要更正的"):
        ask(published, people["publisher"], codes=[CLEAN], findings=[])


def test_a_corrected_problem_without_a_finding_is_refused(published, people):
    with pytest.raises(RuleError, match="至少写一条问题"):
        ask(published, people["publisher"], findings=[])


@pytest.mark.rule("A85")
def test_a_problem_found_by_correction_opens_its_disposal(published, people):
    sign(ask(published, people["publisher"]), people["head"])

    finding = Finding.objects.get(visit_matter=published)
    assert finding.fact == FACT[0]
    assert Disposal.objects.filter(finding=finding, state="open").exists()


@pytest.mark.rule("A81")
def test_a_problem_taken_back_keeps_its_finding_and_closes_its_disposal(published_problem, people):
    assert Disposal.objects.get(visit_matter=published_problem).state == "open"

    row = ask(published_problem, people["publisher"], codes=[CLEAN], findings=[], reason="测量有误")
    sign(row, people["head"])

    published_problem.refresh_from_db()
    finding = Finding.objects.get(visit_matter=published_problem)
    disposal = Disposal.objects.get(visit_matter=published_problem)
    assert finding.withdrawn_in == published_problem.outcome_revision
    assert (disposal.state, "已更正" in disposal.result) == ("closed", True)


@pytest.mark.rule("A85")
def test_a_finding_put_in_other_words_keeps_its_date_and_its_disposal_too(bureau, people):
    date_set = TODAY + timedelta(days=9)
    found = NewFinding(
        fact=FACT[0], basis=FACT[1], on_site_codes=["correct_by"], rectify_by=date_set
    )
    matter = approved_matter(bureau, people, codes=(PROBLEM,), findings=(found,))
    publish(matter, people["publisher"])
    words = matter.findings.get().measure_words

    reworded = ("越界开采约 3 平方米", FACT[1], words)
    sign(ask(matter, people["publisher"], findings=[reworded]), people["head"])

    standing = matter.findings.standing().get()
    assert (standing.fact, standing.rectify_by) == (reworded[0], date_set)
    assert (standing.on_site_codes, standing.measure_words) == (["correct_by"], words)
    assert Disposal.objects.get(finding=standing).due_on == date_set
    # The one that went with the first wording ended without anything done: the public is not told otherwise.
    assert followups.steps_of(matter) == ([], 1)


def test_the_officers_signatures_stay_on_what_they_signed(published, people):
    before = {one.member.pk: one.signature.pk for one in readings.signings(published)}
    sign(ask(published, people["publisher"]), people["head"])

    published.refresh_from_db()
    after = {one.member.pk: one.signature.pk for one in readings.signings(published)}
    assert after == before


@pytest.mark.rule("A82")
def test_an_upheld_objection_leads_to_the_correction(published, people, bureau):
    row = objections.register(
        visit_matter=published.pk,
        applicant="甲",
        contact="1",
        text="有误",
        received_on=TODAY,
        actor=people["publisher"],
        today=TODAY,
    )
    other = make_user("rechecker", "测复查", bureau, "deputy")
    objections.recheck(objection=row.pk, finding="复测", is_upheld=True, actor=other, today=TODAY)
    row.refresh_from_db()

    made = ask(published, people["publisher"], objection=row)

    assert made.objection == row


def test_a_rejected_objection_is_no_ground(published, people, bureau):
    row = objections.register(
        visit_matter=published.pk,
        applicant="甲",
        contact="1",
        text="有误",
        received_on=TODAY,
        actor=people["publisher"],
        today=TODAY,
    )
    with pytest.raises(RuleError, match="没有认定成立"):
        ask(published, people["publisher"], objection=row)


def test_the_form_keeps_what_was_typed_when_it_is_refused(published, people, client):
    client.force_login(people["publisher"])
    url = reverse("publication:correction-create", kwargs={"pk": published.pk})
    post = {
        "reason": "写好的原因",
        "codes": [PROBLEM],
        "methods": published.methods,
        "note": "",
        "findings-TOTAL_FORMS": 1,
        "findings-INITIAL_FORMS": 0,
        "findings-0-fact": "只有事实",
        "findings-0-basis": "",
    }
    page = client.post(url, post)

    assert page.status_code == 422
    assert "写好的原因" in page.content.decode()
    assert "须写明事实和依据" in page.content.decode()


def test_the_approval_form_prints(published, people, client):
    row = sign(ask(published, people["publisher"]), people["head"])
    client.force_login(people["publisher"])

    page = client.get(reverse("publication:correction-pdf", kwargs={"pk": row.pk}))

    assert page.content.startswith(b"%PDF")
