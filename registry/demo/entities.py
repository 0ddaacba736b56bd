"""Invented entities without end: firms, traders, cooperatives, mines, projects, forest plots.

The i-th entity is always the same, whatever `n` is, and nothing is drawn by chance: choices are bytes of SHA-256.
Region 990101 is assigned to nobody, and 0999 is no area code.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from registry.demo import office
from registry.rules.certificates import NO_EXPIRY
from registry.rules.uscc import check_digit, organisation_check_character

LIMIT = 1_000_000
DEFAULT = 640


@dataclass(frozen=True)
class DemoEntity:
    """Fields of registry.Entity and Listing; `unit` is an agency code, `special_pools` are codes of SPECIAL_POOLS."""

    id_kind: str
    code: str
    kind: str
    name: str
    town: str
    unit: str
    address: str
    industry: str
    industry_name: str
    scale: str
    legal_representative: str
    contact_name: str
    contact_phone: str
    business_scope: str
    established_on: date
    licence_name: str
    licence_number: str
    licence_expires_on: date | None
    standing: str
    credit_class: str
    tags: tuple[str, ...]
    risk_flags: tuple[str, ...]
    special_pools: tuple[str, ...]
    region: str = "990101"


@dataclass(frozen=True)
class DemoPool:
    """分类专项名录库 with its build standard (A13)."""

    code: str
    name: str
    object_kind: str
    criterion: str
    requirement: str
    unit: str


@dataclass(frozen=True)
class _Trade:
    kind: str
    suffix: str
    industry: str
    industry_name: str
    pool: str = ""
    licence: str = ""
    tags: tuple[str, ...] = ()
    scope: str = field(default="")


SPECIAL_POOLS = (
    DemoPool("ZX-KC", "采矿权人专项库", "矿山（矿业权）", "持有有效采矿许可证或采矿权登记未注销", "矿山安全", office.MINING),
    DemoPool("ZX-YD", "建设用地项目专项库", "项目", "已批准用地且未通过规划核实", "土地执法、规划核实", office.LAND),
    DemoPool("ZX-CH", "测绘资质单位专项库", "企业", "持有测绘资质证书", "测绘", office.LICENSING),
    DemoPool("ZX-MC", "木材经营加工专项库", "企业、个体工商户", "从事木材经营、加工", "林业执法", office.FOREST),
    DemoPool("ZX-ZM", "林木种苗专项库", "企业、合作社", "持有林木种子生产经营许可证", "林业执法、植物检疫", office.FOREST),
    DemoPool("ZX-LD", "使用林地专项库", "地块、小班", "已审核同意使用或临时使用林地", "林业执法", office.FOREST),
)  # fmt: skip

_TRADES: dict[str, Sequence[_Trade]] = {
    "enterprise": (
        _Trade("enterprise", "建材有限公司", "C3031", "粘土砖瓦及建筑砌块制造", tags=("建材",), scope="建筑砌块制造、销售"),
        _Trade("enterprise", "矿业有限公司", "B1011", "石灰石、石膏开采", tags=("采矿权人",), scope="非金属矿开采、加工"),
        _Trade("enterprise", "木业有限公司", "C2011", "锯材加工", "ZX-MC", tags=("木材加工",), scope="木材收购、加工、销售"),
        _Trade("enterprise", "测绘有限公司", "M7449", "其他测绘地理信息服务", "ZX-CH", "测绘资质证书", ("测绘单位",), "工程测量、不动产测绘"),
        _Trade("enterprise", "苗木有限公司", "A0212", "林木育苗", "ZX-ZM", "林木种子生产经营许可证", ("种苗",), "苗木培育、销售"),
        _Trade("enterprise", "置业有限公司", "K7010", "房地产开发经营", tags=("用地单位",), scope="房地产开发经营"),
        _Trade("enterprise", "养殖有限公司", "A0399", "其他未列明畜牧业", licence="人工繁育许可证", tags=("野生动物繁育",), scope="特种动物人工繁育"),
    ),
    "trader": (
        _Trade("trader", "木材加工店", "C2011", "锯材加工", "ZX-MC", tags=("木材加工",), scope="木材加工"),
        _Trade("trader", "砂石经营部", "F5165", "建材批发", tags=("建材",), scope="砂石销售"),
        _Trade("trader", "苗圃", "A0212", "林木育苗", "ZX-ZM", "林木种子生产经营许可证", ("种苗",), "苗木培育、零售"),
        _Trade("trader", "图文经营部", "F5243", "图书、报刊零售", tags=("地图经营",), scope="图书、地图零售"),
    ),
    "cooperative": (
        _Trade("cooperative", "林果农民专业合作社", "A0220", "造林和更新", tags=("林业",), scope="林木种植、林下经济"),
        _Trade("cooperative", "苗木农民专业合作社", "A0212", "林木育苗", "ZX-ZM", "林木种子生产经营许可证", ("种苗",), "苗木培育"),
    ),
    "institution": (_Trade("institution", "国有林场", "A0220", "造林和更新", tags=("国有林场",), scope="森林经营管护"),),
    "mine": (
        _Trade("mine", "采石场", "B1012", "建筑装饰用石开采", "ZX-KC", "采矿许可证", ("采矿权人", "露天开采")),
        _Trade("mine", "石灰岩矿", "B1011", "石灰石、石膏开采", "ZX-KC", "采矿许可证", ("采矿权人", "露天开采")),
        _Trade("mine", "砖瓦用页岩矿", "B1019", "粘土及其他土砂石开采", "ZX-KC", "采矿许可证", ("采矿权人", "露天开采")),
        _Trade("mine", "萤石矿", "B1099", "其他未列明非金属矿采选", "ZX-KC", "采矿许可证", ("采矿权人", "地下开采")),
    ),
    "project": (
        _Trade("project", "住宅小区项目", "K7010", "房地产开发经营", "ZX-YD", tags=("建设用地",)),
        _Trade("project", "标准厂房项目", "E4790", "其他房屋建筑业", "ZX-YD", tags=("建设用地",)),
        _Trade("project", "光伏发电项目", "D4416", "太阳能发电", "ZX-YD", tags=("临时用地",)),
        _Trade("project", "农村公路项目", "E4812", "公路工程建筑", "ZX-YD", tags=("临时用地", "使用林地")),
    ),
    "plot": (
        _Trade("plot", "小班", "A0220", "造林和更新", "ZX-LD", tags=("公益林",)),
        _Trade("plot", "小班", "A0220", "造林和更新", "ZX-LD", tags=("商品林", "采伐迹地")),
    ),
}  # fmt: skip

# Shares in a hundred, dealt out evenly along the list.
_SHARES = {
    "enterprise": 46,
    "trader": 21,
    "mine": 10,
    "plot": 9,
    "project": 9,
    "cooperative": 4,
    "institution": 1,
}
_FIRST = "黑白青赤金银碧翠云雾松柏竹枫石铁铜玉龙凤虎鹤鹿雁星月霜露晴岚南北东西上下前后大小长高平深红紫兰菊桃杏梅槐"
_SECOND = "石沟岭坡坪湾潭河溪泉坳垭谷峰台原洼滩桥渡坝堰塘垄岗冲堡寨坞源涧矶屏崖坎畈墩口畔"
_HOUSE = tuple(
    a + b
    for a in "鑫恒瑞泰隆昌盛兴和顺祥裕丰宏达永安嘉"
    for b in "源通茂荣发成泽润海川林森岩岳峰阳辉诚信义"
)
_SURNAMES = "纪苏骆阮邵温祁闻柏卓荆晏鄢谷汤聂项路翟冷兆郦沃厍屈敖茅麻强缪宣邬幸杭匡蔺栾芮逄"
_GIVEN_ONE = "砚禾以知川若远一松清北雨临观可望星景怀映书时云牧岚初"
_GIVEN_TWO = "青田宁微柏溪舟禾年野辰谷江桐澜庭舒岩林河山原石月泉渔"
_STAFF = frozenset(person.full_name for person in office.PEOPLE)
_STANDINGS = (
    ("active",) * 121 + ("deregistered",) * 3 + ("moved_out", "revoked", "closed", "closed")
)
_CREDIT = "A" * 58 + "B" * 45 + "C" * 18 + "D" * 7
_SCALES = ("micro",) * 8 + ("small",) * 5 + ("medium",) * 2 + ("large",)
_DEPARTMENTS = {"enterprise": "91", "trader": "92", "cooperative": "93", "institution": "12"}


def entities(n: int = DEFAULT) -> Iterator[DemoEntity]:
    """The first `n` entities, one at a time (O(1) memory). Raises ValueError above a million: names would repeat."""
    if not 0 <= n <= LIMIT:
        raise ValueError(f"n must lie between 0 and {LIMIT}")
    seen: Counter[str] = Counter()
    order = _kind_order()
    for i in range(n):
        kind = order[i % len(order)]
        yield _entity(i, kind, seen[kind])
        seen[kind] += 1


@lru_cache(maxsize=1)
def _kind_order() -> tuple[str, ...]:
    """A hundred kinds, each spread over the hundred by its share."""
    places = [
        ((2 * turn + 1) / (2 * share), kind)
        for kind, share in _SHARES.items()
        for turn in range(share)
    ]
    return tuple(kind for _, kind in sorted(places))


def _entity(i: int, kind: str, index: int) -> DemoEntity:
    chance = hashlib.sha256(f"shifan|{i}".encode()).digest()
    trade = _TRADES[kind][chance[0] % len(_TRADES[kind])]
    town = tuple(office.TOWNS)[chance[1] % len(office.TOWNS)]
    place, house = _place(index)
    has_owner = kind not in {"plot", "project"}
    person = _person(chance)
    id_kind, code = _number(i, kind, index, chance, town)
    credit = _CREDIT[chance[2] % len(_CREDIT)] if has_owner else "-"
    return DemoEntity(
        id_kind=id_kind,
        code=code,
        kind=kind,
        name=_name(kind, trade, town, place, house, index),
        town=town,
        unit=office.TOWNS[town],
        address=f"示范县{town}{place}村 {chance[3] % 180 + 1} 号",
        industry=trade.industry,
        industry_name=trade.industry_name,
        scale=_SCALES[chance[4] % len(_SCALES)] if has_owner else "",
        legal_representative=person if has_owner else "",
        contact_name=_person(chance[8:]),
        contact_phone=f"0999-{int.from_bytes(chance[5:8], 'big') % 10_000_000:07}",
        business_scope=trade.scope,
        established_on=date(2002, 1, 1)
        + timedelta(days=int.from_bytes(chance[9:11], "big") % 8400),
        licence_name=trade.licence,
        licence_number=_licence_number(trade, code, i),
        licence_expires_on=_licence_expiry(trade, chance),
        standing=_STANDINGS[chance[11] % len(_STANDINGS)],
        credit_class=credit,
        tags=trade.tags,
        risk_flags=_risk_flags(kind, credit, chance),
        special_pools=(trade.pool,) if trade.pool else (),
    )


def _place(index: int) -> tuple[str, str]:
    """A place name, and from the second round on a house name: together different for every index."""
    size = len(_FIRST) * len(_SECOND)
    turn, rest = divmod(index, size)
    rest = (
        rest * 1_009 + turn * 37 + 11
    ) % size  # 1009 is prime and no divisor of size: a permutation
    first, second = divmod(rest, len(_SECOND))
    return _FIRST[first] + _SECOND[second], "" if turn == 0 else _HOUSE[turn - 1]


def _name(kind: str, trade: _Trade, town: str, place: str, house: str, index: int) -> str:
    if kind == "plot":
        return f"{town}{place}村{house}{index % 40 + 1}林班{index % 97 + 1}小班"
    if kind == "trader":
        return f"示范县{town}{place}{house}{trade.suffix}"
    return f"示范县{place}{house}{trade.suffix}"


def _number(i: int, kind: str, index: int, chance: bytes, town: str) -> tuple[str, str]:
    if kind in _DEPARTMENTS:
        serial = (i * 370_369 + 12_345) % LIMIT  # coprime to 10: a permutation of 0…999,999
        body = f"MA{serial:06}"
        first17 = f"{_DEPARTMENTS[kind]}990101{body}{organisation_check_character(body)}"
        return "uscc", first17 + check_digit(first17)
    if kind == "mine":
        return (
            "mining",
            f"C990101{2012 + chance[12] % 14}{chance[13] % 12 + 1:02}{chance[14] % 9 + 1}{index + 1:09}",
        )
    if kind == "project":
        return (
            "project",
            f"{2019 + chance[12] % 8}-990101-{chance[13] % 90 + 10}-{chance[14] % 5 + 1:02}-{index + 1:06}",
        )
    if (
        index % 8 == 7
    ):  # some plots have only a number in Chinese: a public code is issued for them (DRAW §1)
        return "parcel", f"示林证字第{index + 1}号"
    return (
        "parcel",
        f"990101-{tuple(office.TOWNS).index(town) + 1:03}-{index % 40 + 1:04}-{index + 1:05}",
    )


def _person(chance: bytes) -> str:
    surname = _SURNAMES[chance[15] % len(_SURNAMES)]
    second = _GIVEN_TWO[chance[17] % len(_GIVEN_TWO)]
    name = surname + _GIVEN_ONE[chance[16] % len(_GIVEN_ONE)] + second
    return name if name not in _STAFF else "厍" + name[1:]


def _licence_number(trade: _Trade, code: str, i: int) -> str:
    if not trade.licence:
        return ""
    return code if trade.kind == "mine" else f"示许可〔{2020 + i % 6}〕{i + 1}号"


def _licence_expiry(trade: _Trade, chance: bytes) -> date | None:
    if not trade.licence:
        return None
    if chance[18] % 16 == 0:
        return NO_EXPIRY
    return date(2026, 6, 30) + timedelta(days=30 * (chance[18] % 90))


def _risk_flags(kind: str, credit: str, chance: bytes) -> tuple[str, ...]:
    flags = []
    if kind == "mine" and chance[19] % 4 == 0:
        flags.append("key_field")
    if credit == "D":
        flags.append(
            ("complaints", "abnormal_list", "dishonest", "serious_violation")[chance[20] % 4]
        )
    return tuple(flags)
