"""Two publishers press at the same moment: one record."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from publication.models import PublicRecord
from tests.inspections.field_case import second_inspector
from tests.people import make_authority, make_user
from tests.publication.cast import approved_matter


@pytest.mark.rule("A81")
def test_of_two_publishers_at_once_one_wins(live_db):
    bureau = make_authority("SFX", "示范县自然资源和规划局")
    people = {
        "leader": make_user("leader", "测组长", bureau, "inspector"),
        "second": second_inspector(bureau),
        "desk": make_user("desk", "测经办", bureau, "organiser", "coordinator"),
        "head": make_user("head", "测局长", bureau, "head"),
        "reviewer": make_user("reviewer", "测审核", bureau, "reviewer"),
    }
    publishers = [make_user(name, name, bureau, "publisher") for name in ("one", "two")]
    matter = approved_matter(bureau, people)
    gate, statuses = threading.Barrier(2), []

    def press(user):
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        gate.wait(10)
        response = client.post(reverse("publication:result-publish"), {"pk": [matter.pk]})
        statuses.append(response.status_code)
        connection.close()

    threads = [threading.Thread(target=press, args=[user]) for user in publishers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(statuses) == [302, 409]
    assert PublicRecord.objects.filter(kind="result").count() == 1
