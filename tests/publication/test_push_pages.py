"""Platforms, packages and what did not arrive, on their pages (A88, A108)."""

import csv
import hashlib
import io
import zipfile
from datetime import date

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from bureau.errors import Conflict, RuleError
from bureau.models import Job, OutboxMessage, StoredFile
from bureau.services import files, jobs, outbox
from publication.models import Push, PushPackage, PushTarget
from publication.selectors import waiting
from publication.services import push_packages, push_targets
from tests.people import make_user
from tests.publication.cast import approved_matter, entry_of, publish

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 16)


@pytest.fixture
def admin(bureau):
    cache.clear()
    return make_user("admin", "测管理", bureau, "system_admin")


@pytest.fixture
def excel(bureau, admin):
    return push_targets.save(
        authority=bureau,
        actor=admin,
        name="上级监管平台",
        kind="excel",
        url="",
        credential="",
        receives=["result", "correction"],
        mapping=[["主体名称", "entity.name"], ["结论", "outcome"]],
        is_active=True,
    )


def packed(target, people, **given) -> PushPackage:
    fields = {"period_from": TODAY, "period_to": TODAY, "today": TODAY} | given
    return push_packages.make(target=target, actor=people["publisher"], **fields)


def sign_in(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.rule("A108")
def test_a_package_has_the_platforms_columns_contents_and_digests(bureau, people, excel):
    matter = approved_matter(bureau, people, name="=示范@矿业")
    publish(matter, people["publisher"])

    package = packed(excel, people)

    with zipfile.ZipFile(io.BytesIO(files.read(package.file))) as archive:
        book = archive.read("抽查结果.xlsx")
        contents = archive.read("目录.csv").decode("utf-8-sig")
    rows = list(load_workbook(io.BytesIO(book)).active.iter_rows(values_only=True))
    assert rows == [("主体名称", "结论"), ("'=示范@矿业", "未发现问题")]
    (line,) = csv.DictReader(io.StringIO(contents))
    assert (line["文件"], line["条数"]) == ("抽查结果.xlsx", "1")
    assert line["SHA-256"] == hashlib.sha256(book).hexdigest()


@pytest.mark.rule("A108")
def test_nothing_is_handed_over_twice(bureau, people, excel):
    publish(approved_matter(bureau, people), people["publisher"])
    packed(excel, people)

    with pytest.raises(RuleError, match="没有还没报送的"):
        packed(excel, people)


@pytest.mark.rule("A108")
def test_the_receipt_is_noted_once_and_shown_with_the_record(bureau, people, excel, client):
    record = publish(approved_matter(bureau, people), people["publisher"])
    package = packed(excel, people)
    given = {"package": package, "actor": people["publisher"], "today": TODAY}

    push_packages.hand_over(receipt_number="SJ-2026-88", handed_over_on=TODAY, **given)

    with pytest.raises(Conflict, match="SJ-2026-88"):
        push_packages.hand_over(receipt_number="另一个", handed_over_on=TODAY, **given)
    page = sign_in(client, people["publisher"]).get(
        reverse("publication:record-detail", args=[entry_of(record).pk])
    )
    assert "回执 SJ-2026-88" in page.content.decode()


def test_a_discarded_package_gives_its_records_back(bureau, people, excel):
    publish(approved_matter(bureau, people), people["publisher"])
    first = packed(excel, people)

    push_packages.discard(package=first, actor=people["publisher"])

    assert packed(excel, people).count == 1
    assert StoredFile.objects.filter(pk=first.file_id).exists()


def test_a_day_before_the_package_was_made_is_refused(bureau, people, excel):
    publish(approved_matter(bureau, people), people["publisher"])
    package = packed(excel, people)

    with pytest.raises(RuleError, match="报送日期应在"):
        push_packages.hand_over(
            package=package,
            receipt_number="1",
            handed_over_on=date(2027, 1, 1),
            actor=people["publisher"],
            today=TODAY,
        )


def test_what_waits_for_the_publisher(bureau, people, excel):
    publish(approved_matter(bureau, people), people["publisher"])

    before = [item.verb for item in waiting.for_user(people["publisher"], TODAY)]
    packed(excel, people)
    after = [item.verb for item in waiting.for_user(people["publisher"], TODAY)]

    assert before == ["制作报送数据包"]
    assert after == ["登记报送回执"]


def test_the_admin_registers_a_platform_on_the_page(bureau, admin, client, settings):
    settings.PUSH_HOSTS, settings.PUSH_SECRETS = ["platform.example.gov.cn"], {"CITY": "x"}
    given = {
        "name": "市信用信息平台",
        "kind": "http",
        "receives": ["result"],
        "url": "https://platform.example.gov.cn/api",
        "credential": "CITY",
        "mapping": "QYMC = entity.name\nJG=outcome\n",
        "is_active": "on",
    }
    url = reverse("publication:push-target-create")
    sign_in(client, admin)

    wrong = client.post(url, given | {"mapping": "QYMC = entity.nam"})
    foreign = client.post(url, given | {"url": "https://169.254.169.254/"})
    right = client.post(url, given)

    assert "第 1 行的“entity.nam”不是本系统的字段" in wrong.content.decode()
    assert (wrong.status_code, foreign.status_code, right.status_code) == (422, 422, 302)
    row = PushTarget.objects.get()
    assert row.mapping == [["QYMC", "entity.name"], ["JG", "outcome"]]


def test_a_failed_push_is_shown_with_its_reason_and_sent_again(
    bureau, people, admin, client, settings
):
    settings.PUSH_HOSTS, settings.PUSH_SECRETS = ["http://127.0.0.1:9"], {"CITY": "x"}
    push_targets.save(
        authority=bureau,
        actor=admin,
        name="市信用信息平台",
        kind="http",
        url="http://127.0.0.1:9/",
        credential="CITY",
        receives=["result"],
        mapping=[],
        is_active=True,
    )
    publish(approved_matter(bureau, people), people["publisher"])
    OutboxMessage.objects.update(next_at=timezone.now())
    outbox.deliver_waiting()
    sign_in(client, people["publisher"])

    page = client.get(reverse("publication:push-list")).content.decode()
    again = client.post(reverse("publication:push-resend"), {"pk": [Push.objects.get().pk]})

    assert "对方拒绝连接，服务可能没有启动" in page
    assert again.status_code == 302
    assert Push.objects.get().message.next_at == timezone.now()
    OutboxMessage.objects.update(state=OutboxMessage.State.SENT)
    late = client.post(
        reverse("publication:push-resend"), {"pk": [Push.objects.get().pk]}, follow=True
    )
    assert "1 条已经送达，没有再发" in late.content.decode()


def test_what_was_published_before_goes_to_a_new_platform(bureau, people, admin):
    publish(approved_matter(bureau, people), people["publisher"])
    target = push_targets.save(
        authority=bureau,
        actor=admin,
        name="上级监管平台",
        kind="excel",
        url="",
        credential="",
        receives=["result"],
        mapping=[],
        is_active=True,
    )

    job = push_targets.start_past(target=target, since=date(2026, 1, 1), actor=admin)
    jobs.run(str(job.pk))

    assert Job.objects.get(pk=job.pk).result["summary"] == "补送 1 条。"
    assert Push.objects.filter(target=target).count() == 1


def test_lists_cost_the_same_for_one_and_many(
    bureau, people, excel, client, django_assert_max_num_queries
):
    for number in (1, 2, 3):
        publish(approved_matter(bureau, people, number), people["publisher"])
    sign_in(client, people["publisher"])

    client.get(reverse("publication:push-list"), {"part": "unpacked"})
    with django_assert_max_num_queries(12):
        page = client.get(reverse("publication:push-list"), {"part": "unpacked"})

    assert page.content.decode().count("还没有制作数据包") == 3
