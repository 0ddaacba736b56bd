"""抽样取证凭证: its fixed wording (A65, A73; DOMAIN E), and a made-up one for a preview."""

from datetime import datetime
from typing import Any

from bureau.rules.forms import Form, Passage, define

SAMPLE_FORM = define(
    Form(
        "sample_sheet",
        "抽样取证凭证",
        "行政处罚法第五十六条（抽样取证）；临淄指引（二十四）（三十二）：抽样检测，检查人员对样品负责",
        (
            Passage(
                "told",
                "告知",
                "因检查需要，{authority}依法对{entity}的下列物品抽样取证。抽样时已通知当事人到场，样品当场加封，由当事人确认。",
                ("entity",),
                ("entity",),
            ),
            Passage(
                "rights",
                "当事人权利",
                "当事人对抽样程序有异议的，可以当场提出并在本凭证上注明；对检测结果有异议的，可以自收到结果之日起在规定期限内申请复检，备样用于复检。",
            ),
            Passage(
                "confirmed",
                "当事人确认",
                "以上样品的名称、数量和封条号核对无误，封样时本人在场。",
            ),
        ),
        seal="none",
        template="inspections/documents/sample_sheet.html",
        example=lambda form: _example() | {"form": form},
    )
)


def _example() -> dict[str, Any]:
    return {
        "authority": "示例县自然资源和规划局",
        "entity": "示例县青石矿业有限公司",
        "address": "示例县北山镇青石沟村",
        "visit": "示例抽查〔2026〕3号-07",
        "matter": "矿产资源开发利用情况检查",
        "sample": {
            "number": "示例抽样〔2026〕1号",
            "name": "石灰岩原矿",
            "specification": "块状",
            "batch": "2026年11月",
            "quantity": "2 袋 × 5 kg",
            "base": "当日产出 300 t",
            "reserve": "1 袋，封存于当事人处",
            "place": "采场东侧工作面",
            "seal_number": "0001238",
            "is_party_present": True,
            "witness": "",
            "taken_at": datetime(2026, 11, 10, 10, 20),
        },
        "team": ["示例人员（SL-0001）", "示例人员（SL-0002）"],
        "links": [],
        "results": [],
    }
