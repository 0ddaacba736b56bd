"""The pool of one task does not tell what another task's sealed draw has picked."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bureau.models import AuditEvent
from planning.models import Draw, Pick, TaskParticipant
from planning.services import draws
from tests.people import make_user
from tests.planning import sitting_cast as cast
from tests.planning.build import make_matter, make_task


def asked(user, task):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(reverse("planning:task-pool", args=[task.pk]) + "?reason=in_open_task")


def test_only_readers_of_sealed_lists_see_who_is_excluded_meanwhile(
    bureau, witness, organiser, auditor
):
    operator = cast.operator_of(bureau)
    cast.fill_pool(bureau)
    day = timezone.localdate() + timedelta(days=30)
    sitting = cast.computed(bureau, operator, witness, reveal="deferred", reveal_by=day)
    picked = Pick.objects.filter(kind="selected").first().entity.name
    other = cast.make_task_like(sitting.tasks.get(), operator)

    refused, looked = asked(witness, other), asked(organiser, other)

    assert (refused.status_code, looked.status_code) == (403, 200)
    assert picked not in refused.content.decode()
    assert picked in looked.content.decode()
    assert AuditEvent.objects.get(action="task.pool_seen_while_sealed").actor == organiser
    draws.reveal_due(today=day)
    assert Draw.objects.filter(events__kind="revealed").exists()
    assert asked(witness, other).status_code == 200


@pytest.mark.rule("A15")
def test_a_sealed_draw_of_a_subordinate_guards_the_superiors_pool_too(
    bureau, superior_bureau, witness
):
    cast.fill_pool(bureau)
    operator = cast.operator_of(bureau)
    day = timezone.localdate() + timedelta(days=30)
    cast.computed(bureau, operator, witness, reveal="deferred", reveal_by=day)
    keeper = make_user("keeper", "市局管理员", superior_bureau, "division_admin", "superior")
    above = make_task(superior_bureau, matters=[make_matter(superior_bureau, "SJ-01")])
    below = TaskParticipant(task=above, agency=bureau, part=TaskParticipant.Part.POOL)

    before = asked(keeper, above).status_code
    below.save()

    assert (before, asked(keeper, above).status_code) == (200, 403)
