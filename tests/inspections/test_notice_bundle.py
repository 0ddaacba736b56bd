"""The notices of a task: made, bound in one PDF as a job, and word given in advance (A58, A64, A101)."""

import io
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.db.utils import Error
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent, Job, RuleSetting, StoredFile
from bureau.selectors import wordings
from bureau.services import files
from bureau.services import wordings as writing
from inspections.models import AdvanceNotice, Notice, NoticeBundle, Visit
from inspections.rules.forms_before import NOTICE_FORM
from inspections.selectors import documents
from inspections.selectors import notices as checking
from inspections.services import advance, notice_bundles, notices, reminders_before, replacements
from tests.inspections.dispatch_cast import (
    TODAY,
    assigned,
    dispatched,
    give,
    make_officers,
    ordered,
    task_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2026-03-12T10:00:00+08:00", tick=False):
        yield


@pytest.fixture
def both(organiser, bureau):
    return give(organiser, bureau, "coordinator")


@pytest.fixture
def visits(bureau, both, head):
    officers = make_officers(bureau, 2)
    return [ordered(assigned(v, both, officers), both, head) for v in dispatched(bureau, both, 3)]


@pytest.fixture
def told_before(bureau):
    RuleSetting.objects.create(
        authority=bureau, key="advance_notice_workdays", value=3, citation="本单位规定"
    )


def bind(visits, actor, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = notice_bundles.start(
            task=task_of(visits[0]), visits=[v.pk for v in visits], actor=actor
        )
    return Job.objects.get(pk=job.pk)


@pytest.mark.rule("A64")
def test_one_job_makes_and_binds_what_the_task_needs(
    visits, both, django_capture_on_commit_callbacks
):
    notices.issue(visit=visits[1], actor=both, today=TODAY)

    job = bind(visits, both, django_capture_on_commit_callbacks)

    bundle = NoticeBundle.objects.get()
    reader = PdfReader(io.BytesIO(files.read(bundle.file)))
    assert job.state == "done"
    assert (bundle.count, bundle.pages) == (3, len(reader.pages))
    assert [mark.title.split(" ", 1)[1] for mark in reader.outline] == [
        v.entity.name for v in visits
    ]
    assert Notice.objects.count() == 3
    assert AuditEvent.objects.filter(action="notices.bound").count() == 1


@pytest.mark.rule("A64")
def test_what_cannot_be_made_is_named_and_the_others_are_bound(
    visits, both, django_capture_on_commit_callbacks
):
    member = visits[0].team.get(part="member")
    replacements.request(visit=visits[0], member=member, code="health", note="住院", actor=both)

    job = bind(visits, both, django_capture_on_commit_callbacks)

    assert NoticeBundle.objects.get().count == 2
    assert f"{visits[0].entity.name}：检查组有人员更换待办理" in job.result["summary"]


def test_the_bound_file_is_handed_out_by_its_own_page_only(
    client, visits, both, reviewer, django_capture_on_commit_callbacks
):
    bind(visits, both, django_capture_on_commit_callbacks)
    bundle = NoticeBundle.objects.get()
    client.force_login(both)

    answer = client.get(reverse("inspections:notice-bundle", args=[bundle.pk]))

    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    by_file = client.get(
        reverse("bureau:file", args=[StoredFile.objects.get(name=bundle.file.name).pk])
    )
    assert by_file.status_code == 404
    client.force_login(reviewer)
    assert client.get(reverse("inspections:notice-bundle", args=[bundle.pk])).status_code == 403


def test_a_task_of_another_desk_is_not_bound(bureau, visits, inspector_user):
    with pytest.raises(Forbidden):
        notice_bundles.start(task=task_of(visits[0]), visits=[visits[0].pk], actor=inspector_user)


@pytest.mark.rule("A101")
def test_the_notice_speaks_in_the_bureaus_words_and_keeps_them(bureau, visits, both, system_admin):
    found = wordings.in_force("notice", bureau)
    writing.put(
        actor=system_admin,
        authority=bureau,
        form=NOTICE_FORM,
        base=0,
        title="检查告知书",
        passages=found.passages | {"rights": "有权拒绝检查。\n有权申请回避。"},
        head=found.head,
        issuer_mark=found.issuer_mark,
        seal=found.seal,
        reason="统一表述",
    )

    content = notices.issue(visit=visits[0], actor=both, today=TODAY).content

    assert content["form"]["title"] == "检查告知书"
    assert content["rights"] == ["有权拒绝检查。", "有权申请回避。"]
    assert len(content["conduct"]) == 5
    assert visits[0].order.number in content["form"]["passages"]["opening"]


@pytest.mark.rule("A95")
def test_the_notice_states_the_published_cap(visits, both):
    content = notices.issue(visit=visits[0], actor=both, today=TODAY).content

    assert content["usage"]["cap"] == "计入年度频次 1 次（公布的上限 4 次）"


def test_one_made_before_wordings_were_kept_is_still_printed(visits, both):
    notice = notices.issue(visit=visits[0], actor=both, today=TODAY)
    old = {k: v for k, v in notice.content.items() if k not in {"form", "conduct"}}
    Notice.objects.filter(pk=notice.pk).update(content=old | {"rights": ["旧的权利"]})

    shown = documents.notice_context(visits[0])

    assert shown["rights"] == ["旧的权利"]
    assert visits[0].order.number in shown["form"]["passages"]["opening"]


def test_where_the_house_gives_no_word_none_is_noted(visits, both):
    with pytest.raises(RuleError, match="没有规定检查前预先告知"):
        advance.tell(visit=visits[0], actor=both, how="phone", person="王某", at=timezone.now())


@pytest.mark.rule("A58")
def test_word_given_in_advance_is_on_record_and_the_firm_sees_it(visits, both, told_before):
    notice = notices.issue(visit=visits[0], actor=both, today=TODAY)
    Visit.objects.filter(pk=visits[0].pk).update(planned_on=date(2026, 3, 20))

    row = advance.tell(
        visit=visits[0], actor=both, how="phone", person="联络员王某", at=timezone.now()
    )

    assert row.due_on == date(2026, 3, 17)
    seen = checking.by_token(notice.token)
    assert seen.told == "2026年3月12日以电话方式"
    event = AuditEvent.objects.get(action="visit.firm-told")
    assert (event.is_bad, f"inspections.visit:{visits[0].pk}" in event.about) == (False, True)


def test_late_word_says_so_and_word_from_the_future_is_refused(visits, both, told_before):
    with pytest.raises(RuleError, match="不能晚于现在"):
        advance.tell(
            visit=visits[0],
            actor=both,
            how="phone",
            person="王某",
            at=timezone.now() + timedelta(hours=1),
        )
    Visit.objects.filter(pk=visits[0].pk).update(planned_on=date(2026, 3, 13))

    advance.tell(visit=visits[0], actor=both, how="post", person="王某", at=timezone.now())

    assert AuditEvent.objects.get(action="visit.firm-told").is_bad


def test_word_is_given_before_the_visit_begins(visits, both, told_before):
    Visit.objects.filter(pk=visits[0].pk).update(state="in_progress")

    with pytest.raises(Conflict, match="检查中"):
        advance.tell(visit=visits[0], actor=both, how="phone", person="王某", at=timezone.now())


def test_what_was_said_cannot_be_changed(visits, both, told_before):
    advance.tell(visit=visits[0], actor=both, how="phone", person="王某", at=timezone.now())

    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE inspections_advancenotice SET person = '李某'")

    assert AdvanceNotice.objects.get().person == "王某"


def test_the_coordinators_are_reminded_on_the_day(visits, both, told_before):
    Visit.objects.update(planned_on=date(2026, 3, 17))
    assert reminders_before.advance_notices(today=date(2026, 3, 11)) == 0

    assert reminders_before.advance_notices(today=date(2026, 3, 12)) == 1
    assert reminders_before.advance_notices(today=date(2026, 3, 12)) == 0

    assert both.notifications.filter(text__contains="3 户须在检查前预先告知").count() == 1


def test_the_page_lists_who_must_be_told(client, visits, both, told_before):
    client.force_login(both)
    task = task_of(visits[0])
    url = reverse("inspections:visit-tell", args=[visits[0].pk])
    page = client.get(reverse("inspections:task-notices", args=[task.pk])).text
    assert url in page

    client.post(url, {"how": "in_person", "person": "王某", "at": "2026-03-12T09:30", "note": ""})

    assert url not in client.get(reverse("inspections:task-notices", args=[task.pk])).text
