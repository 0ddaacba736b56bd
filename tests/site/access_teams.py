"""Who goes: answers of other units, experts and helpers, the planned day, looks before it, and how load spreads."""

from inspections.models import PoolConsent, Visit
from inspections.services import assignments
from planning.models import Sitting
from registry.models import Expert
from tests.inspections.dispatch_cast import (
    TODAY,
    assigned,
    dispatched,
    make_officers,
    prepared_sitting,
)
from tests.people import make_unit
from tests.site.access import cell

DESK = ("organiser", "coordinator")
REASON = {"reason": "本组无人具备无人机专长"}


def a_request(cast):
    """Of the bureau to its own station; asked by a person with every role, whom nobody of the cast is."""
    bureau, everyone = cast["bureau"], cast["everyone"]
    lakeside = make_unit(bureau, "SFX-LH", "临湖国土所")
    make_officers(bureau, 2, unit=lakeside)
    prepared_sitting(
        dispatched(bureau, everyone),
        everyone,
        cast["witness"],
        pool="neighbour",
        pool_note="持证人员不足",
        neighbour=lakeside,
    )
    return {"pk": PoolConsent.objects.get().pk}, {"agree": "yes", "note": ""}


def a_team(cast):
    (visit,) = dispatched(cast["bureau"], cast["everyone"])
    assigned(visit, cast["everyone"], make_officers(cast["bureau"], 2))
    return {"pk": visit.pk}, {}


def a_helper_to_send(cast):
    (person,) = make_officers(cast["bureau"], 1, start=30)
    return a_team(cast)[0], {"person": person.pid} | REASON


def an_expert_to_appoint(cast):
    Expert.objects.create(
        authority=cast["bureau"], pid="EX-1", name="顾临川", organisation="测绘院", fields=["测量"]
    )
    return a_team(cast)[0], {"person": "EX-1", "reason": "需要测量"}


def a_helper_to_withdraw(cast):
    kwargs, post = a_helper_to_send(cast)
    visit = Visit.objects.get(pk=kwargs["pk"])
    member = assignments.send_helper(
        visit=visit,
        person=assignments.Inspector.objects.get(pid=post["person"]),
        reason=post["reason"],
        actor=cast["everyone"],
        today=TODAY,
    )
    return kwargs | {"member_pk": member.pk}, {"reason": "临时有事"}


def a_sitting(cast):
    make_officers(cast["bureau"], 3)
    visits = dispatched(cast["bureau"], cast["everyone"])
    prepared_sitting(visits, cast["everyone"], cast["witness"])
    return {"pk": Sitting.objects.get().pk}, {}


CELLS = [
    cell("inspections:pool-consent", make=a_request),
    cell("inspections:pool-consent", "coordinator", "head", method="post", ok=302, make=a_request),
    cell("inspections:visit-helper", *DESK, make=a_helper_to_send),
    cell("inspections:visit-helper", *DESK, method="post", ok=302, make=a_helper_to_send),
    cell("inspections:visit-expert", *DESK, make=an_expert_to_appoint),
    cell("inspections:visit-expert", *DESK, method="post", ok=302, make=an_expert_to_appoint),
    cell("inspections:visit-withdraw", *DESK, make=a_helper_to_withdraw),
    cell("inspections:visit-withdraw", *DESK, method="post", ok=302, make=a_helper_to_withdraw),
    cell("inspections:visit-plan-day", *DESK, make=a_team),
    cell(
        "inspections:visit-plan-day",
        *DESK,
        method="post",
        ok=302,
        make=lambda cast: (a_team(cast)[0], {"day": ""}),
    ),
    cell("inspections:visit-look", method="post", make=a_team),
    cell("inspections:team-load", make=a_sitting),
]
