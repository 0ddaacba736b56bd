from datetime import date

import pytest
import time_machine
from django.urls import reverse

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent
from registry.models import Expert, Inspector
from registry.rules.certificates import NO_EXPIRY
from registry.selectors import officers
from registry.services import people
from tests.people import make_user
from tests.registry.registers import TODAY, officer, signed_in

pytestmark = pytest.mark.django_db


def typed(unit, **changes):
    return {
        "name": "测新人", "unit": str(unit.pk), "certificate_no": "990100001", "certificate_name": "行政执法证",
        "certificate_expires_on": "2028-12-31", "capacity": "20", "may_lead": "on", "quals": "测绘",
    } | changes  # fmt: skip


@pytest.mark.rule("A19")
@time_machine.travel("2026-03-02 10:00+08:00")
def test_an_officer_is_registered_with_a_code_that_is_never_reused(division_admin, bureau):
    client = signed_in(division_admin)

    client.post(reverse("registry:inspector-create"), typed(bureau))
    client.post(reverse("registry:inspector-create"), typed(bureau, certificate_no="990100002"))
    again = client.post(reverse("registry:inspector-create"), typed(bureau))

    assert [row.pid for row in Inspector.objects.order_by("pid")] == [
        "ISFX-2026-0001",
        "ISFX-2026-0002",
    ]
    assert again.status_code == 422
    assert "已登记在另一人名下" in again.content.decode()
    assert AuditEvent.objects.filter(action="inspector.registered").count() == 2


@pytest.mark.rule("A100")
def test_nobody_is_registered_without_a_certificate(division_admin, bureau):
    page = signed_in(division_admin).post(
        reverse("registry:inspector-create"),
        typed(bureau, certificate_no="", certificate_expires_on=""),
    )

    assert page.status_code == 200
    assert set(page.context["form"].errors) == {"certificate_no", "certificate_expires_on"}
    assert not Inspector.objects.exists()


@pytest.mark.rule("A19")
@pytest.mark.rule("A100")
@pytest.mark.parametrize(
    ("expires_on", "words", "css"),
    [
        (date(2026, 3, 1), "已过期 1 天", "bad"),
        (date(2026, 3, 2), "今天到期", "soon"),
        (date(2026, 4, 1), "剩 30 天", "soon"),
        (date(2026, 4, 2), "剩 31 天", ""),
        (NO_EXPIRY, "", ""),
    ],
)
def test_a_certificate_says_how_long_it_lasts(expires_on, words, css):
    found = officers.certificate(expires_on, TODAY, 30)

    assert (found.words, found.css) == (words, css)


@time_machine.travel("2026-03-02 10:00+08:00")
def test_the_list_narrows_to_those_whose_certificate_ends_or_who_are_away(division_admin, bureau):
    officer(bureau, 1)
    officer(bureau, 2, certificate_expires_on=date(2026, 1, 1))
    officer(bureau, 3, away_from=date(2026, 2, 1), away_reason="培训")
    officer(bureau, 4, away_from=date(2026, 1, 1), away_to=date(2026, 2, 1))
    officer(bureau, 5, state="left", certificate_expires_on=date(2026, 1, 1))
    client = signed_in(division_admin)

    def names(state):
        page = client.get(reverse("registry:inspector-list"), {"state": state})
        return [row.inspector.name for row in page.context["officers"]]

    assert names("expiring") == ["检查员2"]
    assert names("away") == ["检查员3"]
    assert names("left") == ["检查员5"]
    assert (
        "离岗，返岗日期未定（培训）"
        in client.get(reverse("registry:inspector-list")).content.decode()
    )


@pytest.mark.rule("A25")
def test_a_divisions_administrator_keeps_only_that_divisions_officers(bureau, division, station):
    keeper = make_user("keeper", "测科管", division, "division_admin")
    own, other = officer(division, 1), officer(station, 2)

    people.set_inspector_state(actor=keeper, inspector=own, state="left", reason="调离")
    with pytest.raises(Forbidden, match="北山国土所"):
        people.set_inspector_state(actor=keeper, inspector=other, state="left", reason="调离")

    division.is_lead = True
    division.save()
    lead = make_user("lead", "测牵头", division, "division_admin")
    people.set_inspector_state(actor=lead, inspector=other, state="left", reason="调离")
    assert set(Inspector.objects.values_list("state", flat=True)) == {"left"}


def test_a_form_opened_before_somebody_elses_change_is_refused(division_admin, bureau):
    row = officer(bureau, 1)
    client = signed_in(division_admin)
    url = reverse("registry:inspector-edit", kwargs={"pk": row.pk})
    seen = client.get(url).context["form"].initial["seen"]
    post = typed(bureau, name=row.name, certificate_no=row.certificate_no, seen=seen)

    first = client.post(url, post | {"post": "科员"})
    second = client.post(url, post | {"post": "科长"})

    row.refresh_from_db()
    assert (first.status_code, second.status_code) == (302, 409)
    assert row.post == "科员"


def test_leaving_needs_a_reason_and_happens_once(division_admin, bureau):
    row = officer(bureau, 1)
    client = signed_in(division_admin)
    url = reverse("registry:inspector-leave", kwargs={"pk": row.pk})

    client.post(url, {"reason": ""})
    client.post(url, {"reason": "退休"})
    again = client.post(url, {"reason": "再办"})

    row.refresh_from_db()
    assert (row.state, again.status_code) == ("left", 409)
    assert AuditEvent.objects.get(action="inspector.left").label == "检查员1出库：退休"
    with pytest.raises(RuleError, match="原因"):
        people.set_inspector_state(actor=division_admin, inspector=row, state="active", reason=" ")


@pytest.mark.rule("A23")
def test_an_expert_is_registered_and_changed(division_admin, bureau):
    client = signed_in(division_admin)
    post = {
        "name": "测专家", "organisation": "某勘查院", "fields_known": "矿山地质、测绘", "capacity": "20", "state": "active",
    }  # fmt: skip

    client.post(reverse("registry:expert-create"), post)
    row = Expert.objects.get()
    client.post(reverse("registry:expert-edit", kwargs={"pk": row.pk}), post | {"state": "left"})

    row.refresh_from_db()
    assert (sorted(row.fields), row.state) == (["测绘", "矿山地质"], "left")
    assert AuditEvent.objects.filter(action__startswith="expert.").count() == 2


def test_the_list_asks_the_same_number_of_queries_for_3_and_30_rows(
    organiser, bureau, django_assert_max_num_queries
):
    client = signed_in(organiser)
    [officer(bureau, n) for n in range(3)]
    client.get(reverse("registry:inspector-list"))
    with django_assert_max_num_queries(40) as few:
        client.get(reverse("registry:inspector-list"))
    [officer(bureau, n) for n in range(3, 30)]
    with django_assert_max_num_queries(40) as many:
        page = client.get(reverse("registry:inspector-list"))

    assert len(page.context["officers"]) == 30
    assert len(few) == len(many)


def test_a_stale_fingerprint_is_a_conflict_in_the_service(division_admin, bureau):
    row = officer(bureau, 1)

    with pytest.raises(Conflict, match="刚被他人修改"):
        people.save_inspector(
            actor=division_admin, authority=bureau, inspector=row, fields={"post": "科长"}, year=2026, seen="0" * 64,
        )  # fmt: skip
