"""The fairness page counts what the frozen files say: repeats, units, hits; nothing sealed, no names in public."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bureau.models import RuleSetting
from planning.models import Draw, Pick
from planning.selectors import draws as draw_reads
from planning.services import voids
from publication.rules import fairness as exact
from publication.selectors import fairness, fairness_around
from publication.selectors import fairness_page as page_reads
from registry.models import Entity
from tests.people import make_unit
from tests.planning import sitting_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(bureau):
    sitting_cast.fill_pool(bureau)
    return sitting_cast.operator_of(bureau)


@pytest.fixture
def year() -> int:
    return timezone.localdate().year


@pytest.fixture
def three(bureau, operator, witness) -> list[Draw]:
    """Three draws of other matters over the same pool, one after another; nobody reaches the yearly limit between them."""
    RuleSetting.objects.create(authority=bureau, key="yearly_limit", value=9, citation="测试")
    for code in ("KC-01", "KC-02", "KC-03"):
        hold(bureau, operator, witness, code)
    return list(Draw.objects.order_by("chain_number"))


def hold(bureau, operator, witness, code):
    task = sitting_cast.make_ready_task(bureau, by=operator, code=code)
    return sitting_cast.computed(bureau, operator, witness, tasks=[task])


def selected(draw: Draw) -> set[str]:
    """Read by hand from the public file."""
    rows = [line.split("\t") for line in draw_reads.files(draw)["result.tsv"].decode().splitlines()]
    return {row[4] for row in rows[2:] if row[3] == "selected" and not row[4].startswith("P-")}


def candidates(draw: Draw) -> dict[str, str]:
    lines = draw_reads.files(draw)["candidates.tsv"].decode().splitlines()
    return dict(line.split("\t") for line in lines)


@pytest.mark.rule("A58")
def test_repeats_are_those_of_the_files_and_their_bounds_are_exact(bureau, three, year):
    rows = {(r.draw.pk, r.label): r for r in fairness.repeats(fairness.counted(bureau, year))}
    last = three[2]
    before = Entity.objects.filter(
        picks__draw__in=three[:2], picks__kind=Pick.Rank.SELECTED
    ).distinct()
    picked = set(last.picks.filter(kind="selected").values_list("entity_id", flat=True))

    row = rows[last.pk, "A类"]
    of_class = before.filter(listings__credit_class="A")
    assert (row.population, row.drawn) == (15, 3)
    assert row.marked == of_class.count()
    assert row.observed == len(picked & set(of_class.values_list("pk", flat=True)))
    luck = exact.hypergeometric(15, row.marked, 3)
    assert (row.low, row.high) == luck.bounds()
    assert rows[three[0].pk, "A类"].marked == 0


def test_hits_add_up_to_everybody_and_to_everything_drawn(bureau, three, year):
    rows = fairness.by_hits(fairness.counted(bureau, year))

    listed = set().union(*(candidates(draw) for draw in three))
    firms = {code for code in listed if not code.startswith("P-")}
    hits = Counter(code for draw in three for code in selected(draw))
    assert (
        sum(row.observed for row in rows) == len(firms) + 1
    )  # the one natural person, under three pseudonyms
    drawn = sum(s["k"] for draw in three for s in draw.counts["strata"])
    assert sum(row.hits * row.observed for row in rows) == drawn
    assert abs(sum(row.hits * row.expected for row in rows) - drawn) < 0.1
    assert max(hits.values()) <= len(rows) - 1


def test_each_unit_is_compared_with_its_part_of_the_candidates(bureau, three, year):
    station = make_unit(bureau, "SFX-ZZ", "北山国土所")
    bureau.listings.filter(credit_class="A").update(unit=station)
    mine = set(
        bureau.listings.filter(credit_class="A").values_list("entity__public_code", flat=True)
    )

    rows = {row.label: row for row in fairness.by_unit(fairness.counted(bureau, year))}

    row = rows["北山国土所"]
    assert row.marked == 45
    assert row.observed == sum(len(selected(draw) & mine) for draw in three) == 9
    assert (row.low, row.expected, row.high) == (
        9,
        9.0,
        9,
    )  # the whole class: nothing is left to chance


def test_only_revealed_and_valid_draws_are_compared(bureau, operator, witness, head, year):
    sitting = sitting_cast.computed(bureau, operator, witness)
    asked = voids.request(sitting=sitting, reason="见证不完整", actor=operator)
    voids.decide(asked=asked, approve=True, actor=head)
    task = sitting_cast.make_task_like(sitting.tasks.get(), operator)
    later = timezone.localdate() + timedelta(days=60)
    sitting_cast.computed(
        bureau, operator, witness, tasks=[task], reveal="deferred", reveal_by=later
    )

    assert fairness.counted(bureau, year).draws == []
    (row,) = fairness_around.handlers(bureau, year, by_name=True)
    assert (row.name, row.draws, row.voids.observed) == ("操作员", 2, 1)


def test_the_desk_names_firms_and_people_the_public_none(bureau, three, operator, assessor):
    staff, anybody = Client(), Client()
    staff.force_login(assessor, backend="django.contrib.auth.backends.ModelBackend")

    desk = staff.get(reverse("publication:fairness-of", args=[bureau.code])).content.decode()
    public = anybody.get(reverse("public:fairness", args=[bureau.code])).content.decode()

    twice = [code for code, n in Counter(c for d in three for c in selected(d)).items() if n > 1]
    names = list(Entity.objects.filter(public_code__in=twice).values_list("name", flat=True))
    assert all(name in desk for name in names)
    assert operator.full_name in desk
    shown = [*names, operator.full_name, "测检查员"]
    assert [name for name in shown if name in public] == []
    assert "抽取是否公平" in public


def test_the_page_takes_the_same_queries_for_one_draw_and_for_three(
    bureau, operator, witness, year
):
    hold(bureau, operator, witness, "KC-01")
    one = count_queries(bureau, year)
    hold(bureau, operator, witness, "KC-02")
    hold(bureau, operator, witness, "KC-03")

    # One more where somebody was drawn twice: their names.
    assert count_queries(bureau, year) <= one + 1


def test_a_csv_cannot_start_a_formula_and_holds_the_page_s_numbers(bureau, three):
    task = three[0].task
    station = make_unit(bureau, "SFX-ZY", "=1+1")
    bureau.listings.update(unit=station)

    url = reverse("public:fairness-csv", args=[bureau.code, "units"])
    text = Client().get(url).content.decode("utf-8-sig")

    assert "\n'=1+1," in text.replace("\r", "")
    assert task.name not in text
    assert Client().get(reverse("public:fairness-csv", args=[bureau.code, "x"])).status_code == 404


def test_a_year_without_draws_says_so(bureau):
    page = Client().get(reverse("public:fairness", args=[bureau.code]), {"year": "2020"})

    assert "2020 年还没有已经公开名单的抽取" in page.content.decode()
    assert (
        Client()
        .get(reverse("public:fairness", args=[bureau.code]), {"year": "二〇二〇"})
        .status_code
        == 404
    )


def count_queries(bureau, year) -> int:
    with CaptureQueriesContext(connection) as counted:
        page_reads.page(bureau, year, with_names=True)
    return len(counted)
