"""The fixed sentences of the letters of 后续处置, which a bureau may word its own way (DOMAIN E; A84, A86)."""

from collections.abc import Callable
from datetime import date
from typing import Any

from bureau.rules.forms import Form, Passage, define


def _made_up(kind: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A letter with invented content, for the preview of its wording."""
    letter = {
        "kind": kind,
        "number": "示自然资〔2026〕8号",
        "recipient": "示范石材有限公司" if kind == "rectify" else "示范县自然资源综合执法大队",
        "entity": {
            "name": "示范石材有限公司",
            "code": "91990122MA0EXAMPL5",
            "address": "示范县北山镇一号",
            "representative": "（法定代表人）",
        },
        "visit": "SFX-2026-J0008",
        "inspected_on": date(2026, 11, 3),
        "task": "示自然资双随机〔2026〕2号",
        "facts": [
            {
                "fact": "矿区东侧 3 号、4 号界桩缺失。",
                "basis": "《矿产资源开采登记管理办法》",
                "measure": "责令限期补设",
            }
        ],
        "note": "",
        "attachments": ["现场检查笔录复印件"],
        "authority": "示范县自然资源和规划局",
        "contact": {"unit": "北山国土所", "phone": "0999-7000000", "address": "北山镇二号"},
        "on": date(2026, 11, 5),
    }
    return lambda form: {"letter": letter, "form": form}


def _letter(kind: str, title: str, citation: str, *passages: Passage) -> Form:
    return define(
        Form(
            f"letter-{kind}",
            title,
            citation,
            passages,
            template="inspections/documents/letter.html",
            example=_made_up(kind),
        )
    )


RECTIFY = _letter(
    "rectify",
    "责令限期改正通知书",
    "林草执法事项清单 三（六）：责令限期改正，逾期不改正的依法处罚",
    Passage(
        "opening", "开头", "经查，你单位在“{matters}”方面存在下列问题：", ("matters", "entity")
    ),
    Passage(
        "demand",
        "改正要求",
        "现责令你单位于 {due} 前改正上列问题，并将改正情况书面报送本机关；也可以凭检查通知书上的二维码在网上提交整改材料。",
        ("due", "entity"),
        ("due",),
    ),
    Passage("warning", "逾期后果", "逾期不改正或者改正不到位的，本机关将依法处理。", ("due",)),
    Passage(
        "rights",
        "权利告知",
        "你单位对上列事实、依据有不同意见的，可以向本机关陈述、申辩；依法可以申请行政复议或者提起行政诉讼的，在法定期限内提出。",
    ),
)
FEEDBACK = _letter(
    "feedback",
    "抽查发现问题反馈单",
    "临淄指引（二十九）；迁林字〔2024〕11号 二（四）",
    Passage(
        "opening",
        "开头",
        "本机关在“双随机、一公开”抽查中发现 {entity} 存在下列问题。本次抽查到此为止，现反馈你单位，请按照日常监管职责依法依规处理。",
        ("entity", "matters"),
    ),
    Passage("request", "要求", "请在收到后签收回执，并于 {due} 前反馈处理结果。", ("due",)),
)
REFERRAL = _letter(
    "referral",
    "案件线索移送函",
    "临淄指引（二十九）",
    Passage(
        "opening",
        "开头",
        "本机关在“双随机、一公开”抽查中发现 {entity} 涉嫌存在下列违法行为。证据已固定，现将线索和有关材料移送你单位依法查处。",
        ("entity", "matters"),
    ),
    Passage(
        "request",
        "要求",
        "请在收到后签收回执，并于 {due} 前将是否立案（不予立案的，说明理由）和处理结果函告本机关。",
        ("due",),
    ),
)
JUDICIAL = _letter(
    "judicial",
    "涉嫌犯罪案件移送函",
    "临淄指引（二十九）；永泰县2020年方案 二（五）",
    Passage(
        "opening",
        "开头",
        "本机关在“双随机、一公开”抽查中发现 {entity} 的下列行为涉嫌犯罪。经本机关主要负责人批准，现将案件材料移送你单位依法处理。",
        ("entity", "matters"),
    ),
    Passage(
        "request",
        "要求",
        "请在回执上签字，并于 {due} 前将是否立案（不予立案的，说明理由）和处理结果通知本机关。",
        ("due",),
    ),
)
NOTIFY = _letter(
    "notify",
    "抄告函",
    "迁林字〔2024〕11号 二（四）；永泰县2020年方案 二（五）",
    Passage(
        "opening",
        "开头",
        "本机关在“双随机、一公开”抽查中发现 {entity} 存在下列情况，属于你单位职责范围，现予抄告。",
        ("entity", "matters"),
    ),
    Passage("request", "要求", "请依法处理，并于 {due} 前将处理结果函告本机关。", ("due",)),
)
LETTER_FORMS = {
    "rectify": RECTIFY,
    "feedback": FEEDBACK,
    "referral": REFERRAL,
    "judicial": JUDICIAL,
    "notify": NOTIFY,
}
# 发文机关代字后的文种
MARKS = {
    "rectify": "责改",
    "feedback": "反馈",
    "referral": "移送",
    "judicial": "移司",
    "notify": "抄告",
}
