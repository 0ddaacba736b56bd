"""The photo beside an inspector's name on the page behind a notice's code (A98)."""

import io

import pytest
from django.urls import reverse
from PIL import Image

from bureau.errors import Forbidden, RuleError
from bureau.models import AuditEvent, Role
from bureau.services import files
from inspections.models import Notice, Visit
from inspections.services import notices
from registry.models import Inspector
from registry.services import photos
from tests.inspections.conftest import MORNING
from tests.inspections.field_case import ordered_case
from tests.people import make_user

pytestmark = pytest.mark.django_db


def picture(kind: str = "JPEG", size: tuple[int, int] = (900, 600)) -> io.BytesIO:
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # the phone was held upright
    exif[0x010F] = "secret-camera"
    Image.new("RGB", size, "navy").save(made, kind, exif=exif)
    made.seek(0)
    return made


@pytest.fixture
def keeper(bureau):
    return make_user("keeper", "测管库", bureau, Role.DIVISION_ADMIN)


@pytest.fixture
def notice(bureau, people) -> Notice:
    case = ordered_case(bureau, people["leader"], people["second"], people["desk"], people["head"])
    return notices.issue(visit=case.visit, actor=people["desk"], today=MORNING.date())


def leader_of(notice: Notice) -> Inspector:
    return Inspector.objects.get(certificate_no=notice.content["inspectors"][0]["certificate_no"])


def shown(client, notice: Notice, number: int = 0):
    return client.get(f"/check/{notice.token}/photo/{number}.jpg")


def test_it_is_cut_upright_to_three_by_four_without_metadata(notice, keeper):
    stored = photos.set_photo(
        inspector=leader_of(notice), upload=picture(), name="a.jpg", actor=keeper
    )
    content = files.read(stored)
    with Image.open(io.BytesIO(content)) as image:
        assert (image.size, dict(image.getexif())) == (photos.SIZE, {})
    assert b"secret-camera" not in content
    assert AuditEvent.objects.filter(action="inspector.photo_set").count() == 1


@pytest.mark.rule("A98")
def test_whoever_holds_the_code_sees_it(notice, keeper, client):
    photos.set_photo(inspector=leader_of(notice), upload=picture(), name="a.jpg", actor=keeper)
    page = client.get(f"/check/{notice.token}/").content.decode()
    assert f"/check/{notice.token}/photo/0.jpg" in page
    assert f"/check/{notice.token}/photo/1.jpg" not in page  # the second has none
    answer = shown(client, notice)
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/jpeg", "no-store")


@pytest.mark.parametrize("state", ["finished", "closed", "skipped", "teamed"])
def test_once_the_visit_is_not_to_be_acted_on_it_is_gone(notice, keeper, client, state):
    photos.set_photo(inspector=leader_of(notice), upload=picture(), name="a.jpg", actor=keeper)
    Visit.objects.filter(pk=notice.visit_id).update(state=state)
    assert shown(client, notice).status_code == 404
    assert "/photo/" not in client.get(f"/check/{notice.token}/").content.decode()


def test_who_left_the_team_is_not_shown(notice, keeper, client):
    officer = leader_of(notice)
    photos.set_photo(inspector=officer, upload=picture(), name="a.jpg", actor=keeper)
    notice.visit.team.filter(inspector=officer).update(is_current=False)
    assert shown(client, notice).status_code == 404


def test_a_text_is_refused_and_the_old_photo_stays(notice, keeper, client):
    officer = leader_of(notice)
    first = photos.set_photo(inspector=officer, upload=picture(), name="a.jpg", actor=keeper)
    with pytest.raises(RuleError, match="不是照片"):
        photos.set_photo(inspector=officer, upload=io.BytesIO(b"hello"), name="b.jpg", actor=keeper)
    officer.refresh_from_db()
    assert officer.photo == first


def test_taken_off_it_is_shown_no_more(notice, keeper, client):
    client.force_login(keeper)
    officer = leader_of(notice)
    photos.set_photo(inspector=officer, upload=picture(), name="a.jpg", actor=keeper)
    client.post(reverse("registry:inspector-photo-edit", args=[officer.pk]), {"action": "remove"})
    assert shown(client, notice).status_code == 404
    with pytest.raises(RuleError, match="没有设置证件照"):
        photos.remove_photo(inspector=officer, actor=keeper)


def test_another_divisions_keeper_may_not_set_it(notice, keeper, division):
    other = make_user("other-keeper", "测科室", division, Role.DIVISION_ADMIN)
    officer = leader_of(notice)
    Inspector.objects.filter(pk=officer.pk).update(unit=officer.authority)
    with pytest.raises(Forbidden, match="登记由"):
        photos.set_photo(inspector=officer, upload=picture(), name="a.jpg", actor=other)
