"""公示 a result: once, by the publisher, as frozen bytes that nobody can change (A75–A81)."""

import hashlib
import json

import pytest
from django.db import Error, transaction
from django.test import Client
from django.urls import reverse

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent, RuleSetting
from inspections.models import VisitMatter
from publication.models import Nondisclosure, PublicEntry, PublicRecord
from publication.services import nondisclosures, records
from tests.inspections.conftest import MORNING
from tests.inspections.field_case import problem
from tests.publication.cast import PERSON, approved_matter, entry_of, publish

pytestmark = pytest.mark.django_db
TODAY = MORNING.date()


@pytest.mark.rule("A75")
@pytest.mark.rule("A78")
def test_what_is_frozen_is_what_is_shown(bureau, people):
    record = publish(approved_matter(bureau, people), people["publisher"])

    entry = entry_of(record)
    page = Client().get(reverse("public:result-detail", kwargs={"pk": entry.pk})).content.decode()
    raw = Client().get(reverse("public:record-file", kwargs={"pk": entry.pk})).content
    said = json.loads(raw)
    assert hashlib.sha256(raw).hexdigest() == record.sha256
    assert hashlib.new("sm3", raw).hexdigest() == record.sm3
    assert (
        raw == json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    )
    assert said["entity"] == {
        "name": "示范企业5001号",
        "code": "91990122MA0005001X",
        "kind": "企业",
    }
    assert (said["outcome"], said["found_problem"]) == ("未发现问题", False)
    assert (said["inspected_on"], said["inspectors"]) == ("2026-03-16", [])
    for words in (
        "示范企业5001号",
        "事项KC-01",
        "未发现问题",
        "2026-03-16",
        said["task"]["number"],
    ):
        assert words in page
    assert "测检查" not in page


@pytest.mark.rule("A81")
def test_a_published_result_cannot_be_published_again_or_changed(bureau, people):
    matter = approved_matter(bureau, people)
    record = publish(matter, people["publisher"])

    with pytest.raises(Conflict, match="已公示"):
        publish(matter, people["publisher"])
    with pytest.raises(Error), transaction.atomic():
        PublicRecord.objects.filter(pk=record.pk).update(title="改过")
    with pytest.raises(Error), transaction.atomic():
        PublicRecord.objects.filter(pk=record.pk).delete()
    assert PublicRecord.objects.get().title == record.title


@pytest.mark.rule("A77")
def test_only_the_publisher_publishes(bureau, people, organiser):
    matter = approved_matter(bureau, people)

    with pytest.raises(Forbidden, match="公示员"):
        publish(matter, organiser)
    assert PublicRecord.objects.count() == 0
    publish(matter, people["publisher"])
    matter.refresh_from_db()
    assert (matter.state, matter.published_by) == ("published", people["publisher"])
    assert AuditEvent.objects.filter(action="result.published").count() == 1


def test_a_batch_is_all_or_none(bureau, people):
    first, second = (approved_matter(bureau, people, number) for number in (1, 2))
    publish(first, people["publisher"])

    with pytest.raises(Conflict):
        records.publish_results(
            visit_matters=[second.pk, first.pk], actor=people["publisher"], today=TODAY
        )

    assert VisitMatter.objects.get(pk=second.pk).state == "approved"
    records.publish_results(visit_matters=[second.pk], actor=people["publisher"], today=TODAY)
    assert PublicEntry.objects.count() == 2
    assert AuditEvent.objects.filter(action="result.published_in_bulk").count() == 1


def test_a_natural_person_appears_nowhere_in_public(bureau, people):
    matter = approved_matter(bureau, people, kind="person", name=PERSON, search_name=PERSON)
    code = matter.visit.entity.public_code

    record = publish(matter, people["publisher"])

    entry = entry_of(record)
    urls = [
        reverse("public:home"),
        reverse("public:results"),
        reverse("public:result-detail", kwargs={"pk": entry.pk}),
        reverse("public:record-file", kwargs={"pk": entry.pk}),
        reverse("public:results-csv"),
        reverse("public:results-json"),
    ]
    answers = [_text(Client().get(url)) for url in urls]
    assert all("纪**" in answer for answer in answers)
    assert not any(PERSON in answer or code in answer for answer in answers)
    assert "target_salt" not in answers[3]
    searched = _text(Client().get(reverse("public:results"), {"q": PERSON}))
    assert "没有符合条件的结果" in searched


def test_inspectors_are_named_only_where_the_setting_says_so(bureau, people):
    RuleSetting.objects.create(
        authority=bureau, key="names_in_results", value=True, citation="测试"
    )

    record = publish(approved_matter(bureau, people), people["publisher"])

    page = Client().get(reverse("public:result-detail", kwargs={"pk": entry_of(record).pk}))
    assert "测检查" in page.content.decode()
    assert "990100101" in page.content.decode()


def test_the_finding_and_its_facts_stay_inside(bureau, people):
    fact = "采场东侧越界约 6 米"
    matter = approved_matter(bureau, people, codes=["N01"], findings=[problem(fact=fact)])

    record = publish(matter, people["publisher"])

    assert fact not in bytes(record.content).decode()
    assert entry_of(record).found_problem


@pytest.mark.rule("A75")
def test_withholding_needs_reason_basis_and_another_person(bureau, people):
    matter = approved_matter(bureau, people)
    with pytest.raises(RuleError, match="原因和法律依据"):
        nondisclosures.request(
            visit_matter=matter.pk, reason="涉密", basis=" ", actor=people["publisher"]
        )
    nondisclosures.request(
        visit_matter=matter.pk, reason="涉密", basis="保守国家秘密法", actor=people["publisher"]
    )

    with pytest.raises(RuleError, match="申请依法不公开"):
        publish(matter, people["publisher"])
    with pytest.raises(Forbidden):
        nondisclosures.decide(visit_matter=matter.pk, approve=True, actor=people["publisher"])
    nondisclosures.decide(visit_matter=matter.pk, approve=True, actor=people["head"])

    matter.refresh_from_db()
    assert matter.state == "withheld"
    assert PublicRecord.objects.count() == 0
    with pytest.raises(Conflict):
        publish(matter, people["publisher"])


def test_who_asks_to_withhold_does_not_decide_even_as_head(bureau, people, everyone):
    matter = approved_matter(bureau, people)
    nondisclosures.request(visit_matter=matter.pk, reason="涉密", basis="某法", actor=everyone)

    with pytest.raises(Forbidden, match="由您申请"):
        nondisclosures.decide(visit_matter=matter.pk, approve=True, actor=everyone)


def test_a_declined_request_goes_back_to_the_queue(bureau, people):
    matter = approved_matter(bureau, people)
    publisher = people["publisher"]
    nondisclosures.request(visit_matter=matter.pk, reason="涉密", basis="某法", actor=publisher)

    nondisclosures.decide(
        visit_matter=matter.pk, approve=False, note="不属于秘密", actor=people["head"]
    )

    assert Nondisclosure.objects.count() == 0
    assert publish(matter, publisher).version == 1
    assert AuditEvent.objects.filter(action="nondisclosure.declined").exists()


def test_the_desk_shows_bytes_digest_and_the_queue_shows_days_left(bureau, people, client):
    matter = approved_matter(bureau, people)
    client.force_login(people["publisher"], backend="django.contrib.auth.backends.ModelBackend")

    queue = client.get(reverse("publication:queue")).content.decode()
    confirm = client.get(reverse("publication:result-confirm"), {"pk": matter.pk}).content.decode()
    done = client.post(reverse("publication:result-publish"), {"pk": [matter.pk]})
    again = client.post(reverse("publication:result-publish"), {"pk": [matter.pk]})

    assert "剩 20 个工作日" in queue
    assert "公示后任何人不得擅自更改" in confirm
    assert (done.status_code, again.status_code) == (302, 409)
    entry = PublicEntry.objects.get()
    page = client.get(reverse("publication:record-detail", kwargs={"pk": entry.pk}))
    assert "示范企业5001号" in page.content.decode()
    assert "与指纹不符" not in page.content.decode()


def _text(response) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode()
