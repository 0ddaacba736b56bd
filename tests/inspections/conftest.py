"""Fixtures of field work: an approved visit with a team of two who can sign in, on a day within its window."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from tests.inspections.field_case import Case, ordered_case, second_inspector

MORNING = datetime(2026, 3, 16, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Monday


@pytest.fixture
def morning():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def case(bureau, inspector_user, organiser_coordinator, head, morning) -> Case:
    return ordered_case(
        bureau, inspector_user, second_inspector(bureau), organiser_coordinator, head
    )


@pytest.fixture
def organiser_coordinator(bureau):
    from tests.people import make_user

    return make_user("desk", "测经办", bureau, "organiser", "coordinator")
