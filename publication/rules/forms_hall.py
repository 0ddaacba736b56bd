"""Fixed wording of what hangs in the service hall: the list of results and the poster (A79, A111)."""

from datetime import date
from typing import Any

from bureau.rules.forms import Form, Passage, define

# Name and explanation, parted by "：".
STEPS = (
    "公布计划：每年公布抽查事项清单和年度计划。",
    "公开摇号：随机抽取检查对象，随机匹配检查人员，监督人在场，任何人可以复算。",
    "审批告知：经主要负责人批准，送达检查通知书。",
    "上门检查：不少于两名持证人员，先亮证、再检查，按检查表逐项核对。",
    "审核公示：另一人审核，20个工作日内公示结果。",
    "后续处置：发现问题的责令改正或者移送，直到办结。",
)
LIST_FORM = define(
    Form(
        "hall_list",
        "“双随机、一公开”抽查结果公示表",
        "兵自然资发〔2020〕47号 二（四）；在政务服务大厅公示",
        (
            Passage(
                "lead",
                "表前说明",
                "按照“谁检查、谁公示”的原则，现将{period}公示的抽查结果予以公布，共 {count} 项。",
                ("period", "count"),
                ("period", "count"),
            ),
            Passage(
                "foot",
                "表后说明",
                "自然人隐去姓名，不显示证件号码。对公示的结果有异议的，可以向检查机关书面提出，检查机关自收到之日起20个工作日内复查。结果如有更正，以公示网站为准。",
            ),
        ),
        template="publication/documents/hall_list.html",
        example=lambda form: _list_example() | {"form": form},
    )
)
POSTER_FORM = define(
    Form(
        "hall_poster",
        "“双随机、一公开”监管一看就懂",
        "兵自然资发〔2020〕47号 二（四）；抽查流程、标准和不配合的后果向社会说明",
        (
            *(
                Passage(f"step_{number}", f"抽查怎样进行：第 {number} 步", text)
                for number, text in enumerate(STEPS, 1)
            ),
            Passage(
                "standards",
                "按什么标准检查",
                "检查事项、内容、依据和检查表全部公开，一个事项一张表，统一认定结果。检查不收取任何费用，不索要与检查无关的材料，不干扰正常生产经营。",
            ),
            Passage(
                "rights",
                "您的权利",
                "检查人员不足两名、不出示执法证件和检查通知书的，可以拒绝检查；可以申请回避，可以陈述申辩；对公示的结果可以提出异议。",
            ),
            Passage(
                "penalties",
                "不配合或者不改正的后果",
                "拒绝、阻挠检查，情节严重的，作为检查结果向社会公示。发现问题的，责令限期改正；逾期不改正或者违法的，依法予以行政处罚并公示，信息归集到信用平台，依法实施联合惩戒；涉嫌犯罪的，移送司法机关。",
            ),
            Passage(
                "ask",
                "二维码旁的说明",
                "扫码查询抽查结果、核验检查通知书和检查人员、提出异议。",
            ),
        ),
        head="plain",
        seal="none",
        template="publication/documents/hall_poster.html",
        example=lambda form: poster(form, url="https://example.gov.cn/", phone="0999-1234567"),
    )
)


def poster(form: dict[str, Any], *, url: str, phone: str) -> dict[str, Any]:
    """The poster's context from its wording."""
    words = [form["passages"][f"step_{number}"] for number in range(1, len(STEPS) + 1)]
    parts = [text.partition("：") for text in words]
    steps = [(name + sign, rest) for name, sign, rest in parts]
    return {"form": form, "steps": steps, "url": url, "phone": phone}


def _list_example() -> dict[str, Any]:
    row = {
        "entity_name": "示例石材有限公司",
        "entity_code": "91130000MA0EXAMPL5",
        "matter_name": "采矿权人履行义务情况检查",
        "unit_name": "示例国土所",
        "inspected_on": date(2026, 11, 3),
        "outcome_text": "未发现问题",
        "is_corrected": False,
    }
    return {"rows": [row] * 3, "authority": "示例县自然资源和规划局", "on": date(2026, 11, 21)}
