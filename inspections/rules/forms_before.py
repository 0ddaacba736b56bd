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
