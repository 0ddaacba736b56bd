"""The demo's two registers of persons: twelve officers and three experts, and one declared interest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from registry.demo import office


@dataclass(frozen=True)
class DemoInspector:
    pid: str
    username: str
    name: str
    unit: str
    post: str
    certificate_no: str
    certificate_expires_on: date
    quals: tuple[str, ...]
    duties: tuple[str, ...]
    may_lead: bool = True
    capacity: int = 20
    certificate_issuer: str = "示范省人民政府"


@dataclass(frozen=True)
class DemoExpert:
    pid: str
    name: str
    organisation: str
    title: str
    fields: tuple[str, ...]
    phone: str


@dataclass(frozen=True)
class DemoRecusal:
    """`kind` and `index`: the index-th entity of that kind in the order of `entities()`."""

    pid: str
    kind: str
    index: int
    reason: str
    note: str


# username, unit, quals, duties, may lead; the order gives pid and certificate number.
_OFFICERS: Sequence[tuple[str, str, tuple[str, ...], tuple[str, ...], bool]] = (
    ("luoyining", office.LICENSING, ("规划核实",), ("规划", "综合"), True),
    ("shaochuanbai", office.MINING, ("地质灾害", "矿山安全"), ("矿产",), True),
    ("qiyuanzhou", office.LAND, ("土地执法", "规划核实"), ("土地", "规划"), True),
    ("baisongnian", office.FOREST, ("林业执法", "植物检疫"), ("林业", "草原"), True),
    ("jingbeichen", office.ENFORCEMENT, ("土地执法", "矿山安全"), ("土地", "矿产"), True),
    ("yanruogu", office.ENFORCEMENT, ("测绘", "土地执法"), ("土地", "测绘"), True),
    ("xiangketing", office.ENFORCEMENT, ("土地执法",), ("土地",), False),
    ("yanbeijiang", office.NORTH_HILL, ("矿山安全",), ("矿产", "土地"), True),
    ("wenruoxi", office.NORTH_HILL, ("地质灾害",), ("矿产",), False),
    ("guyutong", office.CLEAR_BROOK, ("林业执法",), ("林业", "土地"), True),
    ("zhuoqingye", office.CLEAR_BROOK, ("林业执法", "植物检疫"), ("林业",), False),
    ("tanglinzhou", office.LAKESIDE, ("测绘", "规划核实"), ("土地", "规划"), True),
)
EXPIRED, EXPIRING = "xiangketing", "zhuoqingye"

EXPERTS = (
    DemoExpert(
        "E9901-01",
        "翟松岩",
        "示范省第九地质勘查院",
        "高级工程师",
        ("矿山地质", "地质灾害"),
        "0999-3000001",
    ),
    DemoExpert(
        "E9901-02",
        "冷若林",
        "示范市林业调查规划院",
        "正高级工程师",
        ("林业调查", "植物检疫"),
        "0999-3000002",
    ),
    DemoExpert(
        "E9901-03", "兆星河", "示范职业技术学院测绘系", "副教授", ("测绘地理信息",), "0999-3000003"
    ),
)

RECUSALS = (
    DemoRecusal("I9901-08", "mine", 0, "kin", "配偶的兄弟任该矿安全负责人，本人申报"),
    DemoRecusal("I9901-04", "cooperative", 0, "former_employer", "2018 年前在该合作社任技术员"),
)


def inspectors(today: date) -> tuple[DemoInspector, ...]:
    """The register as of `today`: one certificate ran out 40 days ago, one runs out in 18 days, the others hold."""
    people = {person.username: person for person in office.PEOPLE}
    return tuple(
        DemoInspector(
            pid=f"I9901-{number:02}",
            username=username,
            name=people[username].full_name,
            unit=unit,
            post=people[username].post,
            certificate_no=f"990101{2020 + number % 5}{number:04}",
            certificate_expires_on=_expiry(username, number, today),
            quals=tuple(sorted(quals)),
            duties=duties,
            may_lead=may_lead,
        )
        for number, (username, unit, quals, duties, may_lead) in enumerate(_OFFICERS, 1)
    )


def _expiry(username: str, number: int, today: date) -> date:
    if username == EXPIRED:
        return today - timedelta(days=40)
    if username == EXPIRING:
        return today + timedelta(days=18)
    return date(today.year + 1 + number % 4, 12, 31)
