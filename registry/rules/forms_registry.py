"""随机抽查事项清单 and 回避申请（决定）书: their fixed wording (DOMAIN E), and made-up ones for a preview."""

from datetime import date
from typing import Any

from bureau.rules.form_examples import EXAMPLES
from bureau.rules.forms import Form, Passage, define


def _matters(form: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {
            "code": f"SL-{n:02d}", "name": f"示例抽查事项之{n}", "object_text": "采矿权人", "category": "一般检查事项",
            "content": "是否按批准范围开采；是否履行地质环境保护义务", "methods": "实地核查", "body": "县级自然资源主管部门",
            "basis": "《示例条例》第八条", "ratio": "5%；1次/年", "level": "县级",
        }
        for n in range(1, 9)
    ]  # fmt: skip
    return {
        "authority": "示例县自然资源和规划局",
        "rows": rows,
        "on": date(2026, 1, 12),
        "filled_by": "示例填报人",
    }


def _recusal(form: dict[str, Any]) -> dict[str, Any]:
    return {
        "authority": "示例县自然资源和规划局",
        "person": "李示例",
        "certificate": "990100002",
        "entity": EXAMPLES["entity"],
        "cause": "近亲属关系",
        "note": "配偶在该公司任会计。",
        "declared": "李示例　2026年3月2日",
        "state": "有效",
        "lifted": "",
    }


MATTER_LIST_FORM = define(
    Form(
        "matter_list",
        "随机抽查事项清单",
        "临淄指引（八）：事项、对象、类别、方式、主体、依据；兵自然资发〔2020〕47号 二（一）：抽查比例和频次",
        (
            Passage(
                "note",
                "填表说明",
                "填表说明：本清单依据法律、法规、规章编制，随立改废动态调整并及时公布；未列入清单的事项不得开展随机抽查。",
            ),
        ),
        template="registry/documents/matter_list.html",
        example=_matters,
    )
)

RECUSAL_FORM = define(
    Form(
        "recusal",
        "回避申请（决定）书",
        "临淄指引（二十一）：与检查对象有利害关系的应当申请回避",
        (
            Passage(
                "request",
                "申请",
                "本人与下列检查对象存在可能影响公正检查的关系，按照规定申请回避。",
            ),
            Passage(
                "decision",
                "决定",
                "同意回避。自登记之日起，随机匹配和人员调整时不安排该人员检查该对象。",
            ),
        ),
        template="registry/documents/recusal.html",
        example=_recusal,
    )
)
