"""A superior draws from its subordinates' pools, each entity once; they confirm, inspect and see their part (A15)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Agency
from inspections.models import Visit
from inspections.services import dispatch
from planning.models import Pick, Task
from planning.selectors import draws as draw_reads
from planning.selectors import pool_confirmations, pool_parts, pool_preview, pools
from planning.services import picks, subordinates
from planning.services import tasks as services
from registry.models import Listing
from tests.inspections.dispatch_cast import make_full_matter
from tests.people import make_authority, make_user
from tests.planning import sitting_cast
from tests.planning.build import make_inspector, make_matter, make_pool, make_task

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A15")]
STRATA = (("全部", {}, "ratio", "20"),)
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def second(superior_bureau):
    made = make_authority("SFY", "示范县二自然资源和规划局", superior_bureau)
    Agency.objects.filter(pk=made.pk).update(document_mark="二自然资")
    return Agency.objects.get(pk=made.pk)


@pytest.fixture
def above(superior_bureau):
    """The superior's organiser and witness."""
    return {
        "organiser": make_user("city", "市经办", superior_bureau, "organiser"),
        "witness": make_user("citywitness", "市监督", superior_bureau, "witness"),
    }


@pytest.fixture
def task(superior_bureau, bureau, second, above) -> Task:
    """A draft of the superior over both counties' pools: 20 firms here, 15 there, 5 of them listed in both."""
    make_pool(bureau, 20)
    make_pool(second, 10, start=500)
    for listing in Listing.objects.filter(authority=bureau).order_by("entity_id")[:5]:
        Listing.objects.create(
            entity=listing.entity, authority=second, unit=second, from_on=listing.from_on
        )
    make_inspector(bureau, 1)
    make_inspector(second, 2)
    made = make_task(
        superior_bureau,
        by=above["organiser"],
        matters=[make_full_matter(superior_bureau, "SK-01")],
        strata=STRATA,
        state="draft",
        number="示市自然资双随机〔2026〕1号",
        window_from=timezone.localdate(),
        window_to=timezone.localdate() + timedelta(days=30),
        scheme="按市局部署。",
    )
    return subordinates.choose(task=made, owners=[bureau.pk, second.pk], actor=above["organiser"])


@pytest.fixture
def keepers(bureau, second):
    return [
        make_user("keeper1", "一县库管", bureau, "division_admin"),
        make_user("keeper2", "二县库管", second, "division_admin"),
    ]


def confirm(task, keepers):
    for keeper in keepers:
        for pool in ("entities", "inspectors"):
            services.confirm_pool(task=task, pool=pool, actor=keeper, today=timezone.localdate())


def drawn(task, above, keepers):
    confirm(task, keepers)
    Task.objects.filter(pk=task.pk).update(state="ready")
    ready = Task.objects.get(pk=task.pk)
    sitting_cast.computed(task.authority, above["organiser"], above["witness"], tasks=[ready])
    return task.draws.get()


def test_whoever_is_listed_twice_stands_once_by_the_first(task, bureau):
    rows = list(pools.iterate(task, timezone.localdate()))

    assert len(rows) == len({row.public_code for row in rows}) == 30
    twice = Listing.objects.filter(entity__listings__authority=bureau, authority__code="SFY")
    owners = {r.entity_id: r.authority_id for r in pools.classified(task, timezone.localdate())}
    assert {owners[row.entity_id] for row in twice} == {bureau.pk}


def test_a_stratum_may_be_a_subordinate(task, second, above):
    services.set_strata(
        task=task,
        strata=[
            pools.Stratum("二县", {"authorities": [second.code]}, "count", 2),
            pools.Stratum("其余", {}, "count", 3),
        ],
        actor=above["organiser"],
    )

    preview = pool_preview.preview(Task.objects.get(pk=task.pk), timezone.localdate())

    assert [(row.candidates, row.k) for row in preview.strata] == [(10, 2), (20, 3)]


def test_only_direct_subordinates_can_be_chosen(task, above, foreign_bureau, bureau, station):
    for other in (foreign_bureau, station):
        with pytest.raises(RuleError, match="直接下级"):
            subordinates.choose(task=task, owners=[other.pk], actor=above["organiser"])
    own = make_task(bureau, matters=[make_matter(bureau, "KC-09")], state="draft")
    with pytest.raises(Forbidden):
        subordinates.choose(task=own, owners=[], actor=above["organiser"])
    Task.objects.filter(pk=task.pk).update(state="ready")
    with pytest.raises(Conflict):
        subordinates.choose(task=task, owners=[], actor=above["organiser"])


@pytest.mark.rule("A18")
def test_each_subordinate_confirms_its_own_part(task, keepers, above, superior_bureau):
    today = timezone.localdate()
    boss = make_user("citykeeper", "市库管", superior_bureau, "division_admin")

    with pytest.raises(Forbidden, match="名录所属单位"):
        services.confirm_pool(task=task, pool="entities", actor=boss, today=today)
    confirm(task, keepers[:1])
    with pytest.raises(RuleError, match="示范县二"):
        services.make_ready(task=task, actor=above["organiser"], today=today)
    confirm(task, keepers[1:])

    rows = pool_confirmations.confirmations(Task.objects.get(pk=task.pk), today)
    assert [row.count for row in rows if row.pool == "entities"] == [20, 10]
    assert all(row.is_fresh for row in rows)


def test_the_announcement_names_whose_pools_and_the_draw_verifies(task, above, keepers):
    draw = drawn(task, above, keepers)

    text = draw_reads.content(draw, "announcement.txt").decode()
    assert "scope\tauthorities=SFX,SFY\n" in text
    assert draw_reads.verdict(draw) == (0, "VERIFIED")
    assert draw.counts["candidates"] == 30


def test_visits_belong_to_the_subordinate_and_its_part_closes_with_them(
    task, above, keepers, bureau, second
):
    claimed = make_full_matter(bureau, "KC-77", superior_code="SK-01")
    drawn(task, above, keepers)
    done = dispatch.dispatch(task=task, actor=above["organiser"], today=timezone.localdate())

    by_authority = {visit.authority_id for visit in done.visits}
    picked = Pick.objects.filter(task=task, kind="selected")
    assert by_authority == {pick.unit.authority_id for pick in picked.select_related("unit")}
    for part in Task.objects.filter(origin=task):
        items = [
            item for v in Visit.objects.filter(authority=part.authority) for item in v.matters.all()
        ]
        assert {item.task_id for item in items} == {part.pk}
        wanted = claimed if part.authority_id == bureau.pk else task.matters.get()
        assert {item.matter_id for item in items} == {wanted.pk}
    client = Client()
    client.force_login(keepers[0], backend=BACKEND)
    for own in Task.objects.filter(origin=task, authority=bureau):
        shared = client.get(reverse("planning:share-detail", args=[task.pk])).content.decode()
        assert f"?task={own.pk}" in shared
        page = client.get(reverse("planning:task-detail", args=[own.pk])).content.decode()
        assert reverse("planning:share-detail", args=[task.pk]) in page
    for pick in picked:
        picks.mark(pick, state="done", actor=above["organiser"])
    assert set(Task.objects.filter(origin=task).values_list("state", flat=True)) == {"closed"}
    assert Task.objects.get(pk=task.pk).state == "closed"


def test_a_subordinate_sees_its_part_and_cannot_touch_the_rest(task, above, keepers, outsider):
    draw = drawn(task, above, keepers)
    client = Client()
    client.force_login(keepers[0], backend=BACKEND)

    asked = client.get(reverse("planning:task-detail", args=[task.pk]))
    page = client.get(asked["Location"]).content.decode()

    assert asked.status_code == 302
    assert draw.number in page
    assert "示范县自然资源和规划局" in page or "本单位" in page
    names = Pick.objects.filter(task=task).values_list("entity__name", flat=True)
    assert not [name for name in names if name in page]
    for name in ("task-change", "task-strata", "task-subordinates"):
        assert client.get(reverse(f"planning:{name}", args=[task.pk])).status_code in (403, 404)
    client.force_login(outsider, backend=BACKEND)
    assert client.get(reverse("planning:share-detail", args=[task.pk])).status_code == 404


def test_changing_the_settings_keeps_whose_pools(task, above, bureau, second):
    values = services.TaskValues(
        name="改名",
        unit=task.unit_id,
        matters=[m.pk for m in task.matters.all()],
        window_from=task.window_from,
        window_to=task.window_to,
    )

    services.change(task=task, values=values, actor=above["organiser"])

    assert sorted(pool_parts.owners_of(Task.objects.get(pk=task.pk))) == sorted(
        [bureau.pk, second.pk]
    )


def test_its_sealed_draw_guards_the_subordinates_own_pool(task, above, keepers, bureau, witness):
    confirm(task, keepers)
    Task.objects.filter(pk=task.pk).update(state="ready")
    own = make_task(bureau, matters=[make_matter(bureau, "KC-09")])
    client = Client()
    client.force_login(witness, backend=BACKEND)
    page = reverse("planning:task-pool", args=[own.pk])
    before = client.get(page).status_code

    sitting_cast.computed(
        task.authority,
        above["organiser"],
        above["witness"],
        tasks=[Task.objects.get(pk=task.pk)],
        reveal="deferred",
        reveal_by=timezone.localdate() + timedelta(days=30),
    )

    assert (before, client.get(page).status_code) == (200, 403)
