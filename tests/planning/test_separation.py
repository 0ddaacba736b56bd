"""Who had a hand in a task does not witness its draw; who ran the draw does not approve its void (A50)."""

import pytest

from bureau.errors import Forbidden
from planning.forms.sittings import WitnessForm
from planning.rules.strata import Stratum
from planning.services import sittings, tasks, voids
from tests.people import make_user
from tests.planning import sitting_cast as cast

pytestmark = pytest.mark.rule("A50")


@pytest.fixture
def operator(bureau):
    operator = cast.operator_of(bureau)
    cast.fill_pool(bureau)
    return operator


def test_who_changed_the_ratios_does_not_witness(bureau, operator):
    both = make_user("both", "兼任人", bureau, "witness", "organiser")
    free = make_user("free", "监督甲", bureau, "witness")
    task = cast.make_task(bureau, by=operator, matters=[cast.make_matter(bureau, "KC-01")])
    tasks.set_strata(task=task, strata=[Stratum("全部", {}, "all", None)], actor=both)
    task.state = "ready"
    task.save(update_fields=["state"])
    cast.confirm(task, operator)
    sitting = cast.prepared(bureau, operator, tasks=[task])

    with pytest.raises(Forbidden, match="经办过任务"):
        sittings.add_witness(sitting=sitting, user=both, actor=operator)
    assert list(WitnessForm(sitting=sitting).fields["user"].queryset) == [free]


def test_a_witness_who_changes_the_task_before_the_lock_stops_it(bureau, operator):
    both = make_user("both", "兼任人", bureau, "witness", "organiser")
    task = cast.make_ready_task(bureau, by=operator)
    sitting = cast.prepared(bureau, operator, tasks=[task], witnesses=[both])
    type(task).objects.filter(pk=task.pk).update(state="draft")
    tasks.set_scheme(task=task, scheme="改过的方案", actor=both)
    type(task).objects.filter(pk=task.pk).update(state="ready")

    with pytest.raises(Forbidden, match="经办过任务"):
        sittings.lock(sitting=sitting, actor=operator)


def test_who_pressed_compute_does_not_approve_the_void(bureau, operator, witness):
    second = make_user("second", "兼任负责人", bureau, "organiser", "head")
    sitting = cast.ready_to_compute(bureau, operator, witness)
    sittings.compute(sitting=sitting, actor=second)
    asked = voids.request(sitting=sitting, reason="名录未更新", actor=operator)

    with pytest.raises(Forbidden, match="操作人不能批准作废"):
        voids.decide(asked=asked, approve=True, actor=second)
