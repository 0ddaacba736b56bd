"""Who may open the addresses of sittings and draws: each object in a state where the right one succeeds."""

from typing import Any

from django.utils import timezone

import lottery
from bureau.models import User
from planning.models import Sitting
from planning.services import sittings, voids
from tests.people import make_user
from tests.planning import sitting_cast
from tests.site.access import cell

Cast = dict[str, Any]
Made = tuple[dict[str, Any], dict[str, Any]]
SEALED_READERS = ("organiser", "coordinator", "head", "deputy", "auditor")


def _operator(cast: Cast) -> User:
    """Somebody else runs the sitting, so that every role of the cast is free of it."""
    if "operator" not in cast:
        sitting_cast.fill_pool(cast["bureau"])
        cast["operator"] = sitting_cast.operator_of(cast["bureau"])
    return cast["operator"]


def _prepared(cast: Cast, **options: Any) -> Sitting:
    operator = _operator(cast)
    return sitting_cast.prepared(cast["bureau"], operator, witnesses=[cast["witness"]], **options)


def _locked(cast: Cast, **options: Any) -> Sitting:
    sitting = _prepared(cast, **options)
    sittings.lock(sitting=sitting, actor=_operator(cast))
    sittings.mark_printed(sitting=sitting, actor=_operator(cast))
    return sitting


def _ready(cast: Cast) -> Sitting:
    sitting = _locked(cast)
    sittings.open_digits(sitting=sitting, digits=sitting_cast.ONE, actor=cast["witness"])
    return sitting


def _computed(cast: Cast, **options: Any) -> Sitting:
    sitting = _locked(cast, **options)
    sittings.open_digits(sitting=sitting, digits=sitting_cast.ONE, actor=cast["witness"])
    sittings.compute(sitting=sitting, actor=_operator(cast))
    return sitting


def prepared(cast: Cast) -> Made:
    return {"pk": _prepared(cast).pk}, {}


def new_sitting(cast: Cast) -> Made:
    task = sitting_cast.make_ready_task(cast["bureau"], by=_operator(cast))
    values = {
        "title": "一季度摇号会",
        "tasks": [str(task.pk)],
        "unit": cast["bureau"].pk,
        "planned_at": "2026-03-02T09:00",
        "digits_each": 12,
        "beacon_source": "none",
        "reveal": "immediate",
    }
    return {}, values


def with_second_witness(cast: Cast) -> Made:
    sitting = _prepared(cast)
    second = make_user("second", "纪检员", cast["bureau"], "witness")
    return {"pk": sitting.pk}, {"user": second.pk, "capacity_text": "纪检监察"}


def with_witness(cast: Cast) -> Made:
    sitting = _prepared(cast)
    return {"pk": sitting.pk, "witness": sitting.witnesses.get().pk}, {}


def locked(cast: Cast) -> Made:
    return {"pk": _locked(cast).pk}, {}


def to_commit(cast: Cast) -> Made:
    operator = _operator(cast)
    second = make_user("second", "纪检员", cast["bureau"], "witness")
    sitting = sitting_cast.locked(cast["bureau"], operator, witnesses=[cast["witness"], second])
    draw = sitting.draws.get()
    value = lottery.witness_commitment(draw.a, sitting_cast.SALTS[0], sitting_cast.ONE)
    return {"pk": sitting.pk}, {f"commitment-{draw.number}": value, "own_device": "on"}


def at_the_desk(cast: Cast) -> Made:
    """The witness signs in again on the operator's device."""
    sitting = _locked(cast)
    return {"pk": sitting.pk, "witness": sitting.witnesses.get().pk}, {
        "password": "demo-pass-2026",
        "digits": sitting_cast.ONE,
    }


def matching_after(cast: Cast) -> Made:
    """A matching over the tasks of a computed sitting, whose witness may watch again."""
    before = _computed(cast)
    task = before.tasks.get()
    sitting = sitting_cast.prepare_teams(cast["bureau"], _operator(cast), task)
    return {"pk": sitting.pk}, {"before": str(before.pk)}


def to_open(cast: Cast) -> Made:
    return {"pk": _locked(cast).pk}, {"digits": sitting_cast.ONE}


def with_beacon(cast: Cast) -> Made:
    """A beacon whose time has come: the sitting was locked before it."""
    sitting = _locked(
        cast,
        beacon_source="cwl-kl8",
        beacon_round="2026310",
        beacon_not_before=sitting_cast.soon(),
    )
    Sitting.objects.filter(pk=sitting.pk).update(beacon_not_before=timezone.now())
    value = " ".join(str(n) for n in range(61, 81))
    return {"pk": sitting.pk}, {"value": value, "again": value}


def ready(cast: Cast) -> Made:
    return {"pk": _ready(cast).pk}, {}


def to_void(cast: Cast) -> Made:
    return {"pk": _computed(cast).pk}, {"reason": "名录未更新"}


def void_asked(cast: Cast) -> Made:
    sitting = _computed(cast)
    voids.request(sitting=sitting, reason="名录未更新", actor=_operator(cast))
    return {"pk": sitting.pk}, {"approve": "yes"}


def computed(cast: Cast) -> Made:
    return {"number": _computed(cast).draws.get().number}, {}


def public_file(cast: Cast) -> Made:
    return {"number": _computed(cast).draws.get().number, "name": "result.tsv"}, {}


def sealed(cast: Cast) -> Made:
    sitting = _computed(cast, reveal="deferred", reveal_by=timezone.localdate())
    return {"number": sitting.draws.get().number}, {"name": "result.tsv"}


OPERATORS = ("organiser", "coordinator")
POST = {"method": "post", "ok": 302}
CELLS = [
    cell("planning:sitting-list", outsider=200),
    cell("planning:sitting-new", "organiser", outsider=200),
    cell("planning:sitting-new", "organiser", outsider=422, make=new_sitting, **POST),
    cell("planning:sitting-detail", make=locked),
    cell("planning:sitting-witness-add", "organiser", make=with_second_witness, **POST),
    cell("planning:sitting-witness-remove", "organiser", make=with_witness, **POST),
    cell("planning:sitting-discard", "organiser", make=prepared),
    cell("planning:sitting-discard", "organiser", make=prepared, **POST),
    cell("planning:sitting-lock", "organiser", make=prepared),
    cell("planning:sitting-lock", "organiser", make=prepared, **POST),
    cell("planning:sitting-slip", make=locked),
    cell("planning:sitting-slip-print", "organiser", make=locked, method="post", ok=200),
    cell("planning:sitting-slip-handed", "organiser", make=locked, **POST),
    cell("planning:sitting-witness-here", "organiser", make=at_the_desk),
    cell("planning:sitting-witness-here", "organiser", make=at_the_desk, **POST),
    cell("planning:sitting-witness-again", *OPERATORS, make=matching_after, **POST),
    cell("planning:sitting-record-docx", make=ready),
    cell("planning:sitting-commit", "witness", make=to_commit, **POST),
    cell("planning:sitting-open", "witness", make=to_open, **POST),
    cell("planning:sitting-beacon", "organiser", make=with_beacon, **POST),
    cell("planning:sitting-compute", "organiser", make=ready),
    cell("planning:sitting-compute", "organiser", make=ready, **POST),
    cell("planning:sitting-void", "organiser", make=to_void),
    cell("planning:sitting-void", "organiser", make=to_void, **POST),
    cell("planning:sitting-void-decide", "head", make=void_asked, superior=200),
    cell("planning:sitting-void-decide", "head", make=void_asked, **POST),
    cell("planning:sitting-stage", make=ready),
    cell("planning:sitting-offline-page", outsider=200),
    cell("planning:draw-list", outsider=200),
    cell("planning:draw-detail", make=computed),
    cell("planning:draw-file", make=public_file),
    cell("planning:draw-sealed", *SEALED_READERS, make=sealed, method="post", ok=200),
]
