"""The counts beside the modules: what waits there for the person who looks, and not long after it was done."""

import re

import pytest
from django.urls import reverse

from planning.services import tasks
from tests.planning.build import make_matter, make_task

pytestmark = pytest.mark.django_db


def counts(client):
    page = client.get(reverse("registry:matter-list")).content.decode()
    nav = page[page.index('aria-label="功能模块"') : page.index("</nav>")]
    return dict(re.findall(r">([^<>]+)<b>(\d+)<span class=\"visually-hidden\"> 件待办", nav))


def test_a_module_shows_what_waits_there_for_this_person_only(client, bureau, organiser, head):
    matters = [make_matter(bureau)]
    make_task(bureau, by=organiser, matters=matters)
    make_task(bureau, by=organiser, matters=matters)

    client.force_login(organiser)
    mine = counts(client)
    client.force_login(head)
    theirs = counts(client)

    assert mine["任务与摇号"] == "2"
    assert theirs == {}


def test_the_count_falls_once_the_step_is_done(client, bureau, organiser):
    task = make_task(bureau, by=organiser, matters=[make_matter(bureau)])
    client.force_login(organiser)
    before = counts(client)

    tasks.cancel(task=task, reason="重复建立", actor=organiser)

    assert before["任务与摇号"] == "1"
    assert "任务与摇号" not in counts(client)
