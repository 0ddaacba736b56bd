"""A teams draw goes through the same lock, computation and export as one of entities; its effects are its owner's."""

import pytest
from django.core.management import call_command

import lottery
from lottery import verify
from planning.models import Draw
from planning.selectors import draws as reads
from planning.services import draws, sittings, voids
from tests.planning import sitting_cast as cast
from tests.planning.build import make_matter, make_task

VISITS = [
    lottery.Visit(id=f"V-{n}", quals=("矿业",) if n == 1 else (), target="0" * 63 + str(n))
    for n in range(1, 5)
]
PEOPLE = [
    lottery.Inspector(
        pid=f"P-{n}",
        role=lottery.Role.LEADER,
        capacity=4,
        quals=frozenset({"矿业"} if n < 3 else ()),
    )
    for n in range(1, 7)
]


@pytest.fixture
def operator(bureau):
    return cast.operator_of(bureau)


@pytest.fixture
def sitting(bureau, operator, witness):
    task = make_task(bureau, by=operator, matters=[make_matter(bureau)], state="dispatched")
    made = cast.prepare_teams(bureau, operator, task)
    sittings.add_witness(sitting=made, user=witness, actor=operator)
    return made


def freeze(actor):
    def made(sitting, reason) -> list[Draw]:
        lists = {
            "visits": lottery.freeze_visits(VISITS),
            "inspectors": lottery.freeze_inspectors(PEOPLE),
            "conflicts": lottery.freeze_conflicts(
                [lottery.Conflict(visit="V-2", pid="P-1", reason="declared")],
                visits=[v.id for v in VISITS],
                pids=[p.pid for p in PEOPLE],
            ),
        }
        draw = draws.freeze(
            sitting=sitting,
            task=sitting.tasks.get(),
            unit=sitting.unit,
            kind="teams",
            lists={name: frozen.content for name, frozen in lists.items()},
            team=2,
            reason=reason,
            actor=actor,
        )
        return [draw]

    return made


def test_teams_are_drawn_exported_and_verified(sitting, operator, witness, tmp_path):
    seen = []
    sittings.lock_with(sitting=sitting, purpose="teams", freeze=freeze(operator), actor=operator)
    sittings.mark_printed(sitting=sitting, actor=operator)
    sittings.open_digits(sitting=sitting, digits=cast.ONE, actor=witness)
    sittings.compute_with(
        sitting=sitting,
        purpose="teams",
        apply=lambda draw, result: seen.append((draw.number, result)),
        actor=operator,
    )
    draw = Draw.objects.get()
    call_command("export_draw", draw.number, str(tmp_path / "out"), verbosity=0)

    assert seen == [(draw.number, draws.files(draw)["result.tsv"])]
    assert draw.number.endswith("-T1")
    assert verify.check(verify.read_folder(str(tmp_path / "out"))).line == "VERIFIED"
    assert [row.is_filled for row in reads.team_rows(draw)] == [True] * 4
    assert reads.team_rows(draw)[0].visit == "V-1"  # whoever asks for a qual is served first


def test_a_bent_matching_is_not_recorded(sitting, operator, witness, monkeypatch):
    """The engine skips a friend; order and tickets are still right, so only the second matching can tell (DRAW §4.4)."""
    sittings.lock_with(sitting=sitting, purpose="teams", freeze=freeze(operator), actor=operator)
    sittings.mark_printed(sitting=sitting, actor=operator)
    sittings.open_digits(sitting=sitting, digits=cast.ONE, actor=witness)
    honest = lottery.draw_teams
    monkeypatch.setattr(
        lottery, "draw_teams", lambda visits, people, *rest: honest(visits, people[1:], *rest)
    )

    with pytest.raises(draws.RuleError, match=r"两次独立计算的结果不一致.*result\.tsv 第"):
        sittings.compute_with(
            sitting=sitting, purpose="teams", apply=lambda draw, result: None, actor=operator
        )

    assert not Draw.objects.get().files.filter(name="result.tsv").exists()


def test_a_teams_sitting_is_not_locked_as_one_of_entities(sitting, operator):
    with pytest.raises(draws.RuleError, match="内容是“匹配检查人员”"):
        sittings.lock(sitting=sitting, actor=operator)


def test_voiding_calls_back_the_owner_of_the_kind(sitting, operator, witness, head, monkeypatch):
    undone = []
    monkeypatch.setitem(voids.UNDO, "teams", lambda draw, actor: undone.append(draw.kind))
    sittings.lock_with(sitting=sitting, purpose="teams", freeze=freeze(operator), actor=operator)
    asked = voids.request(sitting=sitting, reason="人员名单有误", actor=operator)
    voids.decide(asked=asked, approve=True, actor=head)

    assert undone == ["teams"]
    assert reads.state_of(Draw.objects.get()) == "voided"
    assert reads.verdict(Draw.objects.get()) == (3, "VOID 人员名单有误")
