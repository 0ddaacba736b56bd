"""Others' conclusions as sources: who issued them, who watched over those entrusted; they only assist (A62, A100)."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from bureau.errors import Conflict, Forbidden, RuleError
from inspections.models import Conclusion
from inspections.selectors import records, sources, waiting_evidence
from inspections.services import conclusions
from inspections.services.conclusions import Paper
from registry.models import Inspector
from tests.inspections import field_case as way
from tests.inspections.field_case import begun
from tests.people import make_user

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


def paper(text="占用耕地 0.3 公顷，与现场一致", **given) -> Paper:
    values = {
        "issued_on": timezone.localdate(),
        "file": SimpleUploadedFile("意见.pdf", PDF),
        "file_name": "意见.pdf",
        "document_number": "农函〔2026〕8号",
    }
    return Paper(text=text, **(values | given))


def adopted(case, source="department", **given) -> Conclusion:
    values = {"actor": case.leader, "paper": paper(), "today": timezone.localdate()}
    return conclusions.adopt(
        visit_matter_pk=case.matter.pk, source=source, issuer="县农业农村局", **(values | given)
    )


def entrusted(case, **given) -> Conclusion:
    values = {
        "actor": case.leader,
        "supervisor": Inspector.objects.get(user=case.second),
        "service_kind": "audit",
        "service": "核对矿产品销售台账",
        "due_on": date(2026, 3, 27),
        "today": timezone.localdate(),
    }
    return conclusions.entrust(
        visit_matter_pk=case.matter.pk, issuer="正衡会计师事务所", **(values | given)
    )


def delivered(case, row, **given) -> Conclusion:
    values = {"actor": case.leader, "paper": paper(), "today": timezone.localdate()}
    return conclusions.deliver(conclusion_pk=row.pk, **(values | given))


@pytest.mark.rule("A62")
@pytest.mark.parametrize("source", ["department", "court", "opinion"])
def test_a_conclusion_is_a_source_and_the_method_follows(case, source):
    row = adopted(begun(case), source)

    assert (row.state, row.file.name) == ("delivered", "意见.pdf")
    assert "document" in case.matter.methods
    assert records.content(case.matter)["conclusions"][0][1] == "县农业农村局"


@pytest.mark.rule("A62")
def test_entrusting_needs_somebody_who_supervises(case):
    begun(case)

    with pytest.raises(RuleError, match="监督"):
        entrusted(case, supervisor=None)


def test_the_database_keeps_no_unsupervised_third_party(case):
    matter = begun(case).matter

    with pytest.raises(IntegrityError), transaction.atomic():
        Conclusion.objects.create(
            authority=matter.authority,
            visit_matter=matter,
            source="third_party",
            issuer="某公司",
            service="审计",
            service_kind="audit",
            state="entrusted",
            recorded_by=case.leader,
        )


@pytest.mark.rule("A100")
def test_who_supervises_holds_a_valid_certificate(case):
    begun(case)
    person = Inspector.objects.get(user=case.second)
    person.certificate_expires_on = date(2026, 3, 1)
    person.save(update_fields=["certificate_expires_on"])

    with pytest.raises(RuleError, match="过期"):
        entrusted(case)


def test_a_supervisor_of_another_bureau_does_not_count(case):
    from tests.people import make_authority
    from tests.planning.build import make_inspector

    begun(case)
    foreign = make_inspector(make_authority("LYX", "邻云县自然资源和规划局"), 901)

    with pytest.raises(RuleError, match="本单位"):
        entrusted(case, supervisor=foreign)


@pytest.mark.parametrize(("kind", "method"), [("test", "sampling"), ("appraisal", "document")])
def test_what_is_entrusted_says_the_method(case, kind, method):
    entrusted(begun(case), service_kind=kind)

    assert method in case.matter.methods


def test_entrusted_work_waits_until_it_is_delivered(case):
    row = entrusted(begun(case))
    waits = waiting_evidence.for_user(case.second, timezone.localdate())
    delivered(case, row)

    assert [item.verb for item in waits] == ["登记委托的结论"]
    assert waiting_evidence.for_user(case.second, timezone.localdate()) == []
    with pytest.raises(Conflict):
        delivered(case, row)


def test_a_third_party_is_not_adopted_without_being_entrusted(case):
    with pytest.raises(RuleError, match="先登记委托"):
        adopted(begun(case), "third_party")


def test_a_result_names_the_method_of_its_sources(case):
    way.finished(case)
    adopted(case)

    with pytest.raises(RuleError, match="须包含书面检查"):
        way.recorded(case, methods=["on_site"])
    way.recorded(case, methods=["on_site", "document"])


@pytest.mark.rule("A68")
def test_what_is_withdrawn_is_signed_without_it(case):
    way.finished(case)
    row = adopted(case)
    way.signed(way.recorded(case, methods=["on_site", "document"]))

    conclusions.withdraw(conclusion_pk=row.pk, actor=case.leader, reason="与本次检查无关")

    assert case.matter.state == "recorded"
    assert "conclusions" not in records.content(case.matter)
    assert sources.needs(case.matter).methods == frozenset()


def test_nothing_is_added_while_the_reviewer_has_it(case):
    way.submitted(way.recorded(way.finished(case)))

    with pytest.raises(RuleError, match="不能再改"):
        adopted(case)


def test_before_the_visit_nothing_is_adopted(case):
    with pytest.raises(RuleError, match="还没有开始"):
        adopted(case)


@pytest.mark.parametrize(
    "given", [{"issued_on": date(2026, 3, 17)}, {"text": "  "}, {"file": SimpleUploadedFile("a.pdf", b"x")}]
)  # fmt: skip
def test_a_paper_is_whole(case, given):
    with pytest.raises(RuleError):
        adopted(begun(case), paper=paper(**given))
    assert not Conclusion.objects.exists()


def test_somebody_outside_team_and_desk_may_not(case, bureau):
    with pytest.raises(Forbidden):
        adopted(begun(case), actor=make_user("else", "测旁人", bureau, "inspector"))


def test_the_page_shows_who_watched_over_whom(client, case):
    row = entrusted(begun(case))
    delivered(case, row, paper=paper("台账与销售发票相符"))
    client.force_login(case.leader)

    page = client.get(reverse("inspections:outcome-detail", args=[case.matter.pk])).content.decode()

    assert "正衡会计师事务所" in page
    assert f"监督人员 {case.second.full_name}" in page
    assert "台账与销售发票相符" in page


def test_a_conclusion_that_comes_late_does_not_change_what_was_signed(case, morning):
    way.finished(case)
    row = entrusted(case)
    way.submitted(way.recorded(case, methods=["on_site", "document"]))
    signed = records.digest(case.matter)
    morning.shift(timedelta(days=1))

    delivered(case, row)

    assert records.digest(case.matter) == signed
