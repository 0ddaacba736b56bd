"""What an entity is, how it is classed, and the state it is in (A04, A17, A36, A70, A71)."""

from registry.rules.labels import Labelled


class EntityKind(Labelled):
    """检查对象类型. Not only companies: 非主体类监管对象 are pools too (001 二(一), DOMAIN 0.4)."""

    ENTERPRISE = "enterprise", "企业"
    TRADER = "trader", "个体工商户"
    COOPERATIVE = "cooperative", "农民专业合作社"
    MINE = "mine", "矿山（矿业权）"
    PROJECT = "project", "项目"
    PLOT = "plot", "地块、小班"
    INSTITUTION = "institution", "事业单位与其他组织"
    PERSON = "person", "自然人"


class CreditClass(Labelled):
    """信用风险分类 (A104)."""

    A = "A", "A 类"
    B = "B", "B 类"
    C = "C", "C 类"
    D = "D", "D 类"
    NONE = "-", "未分类"


class Scale(Labelled):
    """经营规模: one of the conditions of a targeted draw (A45)."""

    LARGE = "large", "大型"
    MEDIUM = "medium", "中型"
    SMALL = "small", "小型"
    MICRO = "micro", "微型"


class RiskFlag(Labelled):
    """Facts that lift the yearly limit (A48) or raise ratio and frequency (A36)."""

    KEY_FIELD = "key_field", "重点行业领域"
    COMPLAINTS = "complaints", "多次被投诉举报"
    ABNORMAL_LIST = "abnormal_list", "列入经营异常名录"
    DISHONEST = "dishonest", "失信行为"
    SERIOUS_VIOLATION = "serious_violation", "严重违法违规记录"
    SPECIAL = "special", "纳入专项整治"
    JOINT_PUNISHMENT = "joint_punishment", "联合惩戒对象"


class Standing(Labelled):
    """登记状态. Where an entity cannot be drawn, the value is the reason in `excluded.tsv`."""

    ACTIVE = "active", "存续"
    DEREGISTERED = "deregistered", "注销"
    REVOKED = "revoked", "吊销"
    CANCELLED = "cancelled", "撤销登记"
    CLOSED = "closed", "停业"
    MOVED_OUT = "moved_out", "迁出"

    @property
    def is_drawable(self) -> bool:
        """A closed one stays in the pool: whether it has really stopped is what the visit finds out."""
        return self in {Standing.ACTIVE, Standing.CLOSED}
