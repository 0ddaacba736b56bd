"""Two people at once, with real commits."""

import threading

from django.db import connections

from bureau.errors import Conflict
from registry.models import Entity, EntityRevision, Listing
from registry.services import entities
from tests.people import make_authority, make_user
from tests.registry.registers import about, facts, listed


def together(*calls):
    """Runs the calls at the same moment; what each said, in alphabetical order."""
    gate, said = threading.Barrier(len(calls)), []

    def run(call):
        try:
            gate.wait()
            call()
            said.append("saved")
        except Conflict:
            said.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return sorted(said)


def test_two_edits_of_the_same_version_let_one_win(live_db):
    bureau = make_authority("SFX", "示范县自然资源和规划局")
    people = [make_user(f"p{n}", f"测{n}号", bureau, "organiser") for n in (1, 2)]
    listing = listed(people[0], bureau, 1)

    said = together(
        *(
            lambda person=person, name=f"新名{n}": entities.change(
                actor=person, listing=listing, version=1, facts=facts(name=name), about_listing=about(bureau)
            )
            for n, person in enumerate(people)
        )
    )  # fmt: skip

    assert said == ["refused", "saved"]
    assert Entity.objects.get().version == 2
    assert EntityRevision.objects.count() == 1


def test_tagging_and_editing_at_once_lose_nothing(live_db):
    bureau = make_authority("SFX", "示范县自然资源和规划局")
    people = [make_user(f"p{n}", f"测{n}号", bureau, "organiser") for n in (1, 2)]
    rows = [listed(people[0], bureau, n) for n in (1, 2, 3)]

    said = together(
        lambda: entities.tag(actor=people[0], authority=bureau, pks=[r.pk for r in rows], name="甲"),
        lambda: entities.tag(actor=people[1], authority=bureau, pks=[r.pk for r in rows[::-1]], name="乙"),
    )  # fmt: skip

    assert said == ["saved", "saved"]
    assert [row.tags for row in Listing.objects.all()] == [["乙", "甲"]] * 3
    assert EntityRevision.objects.count() == 6
