"""People of a bureau in which a result goes from the visit to the public site, on a fixed morning."""

import pytest
import time_machine

from bureau.models import User
from tests.inspections.conftest import MORNING
from tests.inspections.field_case import second_inspector
from tests.people import make_user


@pytest.fixture
def morning():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def people(bureau, inspector_user, head, reviewer, publisher, morning) -> dict[str, User]:
    return {
        "leader": inspector_user,
        "second": second_inspector(bureau),
        "desk": make_user("desk", "测经办", bureau, "organiser", "coordinator"),
        "head": head,
        "reviewer": reviewer,
        "publisher": publisher,
    }
