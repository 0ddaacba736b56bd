import pytest
from django.urls import reverse

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent
from registry.models import Recusal
from registry.selectors import recusals
from registry.services import people
from tests.registry.registers import listed, officer, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A57")]


@pytest.fixture
def entity(organiser, bureau):
    return listed(organiser, bureau, 1).entity


@pytest.fixture
def me(bureau, inspector_user):
    return officer(bureau, 1, user=inspector_user)


def test_an_officer_declares_their_own_interest(inspector_user, me, entity):
    client = signed_in(inspector_user)

    client.post(
        reverse("registry:my-recusals"),
        {"code": entity.code, "reason": "kin", "note": "配偶任职"},
    )
    again = client.post(
        reverse("registry:my-recusals"), {"code": entity.name, "reason": "kin", "note": ""}
    )

    row = recusals.in_force([me.pk], [entity.pk]).get()
    event = AuditEvent.objects.get(action="recusal.declared")
    assert (row.reason, row.declared_by) == ("kin", inspector_user)
    assert f"registry.entity:{entity.pk}" in event.about
    assert (again.status_code, Recusal.objects.count()) == (422, 1)
    assert "无须重复登记" in again.content.decode()


def test_an_officer_cannot_declare_for_a_colleague(inspector_user, me, bureau, entity):
    with pytest.raises(Forbidden):
        people.declare_recusal(
            actor=inspector_user, inspector=officer(bureau, 2), entity=entity, reason="kin", note=""
        )


def test_an_account_without_a_registered_officer_is_told_whom_to_ask(inspector_user, entity):
    client = signed_in(inspector_user)

    page = client.get(reverse("registry:my-recusals"))
    post = client.post(reverse("registry:my-recusals"), {"code": entity.code, "reason": "kin"})

    assert "请联系本科室的内设机构管理员" in page.content.decode()
    assert post.status_code == 422
    assert not Recusal.objects.exists()


def test_the_keepers_enter_one_and_it_shows_on_both_pages(organiser, me, entity):
    client = signed_in(organiser)

    client.post(
        reverse("registry:recusal-create", kwargs={"pk": me.pk}),
        {"code": entity.name, "reason": "investment", "note": "持股"},
    )
    listing = entity.listings.get()
    pages = [
        client.get(reverse("registry:inspector-detail", kwargs={"pk": me.pk})),
        client.get(reverse("registry:entity-detail", kwargs={"pk": listing.pk})),
    ]

    assert all("投资或持股" in page.content.decode() for page in pages)


def test_an_entity_outside_the_pool_is_refused_in_words(organiser, me):
    page = signed_in(organiser).post(
        reverse("registry:recusal-create", kwargs={"pk": me.pk}),
        {"code": "查无此户", "reason": "kin", "note": ""},
    )

    assert page.status_code == 422
    assert "名录库中没有" in page.content.decode()


def test_nobody_lifts_their_own_and_nobody_lifts_twice(division_admin, bureau, entity):
    row = officer(bureau, 1, user=division_admin)
    own = people.declare_recusal(
        actor=division_admin, inspector=row, entity=entity, reason="kin", note=""
    )
    other = people.declare_recusal(
        actor=division_admin, inspector=officer(bureau, 2), entity=entity, reason="kin", note=""
    )
    client = signed_in(division_admin)

    mine = client.post(reverse("registry:recusal-lift", kwargs={"pk": own.pk}))
    client.post(reverse("registry:recusal-lift", kwargs={"pk": other.pk}))

    own.refresh_from_db()
    other.refresh_from_db()
    assert (mine.status_code, own.state) == (403, "in_force")
    assert (other.state, other.lifted_at is not None) == ("lifted", True)
    with pytest.raises(Conflict, match="已经解除"):
        people.lift_recusal(actor=division_admin, recusal=other)


def test_a_lifted_one_may_be_declared_again(division_admin, bureau, entity):
    row = officer(bureau, 1)
    first = people.declare_recusal(
        actor=division_admin, inspector=row, entity=entity, reason="kin", note=""
    )
    people.lift_recusal(actor=division_admin, recusal=first)

    people.declare_recusal(
        actor=division_admin, inspector=row, entity=entity, reason="dispute", note=""
    )

    assert sorted(Recusal.objects.values_list("state", flat=True)) == ["in_force", "lifted"]
    with pytest.raises(RuleError):
        people.declare_recusal(
            actor=division_admin, inspector=row, entity=entity, reason="kin", note=""
        )
