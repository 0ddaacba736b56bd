"""What every request meets before a page does: its address, its method, the caches on the way."""

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from bureau.middleware import client_address
from bureau.models import User
from tests.people import make_user


def test_a_nul_in_the_address_is_refused_in_chinese(client):
    answers = [client.get("/results/?q=%00"), client.get("/results/%00/")]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert all("请求无法识别" in answer.content.decode() for answer in answers)


def test_the_address_of_a_button_opened_by_itself_says_what_to_do(client, organiser):
    client.force_login(organiser, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(reverse("bureau:notifications-read"))

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "请回到原来的页面" in answer.content.decode()


@pytest.mark.parametrize(
    "name", ["home", "bureau:members", "registry:entity-list", "planning:task-list"]
)
def test_no_cache_keeps_what_the_desk_shows(client, everyone, name):
    client.force_login(everyone, backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(reverse(name))["Cache-Control"] == "private, no-store"


def test_public_pages_may_be_kept_for_a_minute(db):
    assert Client().get("/")["Cache-Control"].startswith("public")


@pytest.mark.parametrize(
    ("hops", "forwarded", "found"),
    [
        (0, "203.0.113.9", "192.0.2.1"),  # whoever writes the header himself is not believed
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (1, "unknown", "192.0.2.1"),
        (2, "203.0.113.9", "192.0.2.1"),
    ],
)
def test_the_address_is_what_the_own_proxies_say(settings, hops, forwarded, found):
    settings.AXES_IPWARE_PROXY_COUNT = hops
    request = RequestFactory().get(
        "/", headers={"x-forwarded-for": forwarded}, REMOTE_ADDR="192.0.2.1"
    )

    assert client_address(request) == found


def test_an_address_that_is_none_stays_out_of_the_trail():
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="unix:")) is None


def test_behind_a_proxy_one_address_does_not_lock_out_another(settings, organiser):
    settings.AXES_IPWARE_PROXY_COUNT = 1
    url, right = reverse("bureau:login"), {"username": "organiser", "password": "demo-pass-2026"}
    stranger, colleague = ({"x-forwarded-for": ip} for ip in ("198.51.100.7", "203.0.113.9"))
    for _ in range(6):
        Client().post(url, right | {"password": "wrong"}, headers=stranger)

    assert Client().post(url, right, headers=stranger).status_code == 429
    assert Client().post(url, right, headers=colleague).status_code == 302


@pytest.mark.parametrize("address", ["export/?field=bad", "add/?parent=bad", "?code__x=1"])
def test_an_altered_address_of_the_admin_breaks_nothing(client, bureau, address):
    root = make_user("root", "平台运维", bureau, "auditor")
    User.objects.filter(pk=root.pk).update(is_superuser=True, is_staff=True)
    client.force_login(
        User.objects.get(pk=root.pk), backend="django.contrib.auth.backends.ModelBackend"
    )

    assert client.get(f"/admin/bureau/region/{address}").status_code in {200, 302, 400}
