"""Two reviewers press at the same moment: one wins, the other hears who was first."""

import threading

import pytest
from django.db import connection
from django.test import Client

from bureau.models import AuditEvent
from tests.inspections.field_case import (
    finished,
    ordered_case,
    recorded,
    second_inspector,
    submitted,
)
from tests.people import make_authority, make_user


@pytest.mark.rule("A58")
def test_of_two_reviewers_at_once_one_wins(live_db):
    bureau = make_authority("SFX", "示范县自然资源和规划局")
    people = {
        name: make_user(name, name, bureau, *roles)
        for name, roles in {
            "inspector": ["inspector"],
            "desk": ["organiser", "coordinator"],
            "head": ["head"],
            "reviewer1": ["reviewer"],
            "reviewer2": ["reviewer"],
        }.items()
    }
    case = ordered_case(
        bureau, people["inspector"], second_inspector(bureau), people["desk"], people["head"]
    )
    submitted(recorded(finished(case)))
    url = f"/desk/inspections/matters/{case.matter.pk}/approve/"
    gate, statuses = threading.Barrier(2), []

    def press(user):
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        gate.wait(10)
        statuses.append(client.post(url).status_code)
        connection.close()

    threads = [threading.Thread(target=press, args=[people[n]]) for n in ("reviewer1", "reviewer2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(statuses) == [302, 409]
    assert AuditEvent.objects.filter(action="outcome.approved").count() == 1
