"""Every URL, for everybody: anonymous, each role, the superior, and somebody with every role at a foreign authority."""

import importlib
import pkgutil

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

import tests.site as site
from bureau.models import Role, User
from tests.people import make_authority, make_unit, make_user
from tests.site.access import Cell

CELLS: list[Cell] = [
    cell
    for module in pkgutil.iter_modules(site.__path__)
    if module.name.startswith("access_")
    for cell in importlib.import_module(f"tests.site.{module.name}").CELLS
]
# Django's own admin pages are walked by their own test (tests/site/test_admin.py); static and i18n have none.
OURS = ("home", "bureau:", "registry:", "planning:", "inspections:", "publication:", "public:")


@pytest.fixture
def cast(db) -> dict[str, object]:
    return a_whole_bureau()


def a_whole_bureau() -> dict[str, object]:
    """One person per role, the superior's reader, the outsider, and `everyone` who prepares objects."""
    superior_bureau = make_authority("SFS", "示范市自然资源和规划局")
    bureau = make_authority("SFX", "示范县自然资源和规划局", superior_bureau)
    foreign = make_authority("LYX", "邻云县自然资源和规划局")
    people: dict[str, object] = {
        role: make_user(role, f"测{Role(role).label[:4]}", bureau, role)
        for role in Role.values
        if role != "superior"
    }
    people["superior"] = make_user("superior", "测上级", superior_bureau, "superior")
    people["outsider"] = make_user(
        "outsider", "测外县", foreign, *[r for r in Role.values if r != "superior"]
    )
    people["everyone"] = make_user(
        "everyone", "测全能", bureau, *[r for r in Role.values if r != "superior"]
    )
    return people | {
        "bureau": bureau,
        "superior_bureau": superior_bureau,
        "foreign": foreign,
        "station": make_unit(bureau, "SFX-BS", "北山国土所"),
        "division": make_unit(bureau, "SFX-KC", "矿产资源管理科", "division"),
    }


def _expected(cell: Cell, who: str) -> int | None:
    if who == "anonymous":
        return cell.anonymous
    if who == "outsider":
        return cell.outsider
    if who == "superior":
        if cell.superior is not None:
            return cell.superior
        return cell.ok if not cell.allowed or "superior" in cell.allowed else cell.refused
    return cell.ok if not cell.allowed or who in cell.allowed else cell.refused


@pytest.mark.parametrize("cell", CELLS, ids=lambda c: f"{c.method}-{c.url}")
def test_the_table_holds(cell: Cell, cast):
    """The refused come first and change nothing; the last of the allowed then succeeds."""
    kwargs, post = cell.make(cast)
    url = reverse(cell.url, kwargs=kwargs) + cell.query
    may = [role for role in Role.values if role in cell.allowed or not cell.allowed]
    others = ["anonymous", *(role for role in Role.values if role not in may)]
    if cell.outsider is not None:
        others.append("outsider")
    # A move succeeds once: for a POST the first of those who may shows it; the rest stand in the process tables.
    who_asks = others + (may if cell.method == "get" else may[:1])
    seen = {who: _status(cell, url, post, cast, who) for who in who_asks}

    assert seen == {who: _expected(cell, who) for who in seen}


def _status(
    cell: Cell, url: str, post: dict[str, object], cast: dict[str, object], who: str
) -> int:
    client = Client()
    if who != "anonymous":
        client.force_login(cast[who], backend="django.contrib.auth.backends.ModelBackend")
    response = client.post(url, post) if cell.method == "post" else client.get(url)
    is_to_login = response.status_code == 302 and response["Location"].startswith(
        reverse("bureau:login")
    )
    if who != "anonymous" and is_to_login and cell.url != "bureau:logout":
        return 401  # sent back to the login page: never what a signed-in person should see
    return response.status_code


def test_every_url_stands_in_the_table():
    names = {cell.url for cell in CELLS}
    declared = set(_names(get_resolver("config.urls").url_patterns))

    assert sorted(declared - names) == []


def test_every_view_is_declared():
    undeclared = [
        name
        for name, view in _views(get_resolver("config.urls").url_patterns)
        if not hasattr(view, "access")
    ]

    assert undeclared == []


def _names(patterns, prefix=""):
    return [name for name, _ in _views(patterns, prefix)]


def _views(patterns, prefix=""):
    for pattern in patterns:
        namespace = getattr(pattern, "namespace", None)
        if hasattr(pattern, "url_patterns"):
            if namespace == "admin":
                continue
            yield from _views(
                pattern.url_patterns, f"{prefix}{namespace}:" if namespace else prefix
            )
        elif pattern.name:
            yield f"{prefix}{pattern.name}", pattern.callback


def test_the_cast_is_whole(cast):
    assert User.objects.count() == len(Role.values) + 2
