"""示范县自然资源和规划局: its region, units and people. The names, numbers and places exist nowhere."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoRegion:
    code: str
    name: str
    parent: str = ""


@dataclass(frozen=True)
class DemoAgency:
    """`kind`, and the links by code: `parent` in the same legal person, `superior` above an authority."""

    code: str
    name: str
    short_name: str
    kind: str
    parent: str = ""
    superior: str = ""
    region: str = "990101"
    document_mark: str = ""
    phone: str = ""
    address: str = ""
    is_lead: bool = False


@dataclass(frozen=True)
class DemoPerson:
    """`seats`: (agency code, role). One person holds several roles, as in any small bureau (ARCHITECTURE §4)."""

    username: str
    full_name: str
    post: str
    seats: tuple[tuple[str, str], ...]
    phone: str = ""


AUTHORITY = "990101"
SUPERIOR = "990100"
PARTNER = "990101-HJ"
LICENSING, MINING, LAND, FOREST, ENFORCEMENT = (
    f"990101-{mark}" for mark in ("XK", "KC", "YT", "LC", "ZF")
)
NORTH_HILL, CLEAR_BROOK, LAKESIDE = (f"990101-{mark}" for mark in ("BS", "QX", "LH"))

REGIONS = (
    DemoRegion("990000", "示范省"),
    DemoRegion("990100", "示范市", "990000"),
    DemoRegion("990101", "示范县", "990100"),
)

# Town → the station in charge of it.
TOWNS = {
    "北山镇": NORTH_HILL,
    "云峰乡": NORTH_HILL,
    "青溪镇": CLEAR_BROOK,
    "柏杨乡": CLEAR_BROOK,
    "临湖镇": LAKESIDE,
    "石湾乡": LAKESIDE,
}

AGENCIES = (
    DemoAgency(
        SUPERIOR, "示范市自然资源和规划局", "市局", "authority", region="990100", document_mark="示市自然资",
        phone="0999-1000001", address="示范市示范大道 1 号",
    ),
    DemoAgency(
        AUTHORITY, "示范县自然资源和规划局", "县局", "authority", superior=SUPERIOR, document_mark="示自然资",
        phone="0999-2000001", address="示范县北山镇青石路 18 号",
    ),
    DemoAgency(LICENSING, "行政审批科", "审批科", "division", AUTHORITY, phone="0999-2000011", is_lead=True),
    DemoAgency(MINING, "矿产资源管理科", "矿产科", "division", AUTHORITY, phone="0999-2000012"),
    DemoAgency(LAND, "国土空间用途管制科", "用途管制科", "division", AUTHORITY, phone="0999-2000013"),
    DemoAgency(FOREST, "林业和草原科", "林草科", "division", AUTHORITY, phone="0999-2000014"),
    DemoAgency(ENFORCEMENT, "执法监察大队", "执法大队", "division", AUTHORITY, phone="0999-2000015"),
    DemoAgency(
        NORTH_HILL, "北山国土所", "北山所", "station", AUTHORITY, phone="0999-2000021", address="北山镇矿山路 3 号",
    ),
    DemoAgency(
        CLEAR_BROOK, "青溪国土所", "青溪所", "station", AUTHORITY, phone="0999-2000022", address="青溪镇溪口街 6 号",
    ),
    DemoAgency(
        LAKESIDE, "临湖国土所", "临湖所", "station", AUTHORITY, phone="0999-2000023", address="临湖镇堤岸路 9 号",
    ),
    DemoAgency(PARTNER, "示范县生态环境局", "县生态环境局", "partner", document_mark="示环", phone="0999-2000031"),
)  # fmt: skip

PEOPLE = (
    DemoPerson("jiyanqing", "纪砚青", "局长", ((AUTHORITY, "head"),)),
    DemoPerson("suhetian", "苏禾田", "副局长", ((AUTHORITY, "deputy"),)),
    DemoPerson(
        "luoyining", "骆以宁", "行政审批科科长",
        ((LICENSING, "organiser"), (LICENSING, "division_admin"), (LICENSING, "inspector")),
    ),
    DemoPerson(
        "ruanzhiwei", "阮知微", "行政审批科科员",
        ((LICENSING, "publisher"), (AUTHORITY, "assessor"), (AUTHORITY, "system_admin"), (AUTHORITY, "witness")),
    ),
    DemoPerson("nieguanlan", "聂观澜", "办公室主任", ((AUTHORITY, "witness"), (AUTHORITY, "auditor"))),
    DemoPerson(
        "shaochuanbai", "邵川柏", "矿产资源管理科科长",
        ((MINING, "organiser"), (MINING, "division_admin"), (MINING, "reviewer"), (MINING, "inspector")),
    ),
    DemoPerson(
        "qiyuanzhou", "祁远舟", "国土空间用途管制科科长",
        ((LAND, "organiser"), (LAND, "division_admin"), (LAND, "reviewer"), (LAND, "inspector")),
    ),
    DemoPerson(
        "baisongnian", "柏松年", "林业和草原科科长",
        ((FOREST, "organiser"), (FOREST, "division_admin"), (FOREST, "reviewer"), (FOREST, "inspector")),
    ),
    DemoPerson(
        "jingbeichen", "荆北辰", "执法监察大队大队长",
        ((ENFORCEMENT, "coordinator"), (ENFORCEMENT, "reviewer"), (ENFORCEMENT, "inspector")),
    ),
    DemoPerson("yanruogu", "晏若谷", "执法监察大队中队长", ((ENFORCEMENT, "inspector"),)),
    DemoPerson("xiangketing", "项可庭", "执法监察大队队员", ((ENFORCEMENT, "inspector"),)),
    DemoPerson("yanbeijiang", "鄢北江", "北山国土所所长", ((NORTH_HILL, "coordinator"), (NORTH_HILL, "inspector"))),
    DemoPerson("wenruoxi", "温若溪", "北山国土所科员", ((NORTH_HILL, "inspector"),)),
    DemoPerson("guyutong", "谷雨桐", "青溪国土所所长", ((CLEAR_BROOK, "coordinator"), (CLEAR_BROOK, "inspector"))),
    DemoPerson("zhuoqingye", "卓清野", "青溪国土所科员", ((CLEAR_BROOK, "inspector"),)),
    DemoPerson("tanglinzhou", "汤临舟", "临湖国土所所长", ((LAKESIDE, "coordinator"), (LAKESIDE, "inspector"))),
    DemoPerson("luwangshu", "路望舒", "市局监管科科长", ((SUPERIOR, "superior"),)),
    DemoPerson("peizhilan", "裴芷岚", "市局矿产科科长", ((SUPERIOR, "organiser"), (SUPERIOR, "division_admin"))),
    DemoPerson("yuzhaoye", "喻昭野", "市局办公室主任", ((SUPERIOR, "witness"),)),
)  # fmt: skip
