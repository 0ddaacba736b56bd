"""What holds for every roster, and for two people at the same moment."""

import threading

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bureau.errors import Conflict
from bureau.models import AuditEvent
from registry.models import Entity, EntityRevision, ImportRow, Listing
from registry.services import imports
from tests.people import make_authority, make_unit, make_user
from tests.registry.rosters import TODAY, counts, row, staged, uscc, workbook

entry = st.builds(
    row,
    st.integers(0, 12),
    code=st.one_of(
        st.none(), st.integers(0, 12).map(uscc), st.sampled_from(["123", uscc(1)[:17], 9.19901e17])
    ),
    name=st.one_of(st.none(), st.text("甲乙丙ａＢ（）\u200b\x0b", min_size=1, max_size=6)),
    credit=st.sampled_from(["A", "b类", "C级", "优秀", None]),
    expires=st.sampled_from(["2029-03-31", "2029年3月31日", "长期", "2026-02-30", None]),
    tags=st.sampled_from(["建材、露天", "露天,建材", None]),
)


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(entry, min_size=1, max_size=12))
def test_written_once_the_same_rows_are_unchanged_and_counts_add_up(
    bureau, station, everyone, rows
):
    """Rows without errors: new the first time, unchanged the second; every filled row is staged both times."""
    filled = sum(any(str(c or "").strip("\x0b\u200b ") for c in cells) for cells in rows)
    with transaction.atomic():
        upload = _workbook(rows)
        first = staged(upload, bureau, everyone)
        assert first.total == first.rows.count() == filled
        assert sum(counts(first)) == filled
        if first.new:
            imports.commit(batch=first, skip_errors=True, actor=everyone, today=TODAY)
        assert Entity.objects.count() == Listing.objects.count() == first.new
        assert EntityRevision.objects.count() == first.new

        again = staged(upload, bureau, everyone)

        assert counts(again) == (0, 0, first.new, first.errors)
        transaction.set_rollback(True)


def test_of_two_who_write_at_once_one_wins(live_db, monkeypatch):
    """Real threads and commits: one batch is written once, the other person is told who did it."""
    monkeypatch.setattr("django.conf.settings.JOBS_INLINE", False)
    bureau = make_authority("SFX", "示范县自然资源和规划局")
    make_unit(bureau, "SFX-BS", "北山国土所")
    people = [make_user(f"p{n}", f"测{n}号", bureau, "organiser") for n in range(2)]
    batch = staged(workbook([row(n) for n in range(40)]), bureau, people[0])
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def write(person) -> None:
        try:
            start.wait()
            imports.commit(batch=batch, skip_errors=False, actor=person, today=TODAY)
            outcomes.append("written")
        except Conflict as conflict:
            outcomes.append(conflict.message)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=[person]) for person in people]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert sorted(o == "written" for o in outcomes) == [False, True]
    loser = next(o for o in outcomes if o != "written")
    assert "已写入" in loser
    assert Entity.objects.count() == 40
    assert AuditEvent.objects.filter(action="import.committed").count() == 1
    assert ImportRow.objects.count() == 40


def test_of_two_batches_with_one_new_firm_the_second_must_look_again(live_db, monkeypatch):
    bureau = make_authority("SFX", "示范县自然资源和规划局")
    make_unit(bureau, "SFX-BS", "北山国土所")
    person = make_user("p", "测号", bureau, "organiser")
    batches = [staged(workbook([row(1), row(n)]), bureau, person) for n in (2, 3)]
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def write(batch) -> None:
        try:
            start.wait()
            imports.commit(batch=batch, skip_errors=False, actor=person, today=TODAY)
            outcomes.append("written")
        except Conflict:
            outcomes.append("conflict")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=[batch]) for batch in batches]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert sorted(outcomes) == ["conflict", "written"]
    assert Entity.objects.count() == 2


def _workbook(rows):
    """XML cannot hold a vertical tab: Excel writes it as _x000B_."""
    escaped = [
        [c.replace("\x0b", "_x000B_") if isinstance(c, str) else c for c in cells] for cells in rows
    ]
    return workbook(escaped)
