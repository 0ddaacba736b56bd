"""Shape of a demo matter and its checklist, and how its guide is put together (A02–A04, A08, A61, A94)."""

from dataclasses import dataclass, field
from decimal import Decimal

BODY = "示范县自然资源和规划局"
# Standard phrases by the way an item is checked: one tap on the phone.
SEEN = ("现场与批准图件一致", "现场与批准图件不符，已拍照取证", "本次未开展该项活动")
PAPERS = ("资料齐全，与登记一致", "资料缺页，已要求补齐", "没有提供，已要求说明情况")
MEASURED = ("实测值在规定范围内", "超出规定范围，已当场告知负责人")


@dataclass(frozen=True)
class Item:
    """One line of a checklist. With `unit` the answer is a number; `minimum` and `maximum` are what the basis allows."""

    text: str
    basis: str
    method: str = "on_site"
    needs_photo: bool = False
    point: str = ""
    unit: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True)
class DemoMatter:
    """Fields of registry.Matter; `area` is its `field`, `responsible_unit` an agency code, `checklist` its items."""

    code: str
    name: str
    area: str
    category: str
    object_kinds: tuple[str, ...]
    object_text: str
    content: str
    methods: tuple[str, ...]
    legal_basis: str
    ratio_text: str
    frequency_text: str
    responsible_unit: str
    pre_check: str
    problem_codes: tuple[str, ...]
    checklist: tuple[Item, ...]
    materials: str = ""
    required_quals: tuple[str, ...] = ()
    preferred_quals: tuple[str, ...] = ()
    expert_fields: tuple[str, ...] = ()
    preset_disposals: dict[str, str] = field(default_factory=dict)
    # Matters claimed from the superior's list carry its code (A06).
    superior_code: str = ""
    is_enterprise_related: bool = True
    body: str = BODY
    level: str = "县级"

    @property
    def guide(self) -> str:
        """抽查工作指引, entered with the matter (A08). Steps as in 002 (二十六)."""
        return (
            f"一、预查比对。{self.pre_check}\n"
            "二、现场检查。检查人员不少于 2 人，出示执法证件，发放检查通知书，逐项填写检查表；"
            "发现违法违规情形的，固定证据，视情制作现场笔录，责令停止或督促改正。全过程记录。\n"
            f"三、结果认定。逐项一致的认定为“未发现问题”；当场改正的认定为“发现问题经责令已改正”；"
            "其他问题按统一的结果用语认定，并写明事实和依据。检查人员共同讨论，分别签字确认。\n"
            "四、后续处置。按本事项预设的处置措施办理；需立案的移送执法监察大队，涉嫌犯罪的移送司法机关，"
            "属其他部门职责的抄告。处置结果录入系统。"
        )


def photo(text: str, basis: str, point: str = "") -> Item:
    """On site, with a photograph."""
    return Item(text, basis, "on_site", True, point, phrases=SEEN)


def paper(text: str, basis: str, point: str = "") -> Item:
    """From documents."""
    return Item(text, basis, "document", False, point, phrases=PAPERS)


def number(
    text: str,
    basis: str,
    unit: str,
    *,
    least: str | None = None,
    most: str | None = None,
    point: str = "",
) -> Item:
    """A figure with its lawful limits."""
    low = None if least is None else Decimal(least)
    high = None if most is None else Decimal(most)
    return Item(text, basis, "document", False, point, unit, low, high, MEASURED)
