"""Fixed wording of the papers before a visit, and made-up ones for a preview (A97, A101)."""

from datetime import date
from typing import Any

from bureau.rules.forms import Form, Passage, define

ORDER_FORM = define(
    Form(
        "order",
        "行政检查审批表",
        "国办发〔2024〕54号；司法部行政检查文书基本格式",
        (
            Passage("default_reason", "没有另写时的申请理由", "按年度抽查计划和抽取结果实施检查。"),
            Passage(
                "asking",
                "经办人意见",
                "检查事项、检查对象、检查人员和年度频次已经核对，提请审批。",
            ),
            Passage(
                "foot",
                "表后说明",
                "行政检查须经检查机关主要负责人批准后实施；情况紧急、需要当场检查的，应当及时报告并在规定期限内补办审批。",
            ),
        ),
        seal="none",
        template="inspections/documents/order_form.html",
        example=lambda form: _order_example() | {"form": form},
    )
)


def _order_example() -> dict[str, Any]:
    row = {
        "name": "示例石材有限公司",
        "code": "91130000MA0EXAMPL5",
        "address": "示例县示例镇一号",
        "matters": ["采矿权人履行义务情况检查"],
        "officers": "张示例（组长，990100001）、李示例（990100002）",
        "frequency": ["本年第 1 次（上限 2 次）", "计入年度频次 1 次（公布的上限 4 次）"],
        "problems": [],
        "lifted": [],
    }
    day = date(2026, 11, 3)
    return {
        "order": {
            "number": "示例检查审批〔2026〕8号",
            "requested_at": day,
            "requested_by": "王示例",
            "is_emergency": False,
            "reason": "",
        },
        "authority": "示例县自然资源和规划局",
        "unit": "示例国土所",
        "task": "矿业权人抽查（示自然资双随机〔2026〕2号）",
        "matters": [{"name": "采矿权人履行义务情况检查", "basis": "《矿产资源法》", "content": ""}],
        "methods": "实地核查",
        "window_from": day,
        "window_to": date(2026, 11, 28),
        "rows": [row],
        "only": row,
        "over": [],
        "lifted": [],
        "is_approved": False,
        "is_refused": False,
    }


PRECHECK_FORM = define(
    Form(
        "precheck",
        "预查比对表",
        "临淄指引（二十六）1：检查前调取有关信息预查比对，确定检查方式和检查表单",
        (
            Passage(
                "bring",
                "每次都带的器材和材料",
                "行政执法证、检查通知书、抽查情况记录表、执法记录仪。",
            ),
            Passage(
                "foot",
                "表后说明",
                "本表由检查组在上门检查前填写，与检查情况一并归档；不适用的项目写明原因。",
            ),
        ),
        seal="none",
        template="inspections/documents/precheck.html",
        example=lambda form: {"sheet": _precheck_example() | {"form": form}},
    )
)


def _precheck_example() -> dict[str, Any]:
    return {
        "authority": "示例县自然资源和规划局",
        "unit": "示例国土所",
        "visit": "SLX-2026-J0008",
        "entity": "示例石材有限公司",
        "window_from": date(2026, 11, 3),
        "window_to": date(2026, 11, 28),
        "lines": [
            {
                "label": "登记状态和住所",
                "lines": ["登记状态：存续", "住所：示例县示例镇一号"],
                "result": "已比对",
                "note": "",
                "by": "张示例",
                "is_bad": False,
            }
        ],
        "matters": [
            {
                "name": "采矿权人履行义务情况检查",
                "basis": "《矿产资源法》",
                "checklist": "采矿权检查表（第 1 版），12 项",
                "guide": "",
                "materials": "采矿许可证、开采台账",
                "suggested": "实地核查",
                "methods": "实地核查",
            }
        ],
        "tools": ["测量器具（米）"],
        "bring": "",
        "done_by": "张示例",
        "done_at": date(2026, 11, 2),
    }


# Passages of the notice that are lists; `conduct` is what binds those who come: no interference, no fees, nothing that
# has no bearing on the inspection (A72, A101).
LISTS = ("rights", "conduct", "duties")
NOTICE_FORM = define(
    Form(
        "notice",
        "行政检查通知书",
        "国办发〔2024〕54号；司法部行政检查文书基本格式：告知检查频次、“五个严禁”、“八个不得”，保障申请回避、陈述申辩的权利；临淄指引（二十六）2、（三十一）",
        (
            Passage(
                "opening",
                "开头",
                "根据双随机抽查任务（{task}），经批准（{number}），决定对你单位进行检查。现将有关事项通知如下：",
                ("task", "number"),
                ("number",),
            ),
            Passage(
                "materials",
                "没有须准备的资料时",
                "无须专门准备，请保持有关证照和台账可以查阅。",
            ),
            Passage(
                "rights",
                "权利（一行一条）",
                "检查人员不足两名、不出示行政执法证件和本通知书的，你单位有权拒绝检查。\n"
                "认为检查人员与你单位有直接利害关系或者有其他关系可能影响公正检查的，你单位有权申请其回避。\n"
                "你单位有权就检查事项和检查结果进行陈述、申辩。",
            ),
            Passage(
                "conduct",
                "检查人员的纪律（一行一条）",
                "严禁逐利检查：不得接受馈赠、报酬和福利，不得参加你单位提供的宴请、娱乐、旅游，不得由你单位支付消费开支或者转嫁检查费用，不得强制接受指定的中介服务。\n"
                "严禁干扰企业正常生产经营：不得刻意要求法定代表人到场，不得索要与检查无关的材料。\n"
                "严禁任性处罚企业：不得乱查封、乱扣押、乱冻结、动辄责令停产停业。\n"
                "严禁下达检查指标：不得将考核考评、预算项目绩效与检查频次、罚款数额挂钩。\n"
                "严禁变相检查：不得以观摩、督导、考察等名义行检查之实。",
            ),
            Passage(
                "duties",
                "义务（一行一条）",
                "请配合检查，如实说明情况、提供所需资料；拒绝、阻挠检查情节严重的，依法处理并向社会公示。\n"
                "本次检查未发现问题，不作为你单位今后免除法律责任的依据。",
            ),
            Passage(
                "verify",
                "核验说明",
                "查不到或人员不符的，您有权拒绝检查，并请拨打 {phone}。",
                ("phone",),
                ("phone",),
            ),
        ),
        template="inspections/documents/notice.html",
        example=lambda form: _notice_example(form),
    )
)


def notice_values(notice: dict[str, Any]) -> dict[str, str]:
    """What stands in the places, from the content of a notice."""
    return {
        "task": "；".join(notice["tasks"]),
        "number": notice["order"]["number"],
        "phone": notice["contact"]["phone"],
    }


def items(text: str) -> list[str]:
    """A passage that is a list: one item on each line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _notice_example(form: dict[str, Any]) -> dict[str, Any]:
    day = date(2026, 11, 3)
    return {
        "notice": {
            "form": form,
            **{name: items(form["passages"][name]) for name in LISTS},
            "number": "示例检查通知〔2026〕8号",
            "authority": "示例县自然资源和规划局",
            "entity": {"name": "示例石材有限公司", "code": "91130000MA0EXAMPL5"},
            "matters": [
                {
                    "name": "采矿权人履行义务情况检查",
                    "content": "是否按批准范围开采",
                    "methods": ["实地核查"],
                    "basis": "《矿产资源法》",
                    "materials": "采矿许可证、开采台账",
                }
            ],
            "inspectors": [
                {
                    "name": "张示例",
                    "certificate_name": "行政执法证",
                    "certificate_no": "990100001",
                    "is_leader": True,
                }
            ],
            "usage": {
                "text": "本年第 1 次（上限 2 次）",
                "cap": "计入年度频次 1 次（公布的上限 4 次）",
            },
            "contact": {"name": "张示例", "phone": "0000-0000000", "address": "示例县示例路一号"},
            "check_url": "https://example.invalid/check/EXAMPLE/",
            "token": "EXAMPLE",
            "issued_at": day,
        },
        "window_from": day,
        "window_to": date(2026, 11, 28),
        "has_materials": True,
    }
