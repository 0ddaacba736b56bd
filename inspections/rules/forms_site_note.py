"""现场检查笔录: its fixed wording (A64–A66, A101; DOMAIN E), and a made-up one for a preview."""

from typing import Any

from bureau.rules.forms import Form, Passage, define

SITE_NOTE_FORM = define(
    Form(
        "site_note",
        "现场检查笔录",
        "司法部涉企行政检查文书（现场检查笔录）；临淄指引（二十五）（二十六）2",
        (
            Passage(
                "told",
                "表明身份和告知",
                "我们是{authority}的执法人员{person}，已向你出示执法证件，送达检查通知书。现依法进行检查，请予配合，如实说明情况、提供有关资料。",
                ("person",),
                ("person",),
            ),
            Passage(
                "rights",
                "告知权利",
                "你认为检查人员与你有直接利害关系或者有其他关系可能影响公正检查的，有权申请回避；对检查情况有权陈述、申辩。",
            ),
            Passage(
                "confirmed",
                "当事人确认",
                "以上笔录我已看过（已向我宣读过），与现场情况相符，没有遗漏和差错。",
            ),
        ),
        seal="none",
        template="inspections/documents/site_note.html",
        example=lambda form: {"note": _example() | {"form": form}},
    )
)


def _example() -> dict[str, Any]:
    return {
        "authority": "示例县自然资源和规划局",
        "visit": "示例抽查〔2026〕3号-07",
        "entity": "示例县青石矿业有限公司",
        "code": "91990122MA0EXAMPLE",
        "address": "示例县北山镇青石沟村",
        "place": "北山镇青石沟村采场",
        "party": "示例负责人（矿长）",
        "from": "2026年11月10日 9时05分",
        "to": "2026年11月10日 11时20分",
        "team": ["示例人员（SL-0001）", "示例人员（SL-0002）"],
        "recorder": "示例人员",
        "recorder_certificate": "SL-0002",
        "blocks": [
            {
                "name": "矿产资源开发利用情况检查",
                "counted": "检查表共 6 项：符合 5 项，不符合 1 项。",
                "problems": ["第 2 项“台阶高度”：不符合，实测 6.2 米，东侧工作面台阶超高。"],
                "samples": [],
                "conclusions": [],
            }
        ],
        "measures": [],
        "materials": "现场拍摄照片 4 张。",
        "text": "检查时采场正在作业，负责人全程陪同。",
        "signed": "",
        "refusal": "",
        "witness": "",
        "revision": 2,
        "digest": "",
    }
