"""推送: signed, once, in order, to listed hosts only, with its receipt (A88, A108); a receiver on a real socket."""

import socket
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from bureau.errors import Conflict, RuleError
from bureau.models import AuditEvent, OutboxMessage
from bureau.services import outbox
from publication.models import Push, PushTarget
from publication.receiver import Receiver, running
from publication.rules import pushing as rules
from publication.services import push_targets, push_transport, pushing
from tests.people import make_user
from tests.publication.cast import approved_matter, publish

pytestmark = pytest.mark.django_db
SECRET = "约定的密钥"


@pytest.fixture(autouse=True)
def _quiet():
    cache.clear()


@pytest.fixture
def admin(bureau):
    return make_user("admin", "测管理", bureau, "system_admin")


@pytest.fixture
def platform(settings):
    receiver = Receiver(SECRET)
    settings.PUSH_SECRETS = {"CITY": SECRET, "WRONG": "别的"}
    with running(receiver) as url:
        settings.PUSH_HOSTS = [url]
        receiver.url = f"{url}/records"
        yield receiver


def sent_now() -> None:
    """The morning is frozen, the database's clock is not: whatever waits is due now."""
    OutboxMessage.objects.update(next_at=timezone.now())
    outbox.deliver_waiting()


def registered(bureau, admin, url="", **given) -> PushTarget:
    fields = {
        "name": "市信用信息平台",
        "kind": "http",
        "url": url,
        "credential": "CITY",
        "receives": ["result", "correction"],
        "mapping": [],
        "is_active": True,
    } | given
    return push_targets.save(authority=bureau, actor=admin, **fields)


@pytest.mark.rule("A88")
def test_a_published_result_arrives_with_a_receipt(bureau, people, admin, platform):
    registered(bureau, admin, platform.url)

    record = publish(approved_matter(bureau, people), people["publisher"])
    sent_now()

    row = Push.objects.get(record=record)
    assert row.message.state == "sent"
    assert row.message.receipt["number"] == "HZ-000001"
    (kept,) = platform.received.values()
    assert kept["body"]["record"]["sha256"] == record.sha256
    assert kept["body"]["content"]["outcome"] == "未发现问题"


@pytest.mark.rule("A108")
def test_the_platform_gets_its_own_field_names(bureau, people, admin, platform):
    mapping = [["QYMC", "entity.name"], ["JG", "outcome"], ["BBH", "record.version"]]
    registered(bureau, admin, platform.url, mapping=mapping)
    matter = approved_matter(bureau, people)

    publish(matter, people["publisher"])
    sent_now()

    (kept,) = platform.received.values()
    assert kept["body"]["fields"] == {
        "QYMC": matter.visit.entity.name,
        "JG": "未发现问题",
        "BBH": 1,
    }
    assert "content" not in kept["body"]


def test_only_what_a_platform_receives_is_sent(bureau, people, admin, platform):
    registered(bureau, admin, platform.url, receives=["penalty"])
    registered(bureau, admin, platform.url, name="已停用的平台", is_active=False)

    publish(approved_matter(bureau, people), people["publisher"])

    assert not Push.objects.exists()


def test_pushing_twice_is_one_message(bureau, people, admin, platform):
    registered(bureau, admin, platform.url)
    record = publish(approved_matter(bureau, people), people["publisher"])

    assert pushing.push("result", record) == 0
    assert OutboxMessage.objects.filter(kind="push").count() == 1


def test_an_attempt_repeated_after_arrival_gets_the_same_receipt(bureau, people, admin, platform):
    registered(bureau, admin, platform.url)
    record = publish(approved_matter(bureau, people), people["publisher"])
    message = Push.objects.get(record=record).message

    first, second = pushing.deliver(message), pushing.deliver(message)

    assert first["number"] == second["number"]
    assert len(platform.received) == 1


def test_a_refusal_is_kept_as_a_sentence_and_tried_again_later(bureau, people, admin, platform):
    registered(bureau, admin, platform.url)
    platform.refuse_with = 503
    record = publish(approved_matter(bureau, people), people["publisher"])

    sent_now()

    message = Push.objects.get(record=record).message
    assert message.state == "failed"
    assert message.error == "平台 127.0.0.1 没有接收（503）：平台维护中"
    assert message.next_at == timezone.now() + timedelta(minutes=2)


def test_a_failed_one_is_sent_again_by_the_publisher(bureau, people, admin, platform):
    registered(bureau, admin, platform.url)
    platform.refuse_with = 503
    record = publish(approved_matter(bureau, people), people["publisher"])
    sent_now()
    platform.refuse_with = 0
    row = Push.objects.get(record=record)

    pushing.resend(push=row, actor=people["publisher"])
    sent_now()

    row = Push.objects.get(record=record)
    assert (row.message.state, row.message.attempts) == ("sent", 2)
    assert AuditEvent.objects.filter(action="push.resent").count() == 1
    with pytest.raises(Conflict, match="已经送达"):
        pushing.resend(push=row, actor=people["publisher"])


def test_a_wrong_key_is_refused_by_the_platform(bureau, people, admin, platform):
    registered(bureau, admin, platform.url, credential="WRONG")
    record = publish(approved_matter(bureau, people), people["publisher"])

    sent_now()

    assert "签名不符" in Push.objects.get(record=record).message.error
    assert not platform.received


def test_an_altered_body_does_not_pass_the_signature():
    signed = rules.signature(SECRET, at=1, key="k", content=b"{}")

    assert rules.is_signed(SECRET, at=1, key="k", content=b"{}", given=signed)
    assert not rules.is_signed(SECRET, at=1, key="k", content=b"{ }", given=signed)
    assert not rules.is_signed(SECRET, at=2, key="k", content=b"{}", given=signed)


def test_after_no_answer_the_others_wait_without_asking(bureau, people, admin, settings):
    settings.PUSH_SECRETS = {"CITY": SECRET}
    settings.PUSH_HOSTS = ["http://127.0.0.1:9"]
    registered(bureau, admin, "http://127.0.0.1:9/")
    first = publish(approved_matter(bureau, people), people["publisher"])
    second = publish(approved_matter(bureau, people, 2), people["publisher"])

    sent_now()

    assert "对方拒绝连接" in Push.objects.get(record=first).message.error
    assert "刚才没有应答" in Push.objects.get(record=second).message.error


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8001/",
        "http://169.254.169.254/latest",
        "https://platform.example.gov.cn@evil.example/",
        "file:///etc/passwd",
        "https://other.example.gov.cn/",
        "http://platform.example.gov.cn/",
        "https://platform.example.gov.cn:8443/",
        "https://platform.example.gov.cn/\r\nX: y",
    ],
)
def test_nothing_goes_to_an_address_that_is_not_listed(url, settings):
    settings.PUSH_HOSTS = ["platform.example.gov.cn"]
    settings.PUSH_SECRETS = {"CITY": SECRET}

    with pytest.raises(RuleError, match="接口地址"):
        push_transport.post(url=url, credential="CITY", key="k", content=b"{}")


def test_a_redirect_is_not_followed(settings):
    def app(environ, start):
        start("302 Found", [("Location", "http://127.0.0.1:1/"), ("Content-Length", "0")])
        return [b""]

    settings.PUSH_SECRETS = {"CITY": SECRET}
    with running(app) as url:
        settings.PUSH_HOSTS = [url]
        with pytest.raises(RuleError, match="没有跟随"):
            push_transport.post(url=url, credential="CITY", key="k", content=b"{}")


def test_an_answer_without_a_receipt_is_no_delivery(settings):
    def app(environ, start):
        start("200 OK", [("Content-Length", "2")])
        return [b"{}"]

    settings.PUSH_SECRETS = {"CITY": SECRET}
    with running(app) as url:
        settings.PUSH_HOSTS = [url]
        with pytest.raises(RuleError, match="没有返回回执编号"):
            push_transport.post(url=url, credential="CITY", key="k", content=b"{}")


def test_a_platform_cannot_be_registered_at_an_unlisted_host(bureau, admin, settings):
    settings.PUSH_HOSTS = []

    with pytest.raises(RuleError, match="PUSH_HOSTS"):
        registered(bureau, admin, "https://platform.example.gov.cn/")


def test_the_key_itself_is_nowhere_in_the_database(bureau, people, admin, platform):
    registered(bureau, admin, platform.url)
    publish(approved_matter(bureau, people), people["publisher"])
    sent_now()

    stored = [
        *(str(vars(row)) for row in PushTarget.objects.all()),
        *(str(vars(row)) for row in OutboxMessage.objects.all()),
        *(str(row.detail) for row in AuditEvent.objects.all()),
    ]
    assert not any(SECRET in text for text in stored)


@pytest.mark.parametrize("ip", ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1%eth0", "::"])
def test_a_listed_name_that_points_into_the_machine_s_own_network_is_refused(
    ip, settings, monkeypatch
):
    settings.PUSH_HOSTS = ["platform.example.gov.cn"]
    settings.PUSH_SECRETS = {"CITY": SECRET}
    found = [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (ip, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    monkeypatch.setattr(socket, "create_connection", lambda *args, **kwargs: pytest.fail("sent"))

    with pytest.raises(RuleError, match="不允许的地址"):
        push_transport.post(
            url="https://platform.example.gov.cn/", credential="CITY", key="k", content=b"{}"
        )
