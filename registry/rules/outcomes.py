"""检查结果与后续处置: the coded results of a visit and what follows from each (A94: 抽查结果认定规范统一).

Codes 1, A–F and 6–12 are those of the system in use in Zhejiang (DOMAIN C "Result"); the N codes divide its
发现问题待后续处理 by the duties of natural-resources and forestry bureaus. A matter may preset another disposal.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum


class OutcomeGroup(StrEnum):
    CLEAN = "clean"  # checked, in order
    CORRECTED = "corrected"  # a problem, put right on the spot
    PROBLEM = "problem"  # a problem that something must follow
    REFUSED = "refused"  # the entity would not be inspected
    NO_ACTIVITY = "no_activity"  # nothing there to inspect
    GONE = "gone"  # not inspected, counts as done or is handed over


GROUP_LABELS: Mapping[OutcomeGroup, str] = {
    OutcomeGroup.CLEAN: "未发现问题",
    OutcomeGroup.CORRECTED: "发现问题已责令改正",
    OutcomeGroup.PROBLEM: "发现问题待后续处理",
    OutcomeGroup.REFUSED: "不配合检查情节严重",
    OutcomeGroup.NO_ACTIVITY: "未发现开展本次抽查涉及的经营活动",
    OutcomeGroup.GONE: "未检查，视为完成或转交",
}


@dataclass(frozen=True)
class Disposal:
    """`closes_at_once`: choosing it leaves nothing open (ZJ: 无需后续处置 ⇒ 已完结)."""

    code: str
    label: str
    closes_at_once: bool = False
    needs_recipient: bool = False
    source: str = "DOMAIN C"


@dataclass(frozen=True)
class Outcome:
    code: str
    label: str
    group: OutcomeGroup
    default_disposal: str = "none"
    source: str = "DOMAIN C"

    @property
    def needs_disposal(self) -> bool:
        """Whether something must follow before the case is closed."""
        return not DISPOSALS[self.default_disposal].closes_at_once

    @property
    def is_problem(self) -> bool:
        """Counts in 问题发现率: corrected ones too, they were found."""
        return self.group in {OutcomeGroup.PROBLEM, OutcomeGroup.CORRECTED, OutcomeGroup.REFUSED}

    @property
    def stands_alone(self) -> bool:
        """Cannot be combined with any other result of the same matter."""
        return self.group in {OutcomeGroup.CLEAN, OutcomeGroup.NO_ACTIVITY, OutcomeGroup.GONE}


def _disposals(*rows: Disposal) -> Mapping[str, Disposal]:
    return {row.code: row for row in rows}


DISPOSALS: Mapping[str, Disposal] = _disposals(
    Disposal("none", "无需后续处置", closes_at_once=True),
    Disposal("rectify", "责令改正，后续跟踪由日常监管部门负责", source="DOMAIN C; 000 三(六)"),
    Disposal("daily", "反馈至日常监管部门依法依规处理", needs_recipient=True),
    Disposal("case", "固定证据，移送办案机构依法查处", needs_recipient=True, source="002 (二十九)"),
    Disposal("notify", "抄告相关部门", needs_recipient=True, source="DOMAIN C; 003 二(六)"),
    Disposal(
        "judicial",
        "涉嫌犯罪，移送司法机关",
        needs_recipient=True,
        source="002 (二十九); 000 二(五)",
    ),
    Disposal(
        "transfer", "书面通知并转交迁入地监管单位", needs_recipient=True, source="002 (二十八)"
    ),
    Disposal("report_up", "列入视为完成名单汇总上报", source="002 (二十八)"),
    Disposal("other", "其他"),
)

_P = OutcomeGroup.PROBLEM
_OWN = "natural-resources duties; A94"


def _outcomes(*rows: Outcome) -> Mapping[str, Outcome]:
    return {row.code: row for row in rows}


OUTCOMES: Mapping[str, Outcome] = _outcomes(
    Outcome("1", "未发现问题", OutcomeGroup.CLEAN),
    Outcome("E", "发现问题经责令已改正", OutcomeGroup.CORRECTED),
    Outcome("B", "未按规定公示应当公示的信息", _P, "rectify"),
    Outcome("C", "公示信息隐瞒真实情况、弄虚作假", _P, "daily"),
    Outcome("N01", "未取得矿业权、许可证或超出登记范围勘查、开采", _P, "case", _OWN),
    Outcome("N02", "未按批准的勘查、开采方案作业", _P, "rectify", _OWN),
    Outcome("N03", "未履行矿区生态修复或土地复垦义务", _P, "rectify", _OWN),
    Outcome("N04", "未按规定汇交地质资料、报送储量报告或年度报告", _P, "rectify", _OWN),
    Outcome("N05", "未经批准或超出批准数量占用土地", _P, "case", _OWN),
    Outcome("N06", "未按批准用途使用土地或临时用地逾期未恢复", _P, "rectify", _OWN),
    Outcome("N07", "未取得规划许可或未按规划许可建设", _P, "case", _OWN),
    Outcome("N08", "擅自改变林地、草地、湿地用途或毁坏植被", _P, "case", _OWN),
    Outcome("N09", "未按采伐许可证采伐或未完成更新造林", _P, "case", _OWN),
    Outcome("N10", "木材、种苗、野生动物经营利用未履行许可、备案或台账义务", _P, "rectify", _OWN),
    Outcome("N11", "植物检疫手续不全或调运未经检疫", _P, "rectify", _OWN),
    Outcome("N12", "测绘资质、测绘成果或地图不符合规定", _P, "rectify", _OWN),
    Outcome("N13", "地质灾害防治措施未落实", _P, "rectify", _OWN),
    Outcome("N14", "存在其他部门职责范围内的问题", _P, "notify", _OWN),
    Outcome("N15", "档案、台账、标识牌或界桩不规范", _P, "rectify", _OWN),
    Outcome("A", "发现其他问题待后续处理", _P, "daily"),
    Outcome("8", "不配合检查情节严重", OutcomeGroup.REFUSED, "case", "DOMAIN C; 002 (二十九)"),
    Outcome("F", "未发现开展本次抽查涉及的经营活动", OutcomeGroup.NO_ACTIVITY),
    Outcome("7", "已关闭停业或正在组织清算", OutcomeGroup.NO_ACTIVITY, "daily"),
    Outcome(
        "6",
        "通过登记的住所（经营场所）无法联系",
        OutcomeGroup.GONE,
        "report_up",
        "DOMAIN C; 002 (二十八)",
    ),
    Outcome("9", "注销", OutcomeGroup.GONE, "report_up", "DOMAIN C; 002 (二十八)"),
    Outcome("10", "被吊销", OutcomeGroup.GONE, "report_up", "DOMAIN C; 002 (二十八)"),
    Outcome("11", "被撤销", OutcomeGroup.GONE, "report_up", "DOMAIN C; 002 (二十八)"),
    Outcome("12", "迁出", OutcomeGroup.GONE, "transfer", "DOMAIN C; 002 (二十八)"),
)


def selection_problem(codes: Collection[str]) -> str | None:
    """Why these results cannot stand together for one matter; None when they can. Basis: A94."""
    if not codes:
        return "请至少选择一项检查结果。"
    unknown = [code for code in codes if code not in OUTCOMES]
    if unknown:
        return f"没有“{'、'.join(unknown)}”这项检查结果，请从列表中选择。"
    alone = next((OUTCOMES[code] for code in codes if OUTCOMES[code].stands_alone), None)
    if alone is not None and len(set(codes)) > 1:
        return f"“{alone.label}”不能与其他检查结果同时选择，请只保留一项或去掉它。"
    return None


def preset_disposals(
    codes: Collection[str], presets: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """The measures that follow from the results, each once, `none` only when nothing else does.

    `presets`: the matter's own outcome → disposal, before the defaults here. Basis: A94 (001 二(五)).
    """
    own = presets or {}
    chosen = dict.fromkeys(own.get(code, OUTCOMES[code].default_disposal) for code in codes)
    following = tuple(code for code in chosen if not DISPOSALS[code].closes_at_once)
    return following or ("none",)


def choices(group: OutcomeGroup | None = None) -> list[tuple[str, str]]:
    """(code, label) in the order of the form, all or one group."""
    return [(o.code, o.label) for o in OUTCOMES.values() if group in {None, o.group}]


def public_label(codes: Collection[str]) -> str:
    """The results in one line for the public record, in the order of the list."""
    return "；".join(outcome.label for code, outcome in OUTCOMES.items() if code in codes)
