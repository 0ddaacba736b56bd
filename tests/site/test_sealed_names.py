"""While a draw is sealed its firms' names stand on no page of those who do not work with the list (DRAW §3, §4)."""

import contextlib
import io
import re
from collections import defaultdict
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from openpyxl import load_workbook

from bureau import veils
from bureau.models import AuditEvent, User
from inspections.models import Visit
from inspections.services import dispatch
from planning.models import Pick, Task
from planning.services import draws, picks
from registry.models import Checklist, ChecklistItem, MatterRevision
from tests.inspections.dispatch_cast import assigned, make_officers, sign_in_as
from tests.people import make_user
from tests.planning import sitting_cast
from tests.site.test_access import CELLS

BARRED = ("witness", "inspector", "reviewer", "publisher", "assessor", "system_admin", "division_admin")  # fmt: skip
READERS = ("organiser", "coordinator", "head", "deputy", "auditor")


@pytest.fixture
def day():
    return timezone.localdate() + timedelta(days=30)


@pytest.fixture
def task(bureau, witness, day) -> Task:
    """Drawn with the names sealed, dispatched; one visit with a team, one pick found gone."""
    operator = sitting_cast.operator_of(bureau)
    sitting_cast.fill_pool(bureau)
    sitting = sitting_cast.computed(bureau, operator, witness, reveal="deferred", reveal_by=day)
    task = sitting.tasks.get()
    matter = task.matters.get()
    MatterRevision.objects.create(matter=matter, version=1, content={}, reason="建立")
    checklist = Checklist.objects.create(matter=matter, version=1, name="检查表")
    ChecklistItem.objects.create(checklist=checklist, number=1, text="是否按批准范围开采")
    task.participants.create(agency=bureau, part="executing")
    made = dispatch.dispatch(task=task, actor=operator, today=timezone.localdate()).visits
    assigned(made[0], operator, make_officers(bureau, 2, start=70))
    return task


def reader(bureau, role: str) -> Client:
    client = Client()
    user = make_user(f"some_{role}", "测某人", bureau, role)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def names() -> list[str]:
    return list(Pick.objects.filter(kind="selected").values_list("entity__name", flat=True))


def pages(task: Task) -> list[str]:
    """Everything that lists what is inspected, narrowed to what would give the picked away."""
    draw = task.draws.get()
    about = f"about=planning.task:{task.pk}"
    return [
        reverse("home"),
        reverse("inspections:visit-list"),
        reverse("inspections:visit-list") + f"?task={task.pk}",
        reverse("inspections:team-board"),
        reverse("inspections:order-list"),
        reverse("inspections:disposal-list"),
        reverse("planning:task-list"),
        reverse("planning:task-detail", args=[task.pk]),
        reverse("planning:draw-detail", args=[draw.number]),
        reverse("planning:draw-detail", args=[draw.number]) + "?check=1",
        reverse("planning:sitting-detail", args=[draw.sitting_id]),
        reverse("planning:sitting-stage", args=[draw.sitting_id]),
        reverse("registry:entity-list") + "?visited=some",
        reverse("publication:queue"),
        reverse("bureau:audit-trail"),
        reverse("bureau:audit-trail") + f"?{about}",
        reverse("bureau:audit-trail") + "?q=示范企业",
        reverse("bureau:notifications"),
    ]


def seen_on(client: Client, url: str) -> list[str]:
    answer = client.get(url)
    assert answer.status_code in {200, 403}, (url, answer.status_code)
    text = answer.content.decode()
    return [name for name in names() if f"{name}<" in text or f"{name} " in text or f"“{name}" in text]  # fmt: skip


def test_without_the_veils_these_pages_would_tell(bureau, task, monkeypatch):
    monkeypatch.setattr(veils, "_VEILS", defaultdict(list))
    client = reader(bureau, "publisher")

    told = [url for url in pages(task) if seen_on(client, url)]

    assert reverse("inspections:visit-list") in told
    assert reverse("bureau:audit-trail") in told
    assert reverse("registry:entity-list") + "?visited=some" in told


@pytest.mark.parametrize("role", ["inspector", "publisher"])
def test_no_page_names_a_sealed_firm(role, bureau, task):
    pick = Pick.objects.filter(kind="selected").last()
    picks.mark(pick, state="deemed_done", actor=task.created_by)
    client = reader(bureau, role)

    assert {url: seen for url in pages(task) if (seen := seen_on(client, url))} == {}


def test_the_superior_waits_too(superior, task):
    client = Client()
    client.force_login(superior, backend="django.contrib.auth.backends.ModelBackend")

    assert {url: seen for url in pages(task) if (seen := seen_on(client, url))} == {}


def reached(task: Task) -> list[str]:
    """Every page of the desk that opens for one of these objects; the register names whole pools, see below."""
    draw, visit = task.draws.get(), Visit.objects.exclude(state="deemed_done").first()
    keys = [
        {},
        *({"pk": pk} for pk in (task.pk, draw.sitting_id, visit.pk, visit.matters.get().pk)),
        {"number": draw.number},
        {"pk": task.pk, "unit_pk": visit.unit_id},
    ]
    names = {c.url for c in CELLS if c.method == "get" and c.anonymous == 302}
    found = []
    for name in sorted(n for n in names if not n.startswith("registry:")):
        for kwargs in keys:
            with contextlib.suppress(NoReverseMatch):
                found.append(reverse(name, kwargs=kwargs))
    return found


def leaks(client: Client, url: str) -> list[str]:
    answer = client.get(url)
    assert answer.status_code < 500, url
    kind = answer.get("Content-Type", "")
    if kind.startswith("text/html"):
        text = answer.content.decode()
    elif "spreadsheetml" in kind:
        book = load_workbook(io.BytesIO(b"".join(answer)))
        text = "<".join(str(c) for s in book for row in s.values for c in row) + "<"
    else:
        return []
    return [name for name in names() if re.search(rf"{name}(?!\d)", text)]


@pytest.mark.parametrize("who", ["barred", "superior"])
def test_no_page_at_all_names_a_sealed_firm(who, bureau, superior, task):
    """Whatever pages come: all of them, for one person with every role that does not work with the list."""
    pick = Pick.objects.filter(kind="selected").last()
    picks.mark(pick, state="deemed_done", actor=task.created_by)
    user = superior if who == "superior" else make_user("barred", "测兼任", bureau, *BARRED)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    urls = reached(task)

    assert len(urls) > 60
    assert {url: seen for url in urls if (seen := leaks(client, url))} == {}


@pytest.mark.parametrize("role", READERS)
def test_who_works_with_the_list_sees_it(role, bureau, task):
    shown = seen_on(reader(bureau, role), reverse("inspections:visit-list"))

    assert sorted(shown) == sorted(names())


def test_pages_of_one_visit_do_not_exist_yet(bureau, task):
    client, visit = reader(bureau, "publisher"), Visit.objects.first()
    event = AuditEvent.objects.filter(target_type="inspections.visit").first()
    urls = [
        reverse("inspections:visit-detail", args=[visit.pk]),
        reverse("inspections:sheet-pdf", args=[visit.pk]),
        reverse("inspections:outcome-detail", args=[visit.matters.get().pk]),
        reverse("bureau:audit-event", args=[event.pk]),
    ]

    assert [client.get(url).status_code for url in urls] == [404] * 4


def test_the_entity_page_and_the_export_keep_silent(bureau, task):
    client, pick = reader(bureau, "publisher"), Pick.objects.filter(kind="selected").first()
    listing = pick.entity.listings.get(authority=bureau)
    page = client.get(reverse("registry:entity-detail", args=[listing.pk])).context
    sheet = client.get(reverse("registry:entity-export") + "?visited=some").content

    assert (list(page["ledger"]), page["row"].hits, page["row"].last) == ([], 0, None)
    assert load_workbook(io.BytesIO(sheet)).active.max_row == 1


def test_support_does_not_read_them_in_the_admin(bureau, task):
    user = make_user("root", "平台运维", bureau, "system_admin")
    User.objects.filter(pk=user.pk).update(is_superuser=True, is_staff=True)
    client = Client()
    client.force_login(
        User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend"
    )
    urls = [reverse(f"admin:{name}_changelist") for name in ("inspections_visit", "bureau_auditevent")]  # fmt: skip

    assert [seen_on(client, url) for url in urls] == [[], []]


def test_the_team_sees_its_own_visit_and_no_other(bureau, task):
    """By default a team learns of its visit at once; the setting visit_disclosure may make that later."""
    user = make_user("goer", "测去者", bureau, "inspector")
    visit = Visit.objects.get(state="teamed")
    sign_in_as(visit.team.first().inspector, user)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    shown = client.get(reverse("inspections:visit-list")).context["rows"]

    assert [row["visit"] for row in shown] == [visit]


def test_a_visit_that_has_begun_is_no_secret_any_more(bureau, task):
    visit = Visit.objects.first()
    Visit.objects.filter(pk=visit.pk).update(started_at=timezone.now())

    shown = reader(bureau, "reviewer").get(reverse("inspections:visit-list")).context["rows"]

    assert [row["visit"] for row in shown] == [visit]


def test_after_the_reveal_everybody_reads_them(bureau, task, day):
    draws.reveal_due(today=day)

    shown = seen_on(reader(bureau, "publisher"), reverse("inspections:visit-list"))

    assert sorted(shown) == sorted(names())
