"""Where published results go: a credit platform with an interface, a superior's platform that takes Excel (A88, A108).

The interface is a receiver in this process on a real socket; from a day on it is "under maintenance", so that the demo
also shows what did not arrive. Started by hand (`manage.py push_receiver`), the same receiver then takes those.
"""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from unittest.mock import patch
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from bureau.services import outbox, people
from config.seed.story import PUBLISHER, Story
from publication.models import PushTarget
from publication.receiver import Receiver, running
from publication.rules.pushing import url_problem
from publication.services import push_packages, push_targets, push_transport

URL, CREDENTIAL = "http://127.0.0.1:8790/records", "DEMO"
CREDIT, ABOVE = "示范市公共信用信息平台", "市局“双随机、一公开”监管平台"
FIELDS = (
    ("XDR_MC", "entity.name"),
    ("XDR_SHXYM", "entity.code"),
    ("CCSX", "matter.name"),
    ("JCJG", "unit.name"),
    ("JCRQ", "inspected_on"),
    ("CCJG", "outcome"),
    ("GSRQ", "published_on"),
    ("BB", "record.version"),
)
COLUMNS = (
    ("企业名称", "entity.name"),
    ("统一社会信用代码", "entity.code"),
    ("抽查任务编号", "task.number"),
    ("抽查事项", "matter.name"),
    ("检查机关", "unit.name"),
    ("检查时间", "inspected_on"),
    ("抽查结果", "outcome"),
)


def put(story: Story) -> None:
    days, add = story.days, story.agenda.add
    add(days.opening(2), "15:10", partial(_register, story))
    add(days.opening(2), "15:30", partial(_mode, story))
    for ago in (24, 20, 16, 12):
        add(days.ago(ago), "18:00", outbox.deliver_waiting)
    add(days.ago(12), "10:10", partial(_hand_over, story))


@contextmanager
def platform(story: Story) -> Iterator[None]:
    """Inside, the platform answers, and refuses from the fifteenth working day before today on."""
    receiver = Receiver(settings.PUSH_SECRETS.get(CREDENTIAL, "-"))
    with running(receiver) as url:
        port = urlsplit(url).port

        def connected(address: object) -> socket.socket:
            receiver.refuse_with = 503 if timezone.localdate() > story.days.ago(16) else 0
            return socket.create_connection(("127.0.0.1", port), timeout=10)

        level = outbox.log.level
        outbox.log.setLevel(
            logging.ERROR
        )  # its refusals are part of the story, not of the terminal
        try:
            with patch.object(push_transport, "_connected", connected):
                yield
        finally:
            outbox.log.setLevel(level)


def _register(story: Story) -> None:
    admin = story.user(PUBLISHER)
    both = {"authority": story.authority, "actor": admin, "is_active": True}
    what = ["result", "correction", "penalty"]
    push_targets.save(
        name=ABOVE, kind="excel", url="", credential="", receives=what, mapping=COLUMNS, **both
    )
    if url_problem(URL, settings.PUSH_HOSTS) is None and CREDENTIAL in settings.PUSH_SECRETS:
        push_targets.save(
            name=CREDIT,
            kind="http",
            url=URL,
            credential=CREDENTIAL,
            receives=what,
            mapping=FIELDS,
            **both,
        )


def _mode(story: Story) -> None:
    people.put_setting(
        actor=story.user(PUBLISHER),
        authority=story.authority,
        key="publication_mode",
        year=None,
        value="chosen_day",
        mode="default",
        citation="本局“双随机、一公开”抽查工作细则第二十二条：公示员可以选定期限内的日期公示",
    )


def _hand_over(story: Story) -> None:
    """What was published until the evening before, with the number that the platform gave."""
    today = timezone.localdate()
    package = push_packages.make(
        target=PushTarget.objects.get(name=ABOVE),
        period_from=story.days.first,
        period_to=story.days.ago(13),
        actor=story.user(PUBLISHER),
        today=today,
    )
    push_packages.hand_over(
        package=package,
        receipt_number=f"SJ{today.year}-0417",
        handed_over_on=today,
        actor=story.user(PUBLISHER),
        today=today,
    )
