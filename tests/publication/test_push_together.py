"""Two publishers make the same package at the same moment: one has it, the other reads that nothing is left (A108)."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from publication.models import PushPackage
from publication.services import push_targets
from tests.inspections.field_case import second_inspector
from tests.people import make_authority, make_user
from tests.publication.cast import approved_matter, publish


@pytest.mark.rule("A108")
def test_of_two_packages_at_once_one_is_made(live_db):
    bureau = make_authority("SFX", "示范县自然资源和规划局")
    people = {
        "leader": make_user("leader", "测组长", bureau, "inspector"),
        "second": second_inspector(bureau),
        "desk": make_user("desk", "测经办", bureau, "organiser", "coordinator"),
        "head": make_user("head", "测局长", bureau, "head"),
        "reviewer": make_user("reviewer", "测审核", bureau, "reviewer"),
    }
    publishers = [make_user(name, name, bureau, "publisher") for name in ("one", "two")]
    target = push_targets.save(
        authority=bureau,
        actor=make_user("admin", "测管理", bureau, "system_admin"),
        name="上级监管平台",
        kind="excel",
        url="",
        credential="",
        receives=["result"],
        mapping=[],
        is_active=True,
    )
    publish(approved_matter(bureau, people), publishers[0])
    today = timezone.localdate()
    given = {
        "target": target.pk,
        "period_from": (today - timedelta(days=1)).isoformat(),
        "period_to": today.isoformat(),
    }
    gate, statuses = threading.Barrier(2), []

    def press(user):
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        gate.wait(10)
        response = client.post(reverse("publication:push-package-list"), given)
        statuses.append(response.status_code)
        connection.close()

    threads = [threading.Thread(target=press, args=[user]) for user in publishers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(statuses) == [302, 422]
    assert PushPackage.objects.count() == 1
