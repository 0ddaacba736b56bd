"""The cast: one bureau with its units, a superior, a foreign bureau, and a person for each role."""

import pytest

from bureau.models import Agency, Membership, Region, Role, User


def make_authority(
    code: str, name: str, superior: Agency | None = None, kind: str = "authority"
) -> Agency:
    region, _ = Region.objects.get_or_create(code="990122", defaults={"name": "示范县"})
    agency = Agency.objects.create(
        code=code,
        name=name,
        short_name=name[-6:],
        document_mark="示自然资",
        kind=kind,
        superior=superior,
        region=region,
    )
    agency.authority = agency
    agency.save(update_fields=["authority"])
    return agency


def make_unit(authority: Agency, code: str, name: str, kind: str = "station") -> Agency:
    return Agency.objects.create(
        code=code,
        name=name,
        short_name=name,
        kind=kind,
        parent=authority,
        authority=authority,
        region=authority.region,
    )


def make_user(username: str, full_name: str, agency: Agency, *roles: str) -> User:
    user = User.objects.create_user(
        username=username, password="demo-pass-2026", full_name=full_name
    )
    for role in roles:
        Membership.objects.create(user=user, agency=agency, role=role)
    return user


@pytest.fixture
def superior_bureau(db) -> Agency:
    return make_authority("SFS", "示范市自然资源和规划局")


@pytest.fixture
def bureau(superior_bureau: Agency) -> Agency:
    return make_authority("SFX", "示范县自然资源和规划局", superior_bureau)


@pytest.fixture
def station(bureau: Agency) -> Agency:
    return make_unit(bureau, "SFX-BS", "北山国土所")


@pytest.fixture
def division(bureau: Agency) -> Agency:
    return make_unit(bureau, "SFX-KC", "矿产资源管理科", "division")


@pytest.fixture
def foreign_bureau(db) -> Agency:
    return make_authority("LYX", "邻云县自然资源和规划局")


def _person(role: str):
    @pytest.fixture(name=role)
    def person(bureau: Agency) -> User:
        return make_user(role, f"测{Role(role).label[:3]}", bureau, role)

    return person


system_admin = _person("system_admin")
division_admin = _person("division_admin")
organiser = _person("organiser")
coordinator = _person("coordinator")
head = _person("head")
deputy = _person("deputy")
witness = _person("witness")
inspector_user = pytest.fixture(name="inspector_user")(
    lambda bureau: make_user("inspector", "测检查", bureau, "inspector")
)
reviewer = _person("reviewer")
publisher = _person("publisher")
assessor = _person("assessor")
auditor = _person("auditor")


@pytest.fixture
def superior(superior_bureau: Agency) -> User:
    return make_user("superior", "测上级", superior_bureau, "superior")


@pytest.fixture
def outsider(foreign_bureau: Agency) -> User:
    """Holds every role, elsewhere."""
    return make_user(
        "outsider", "测外县", foreign_bureau, *[role for role in Role.values if role != "superior"]
    )


@pytest.fixture
def everyone(bureau: Agency) -> User:
    """A small bureau's one person with every role: handy where roles are not the point."""
    return make_user(
        "everyone", "测全能", bureau, *[role for role in Role.values if role != "superior"]
    )
