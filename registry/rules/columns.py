"""The columns of every import: canonical key, Chinese label, the names bureaus really use, and how a cell is read.

Keys are the field names of the models. Synonyms come from real rosters, plans and matter lists (DOMAIN C and F).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from registry.rules.cells import choice_key
from registry.rules.columns_words import (
    CATEGORY_WORDS,
    CREDIT_WORDS,
    DRAW_KIND_WORDS,
    ENTITY_KIND_WORDS,
    ID_KIND_WORDS,
    LEDGER_KIND_WORDS,
    METHOD_WORDS,
    RISK_WORDS,
    SCALE_WORDS,
    STANDING_WORDS,
)


class ImportKind(StrEnum):
    ENTITIES = "entities"
    INSPECTORS = "inspectors"
    MATTERS = "matters"
    PLANS = "plans"
    LEDGER = "ledger"


class Reader(StrEnum):
    """Which parser of `cells`, `ratios` or `windows` reads the cell."""

    TEXT = "text"
    CODE = "code"
    DATE = "date"
    INTEGER = "integer"
    YES_NO = "yes_no"
    LIST = "list"
    CHOICE = "choice"
    CHOICES = "choices"
    RATIO = "ratio"
    FREQUENCY = "frequency"
    WINDOW = "window"
    PHONE = "phone"


@dataclass(frozen=True)
class Words:
    """A closed list: what is stored, what is shown, and what else people write for it."""

    labels: Mapping[str, str]
    allowed: Mapping[str, str]

    @classmethod
    def of(cls, table: Mapping[str, str]) -> "Words":
        """`table`: value → "label synonym synonym …". Raises ValueError when one word stands for two values."""
        allowed: dict[str, str] = {}
        labels: dict[str, str] = {}
        for value, line in table.items():
            names = line.split()
            labels[value] = names[0]
            for word in {value, *names}:
                if allowed.setdefault(choice_key(word), value) != value:
                    raise ValueError(
                        f"{word} stands for {allowed[choice_key(word)]} and for {value}"
                    )
        return cls(labels, allowed)


@dataclass(frozen=True)
class Column:
    """`needed`: the column must be in the sheet. `filled`: no cell may be empty. `group`: one of it is enough.

    `after`: an ambiguous heading (有效期) belongs to this column when it stands right of that one.
    """

    key: str
    label: str
    synonyms: tuple[str, ...] = ()
    reader: Reader = Reader.TEXT
    needed: bool = False
    filled: bool = False
    group: str = ""
    after: str = ""
    words: Words | None = None
    max_length: int = 200
    example: str = ""
    note: str = ""
    headings: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "headings", frozenset(choice_key(h) for h in (self.label, *self.synonyms))
        )


def _column(
    key: str, label: str, synonyms: str = "", reader: Reader = Reader.TEXT, **more: object
) -> Column:
    return Column(key, label, tuple(synonyms.split()), reader, **more)  # type: ignore[arg-type]


ENTITY_COLUMNS = (
    _column(
        "code",
        "统一社会信用代码",
        "社会信用代码 统一代码 信用代码 统一信用代码 "
        "统一社会信用代码/注册号 注册号/统一社会信用代码 统一社会信用代码(注册号) "
        "统一社会信用代码或注册号 代码 主体代码 对象代码 "
        "证照号码 许可证号或项目代码 组织机构代码/统一社会信用代码 纳税人识别号",
        Reader.CODE,
        group="identity",
        max_length=96,
        example="91990101MA0000015C",
        note="没有统一社会信用代码的，填采矿许可证号、项目代码、宗地代码或小班号；都没有的留空，由系统发给公开编码",
    ),
    _column(
        "legacy_code",
        "注册号",
        "工商注册号 营业执照注册号 工商登记号 营业执照号",
        Reader.CODE,
        group="identity",
        max_length=96,
        note="只在没有 18 位代码时填",
    ),
    _column(
        "id_kind",
        "代码种类",
        "证照类型 代码类型 证件类型",
        Reader.CHOICE,
        words=Words.of(ID_KIND_WORDS),
    ),
    _column(
        "name",
        "名称",
        "企业名称 主体名称 单位名称 市场主体名称 检查对象名称 "
        "对象名称 监管对象名称 被检查单位 被检查单位名称 企业(单位)名称 "
        "检查对象 监管对象 单位(企业)名称 经营主体名称 字号名称 项目名称 矿山名称 小班名称 采矿权人 矿业权人",
        needed=True,
        filled=True,
        example="示范县黑石沟采石场",
    ),
    _column(
        "kind",
        "对象类型",
        "主体类型 主体类别 企业类型 类型 市场主体类型 经营主体类型 检查对象类型 监管对象类型",
        Reader.CHOICE,
        words=Words.of(ENTITY_KIND_WORDS),
        example="企业",
    ),
    _column(
        "standing",
        "登记状态",
        "经营状态 企业状态 状态 主体状态 存续状态 登记情况",
        Reader.CHOICE,
        words=Words.of(STANDING_WORDS),
        example="存续",
    ),
    _column(
        "credit_class",
        "信用分类",
        "信用等级 信用风险分类 信用风险等级 风险等级 风险分类 信用类别 企业信用风险分类 分类等级",
        Reader.CHOICE,
        words=Words.of(CREDIT_WORDS),
        example="B",
    ),
    _column("classed_on", "分类日期", "信用分类日期 评定日期 评级日期", Reader.DATE),
    _column(
        "unit",
        "管辖单位",
        "责任单位 管辖所 所属国土所 国土所 自然资源所 属地监管单位 日常监管单位 片区/责任区 监管单位 管辖机构",
        max_length=100,
        example="北山国土所",
    ),
    _column(
        "region", "行政区划", "行政区划代码 区划代码 所属区域 所在县区 区县 所属区划", max_length=60
    ),
    _column(
        "address",
        "住所",
        "地址 住所(地址) 经营场所 经营地址 生产经营地址 注册地址 "
        "企业地址 住所(经营场所) 矿区位置 项目地点 坐落 详细地址",
        max_length=300,
    ),
    _column("industry", "行业代码", "国民经济行业代码 行业分类代码", max_length=6, example="B1011"),
    _column(
        "industry_name", "行业", "所属行业 行业名称 行业类别 国民经济行业 行业分类", max_length=60
    ),
    _column(
        "scale",
        "规模",
        "企业规模 经营规模 生产规模 规模类型",
        Reader.CHOICE,
        words=Words.of(SCALE_WORDS),
    ),
    _column(
        "legal_representative",
        "法定代表人",
        "法定代表人(负责人) 法人 法人代表 负责人 经营者 法定代表人姓名 法人姓名 法定代表人/负责人 投资人 户主",
        max_length=60,
    ),
    _column("contact_name", "联络员", "联系人 联络人 联系人姓名 企业联系人", max_length=60),
    _column(
        "contact_phone",
        "联系电话",
        "电话 手机 手机号 联系方式 联络员电话 联系人电话 联系手机 法人电话",
        Reader.PHONE,
        max_length=40,
    ),
    _column("business_scope", "经营范围", "业务范围 主营业务", max_length=3000),
    _column("established_on", "成立日期", "注册日期 设立日期 登记日期 成立时间", Reader.DATE),
    _column("licence_name", "许可证名称", "证件名称 许可名称 许可事项", max_length=100),
    _column(
        "licence_number",
        "许可证编号",
        "许可证号 许可证件号 采矿许可证号 证书编号 许可编号",
        max_length=100,
    ),
    _column(
        "licence_expires_on",
        "许可证有效期至",
        "有效期至 有效期 许可证有效期 许可有效期 采矿许可证有效期 有效期止 有效期限 到期日期 许可证到期日",
        Reader.DATE,
        example="2029-03-31",
        note="长期有效的填“长期”",
    ),
    _column(
        "tags", "标签", "监管标签 对应专项库监管标签 分类标注 企业标签 行业标签 标注", Reader.LIST
    ),
    _column(
        "special_pools", "专项库", "专项库名称 所属专项库 分类专项名录库 专项名录库", Reader.LIST
    ),
    _column(
        "risk_flags",
        "风险标记",
        "风险情形 重点监管情形 不受次数限制情形",
        Reader.CHOICES,
        words=Words.of(RISK_WORDS),
    ),
)

INSPECTOR_COLUMNS = (
    _column(
        "name",
        "姓名",
        "执法人员姓名 检查人员姓名 人员姓名 检查人员 执法人员",
        needed=True,
        filled=True,
        max_length=40,
        example="纪砚青",
    ),
    _column(
        "pid",
        "人员编码",
        "工号 单位工号 内部编号 人员编号",
        max_length=64,
        note="留空由系统编号；不得重复使用",
    ),
    _column(
        "unit",
        "所在科室（所）",
        "单位 科室 所在单位 所在科室 工作单位 所属单位 部门 部门/机构 业务部门 内设机构 单位名称 单位(科室)",
        max_length=100,
    ),
    _column("post", "职务", "担任职务 具体职务 职务职级 岗位", max_length=60),
    _column("phone", "手机", "手机号 手机号码 联系电话 电话 联系方式", Reader.PHONE, max_length=20),
    _column(
        "certificate_no",
        "执法证号",
        "执法证编号 行政执法证号 行政执法证编号 执法证件号 执法证件编号 执法证件号码 "
        "证件编号 证件号 证号 执法证 部门执法证 工商部门执法证 行政执法证",
        needed=True,
        filled=True,
        max_length=40,
        example="99010126001",
    ),
    _column("certificate_name", "执法证名称", "执法证件名称 证件名称 执法证种类", max_length=60),
    _column("certificate_issuer", "发证机关", "发证单位 执法证发证机关 颁证机关", max_length=100),
    _column(
        "certificate_expires_on",
        "执法证有效期至",
        "有效期 有效期至 证件有效期 执法证有效期 有效期限 到期日期 有效期止",
        Reader.DATE,
        needed=True,
        filled=True,
        after="certificate_no",
        example="2029-12-31",
        note="长期有效的填“长期”",
    ),
    _column(
        "certificate2_no",
        "第二证号",
        "省政府执法证 第二执法证 第二执法证号 省执法证号",
        max_length=40,
    ),
    _column(
        "certificate2_expires_on",
        "第二证有效期至",
        "有效期 有效期至 第二证有效期 第二执法证有效期",
        Reader.DATE,
        after="certificate2_no",
    ),
    _column(
        "quals",
        "资质专长",
        "岗位资格资质 岗位资质资格 岗位资质 执法专长 专长 专业资质 资质 业务专长 执法专业",
        Reader.LIST,
    ),
    _column(
        "duties",
        "职能范围",
        "执法事项范围 执法范围 岗位大类 职责范围 执法类别 执法领域",
        Reader.LIST,
    ),
    _column("may_lead", "可任组长", "是否可任组长 组长 能否任组长", Reader.YES_NO, example="是"),
    _column("capacity", "每次匹配最多组数", "最多组数 承担组数上限", Reader.INTEGER),
)

MATTER_COLUMNS = (
    _column(
        "code",
        "事项编码",
        "编号 事项编号 事项代码 清单编号 抽查事项编码",
        max_length=64,
        example="ZR-K01",
    ),
    _column(
        "name",
        "抽查事项",
        "事项名称 检查事项 抽查事项名称 检查事项名称 行政检查事项名称 随机抽查事项 权责清单事项 监管事项",
        needed=True,
        filled=True,
        example="对矿产资源开采活动的监督检查",
    ),
    _column("field", "领域", "抽查领域 检查领域 执法类别 类别 业务领域", max_length=60),
    _column(
        "category",
        "事项类别",
        "检查事项类别 抽查类别 事项分类",
        Reader.CHOICE,
        needed=True,
        filled=True,
        words=Words.of(CATEGORY_WORDS),
        example="一般检查事项",
    ),
    _column(
        "object_text",
        "检查对象",
        "抽查对象 监管对象 检查(抽查)对象 抽取对象 对象范围",
        needed=True,
        filled=True,
    ),
    _column("content", "抽查内容", "检查内容 抽查要点 检查项目 检查子项", max_length=3000),
    _column(
        "methods",
        "检查方式",
        "抽查方式 检查方法 监管方式",
        Reader.CHOICES,
        words=Words.of(METHOD_WORDS),
        example="实地核查、书面检查",
    ),
    _column(
        "body", "检查主体", "抽查主体 检查部门 实施主体 检查部门及实施层级 执法主体 部门 抽查部门"
    ),
    _column("level", "实施层级", "抽查层级 检查层级 层级", max_length=40),
    _column(
        "legal_basis",
        "检查依据",
        "抽查依据 法定依据 法律依据 依据 检查(抽查)依据 设定依据",
        needed=True,
        filled=True,
        max_length=3000,
    ),
    _column(
        "ratio_text",
        "抽查比例",
        "抽查比例及频次 抽查比例和频次 比例 抽查比例(数量) 比例及频次",
        max_length=100,
        example="5%",
    ),
    _column(
        "frequency_text",
        "抽查频次",
        "频次 抽查周期 频次上限 检查频次 检查频次上限",
        max_length=100,
        example="1次/年",
    ),
    _column(
        "required_quals",
        "法定资质要求",
        "检查人员要求 人员资质要求",
        Reader.LIST,
        note="只填法律要求必须具备的资质",
    ),
    _column("preferred_quals", "优先专长", "人员专长", Reader.LIST),
    _column("expert_fields", "须专家领域", "专家领域 配备专家", Reader.LIST),
    _column("materials", "须准备的资料", "检查材料清单 所需材料 材料清单", max_length=3000),
    _column("guide", "抽查工作指引", "工作指引 检查指引 抽查指引", max_length=10000),
    _column(
        "responsible_unit", "责任科室", "责任处室 牵头科室 股室 责任股室 牵头股室", max_length=100
    ),
    _column(
        "is_enterprise_related",
        "涉企检查事项",
        "是否属于涉企检查事项 是否涉企",
        Reader.YES_NO,
        example="是",
    ),
    _column(
        "superior_code", "上级清单编码", "上级事项编码 对应上级事项 省级事项编码", max_length=64
    ),
)

PLAN_COLUMNS = (
    _column("number", "抽查计划编号", "计划编号 编号 任务编号", max_length=64),
    _column(
        "name",
        "任务名称",
        "抽查任务名称 年度计划名称 计划名称 抽查计划名称",
        group="subject",
        example="采矿权人开采活动随机抽查",
        note="一个计划里不重名；再次导入时按任务名称对应。空着的用抽查事项作名称",
    ),
    _column(
        "matters",
        "抽查事项",
        "检查事项 抽查事项名称 事项名称",
        group="subject",
        max_length=3000,
        example="ZR-K01",
        note="多个事项用分号隔开，填事项编码或名称，须是执行中的事项；空着的按任务名称找事项",
    ),
    _column(
        "draw_kind",
        "抽查类型",
        "抽查方式类型 抽取方式 定向/不定向",
        Reader.CHOICE,
        words=Words.of(DRAW_KIND_WORDS),
    ),
    _column("object_text", "抽查对象", "检查对象 抽取对象 抽查对象范围 监管对象", max_length=500),
    _column("scope", "抽查范围", "范围 抽查区域", max_length=500),
    _column("content", "抽查内容", "检查内容", max_length=3000),
    _column("category", "事项类别", "检查事项类别", Reader.CHOICE, words=Words.of(CATEGORY_WORDS)),
    _column("pool_size", "抽查基数", "基数 名录库数量", Reader.INTEGER),
    _column(
        "ratio",
        "抽查比例",
        "抽查比例(数量) 抽查比例及频次 抽查比例和频次 比例 抽查比例/数量",
        Reader.RATIO,
        needed=True,
        example="5%",
    ),
    _column("frequency", "抽查频次", "频次 检查频次", Reader.FREQUENCY, example="1次/年"),
    _column("estimate", "预估抽查对象数", "抽查数量 预估数量 抽查户数 计划抽查数", Reader.INTEGER),
    _column("methods", "检查方式", "抽查方式", Reader.CHOICES, words=Words.of(METHOD_WORDS)),
    _column(
        "window",
        "起止时间",
        "计划任务实施时段 计划开展时间 检查时间 抽查时间 实施抽查时间段 时间安排 实施时间 抽查起止时间",
        Reader.WINDOW,
        needed=True,
        example="3月-11月",
    ),
    _column(
        "lead",
        "牵头科室",
        "发起部门 牵头部门 牵头股室 股室 发起单位 牵头单位 检查主体 抽查主体 抽查主体(层级) 责任科室",
        max_length=200,
    ),
    _column(
        "participants", "配合部门", "参与部门 联合检查单位 联合部门 配合单位 参与单位", Reader.LIST
    ),
    _column("start_mode", "发起方式", "抽查检查模式 检查模式", max_length=200),
    _column(
        "credit_text",
        "信用风险分类要求",
        "智慧监管(信用风险分类)要求 信用分类要求 差异化抽查要求",
        max_length=500,
    ),
    _column("level_split", "省市县分配比例", "分配比例 层级分配比例 省市分配比例"),
    _column("region_weight", "地区抽查比重", "抽查比重 地区比重 区域抽查比重"),
    _column("field", "抽查领域", "领域 检查领域", max_length=60),
    _column("note", "备注", "说明", max_length=500),
)

LEDGER_COLUMNS = (
    _column(
        "code",
        "统一社会信用代码",
        "社会信用代码 统一代码 信用代码 统一社会信用代码/注册号 注册号 代码 对象代码",
        Reader.CODE,
        group="identity",
        max_length=96,
    ),
    _column(
        "name",
        "名称",
        "企业名称 主体名称 单位名称 检查对象名称 被检查单位 检查对象 对象名称 市场主体名称",
        group="identity",
    ),
    _column(
        "day",
        "检查日期",
        "检查时间 实施日期 检查完成日期 现场检查日期",
        Reader.DATE,
        needed=True,
        filled=True,
        example="2026-04-22",
    ),
    _column(
        "kind",
        "检查类型",
        "检查类别 检查种类 检查形式 检查来源",
        Reader.CHOICE,
        needed=True,
        filled=True,
        words=Words.of(LEDGER_KIND_WORDS),
        example="双随机抽查",
    ),
    _column("matters", "检查事项", "抽查事项 事项名称 检查内容", max_length=3000),
    _column("unit", "检查单位", "实施单位 检查机关 检查部门 执行单位", max_length=100),
    _column("outcome", "检查结果", "结果 抽查结果", max_length=300),
    _column("counts", "计入年度上限", "是否计入上限 是否计入频次", Reader.YES_NO, example="是"),
    _column("note", "备注", "说明", max_length=200),
)

COLUMNS: Mapping[ImportKind, tuple[Column, ...]] = {
    ImportKind.ENTITIES: ENTITY_COLUMNS,
    ImportKind.INSPECTORS: INSPECTOR_COLUMNS,
    ImportKind.MATTERS: MATTER_COLUMNS,
    ImportKind.PLANS: PLAN_COLUMNS,
    ImportKind.LEDGER: LEDGER_COLUMNS,
}
