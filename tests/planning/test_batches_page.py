"""Where a stratum is inspected whole, the list of the drawn says in which batch each one comes (DRAW §2)."""

import re

import pytest
from django.urls import reverse

from planning.services import sittings
from tests.planning import sitting_cast as cast
from tests.planning.build import make_inspector, make_matter, make_pool, make_task

pytestmark = pytest.mark.django_db


def test_the_list_names_the_batch_of_each_place(client, bureau, organiser, witness):
    make_pool(bureau, 5, credit_class="A")
    make_inspector(bureau, 1)
    operator = cast.operator_of(bureau)
    strata = (("A类", {"classes": ["A"]}, "all", None),)
    task = make_task(
        bureau, by=operator, matters=[make_matter(bureau, "KC-01")], strata=strata, state="ready"
    )
    task.strata.update(batches=2)
    cast.confirm(task, operator)
    sitting = cast.locked(bureau, operator, tasks=[task], witnesses=[witness])
    sittings.open_digits(sitting=sitting, digits=cast.ONE, actor=witness)
    sittings.compute(sitting=sitting, actor=operator)
    client.force_login(organiser)

    page = client.get(reverse("planning:task-picks", args=[task.pk])).content.decode()

    assert re.findall(r"第 (\d) 批", page) == ["1", "1", "1", "2", "2"]


def test_a_list_without_batches_has_no_such_column(client, bureau, organiser, witness):
    cast.fill_pool(bureau)
    operator = cast.operator_of(bureau)
    sitting = cast.computed(bureau, operator, witness)
    client.force_login(organiser)

    page = client.get(reverse("planning:task-picks", args=[sitting.tasks.get().pk]))

    assert "检查批次" not in page.content.decode()
