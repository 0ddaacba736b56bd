"""抽查结果更正审批表: its fixed wording (A81), and a made-up one for a preview."""

from datetime import UTC, datetime
from typing import Any

from bureau.rules.form_examples import EXAMPLES
from bureau.rules.forms import Form, Passage, define

_AT = datetime(2026, 11, 3, 1, 30, tzinfo=UTC)


def _example(form: dict[str, Any]) -> dict[str, Any]:
    visit = {
        "entity": EXAMPLES["entity"],
        "unit": {"name": EXAMPLES["unit"]},
        "number": EXAMPLES["visit"],
    }
    return {
        "row": {
            "number": "示例更正〔2026〕1号",
            "visit_matter": {
                "visit": visit,
                "matter": EXAMPLES["matters"],
                "task": {"number": EXAMPLES["task"]},
                "published_at": _AT,
            },
            "reason": "复查认定原结果有误。",
            "requested_by": {"full_name": "示例申请人"},
            "requested_at": _AT,
        },
        "differences": [
            {
                "label": "检查结果",
                "before": "发现问题已责令改正",
                "after": "未发现问题",
                "is_changed": True,
            },
            {"label": "后续处置", "before": "无需后续处置", "after": "", "is_changed": False},
        ],
    }


CORRECTION_FORM = define(
    Form(
        "correction",
        "抽查结果更正审批表",
        "临淄指引（二十七）：公示的结果不得更改，确有错误的，经主要负责人签字后更正",
        (
            Passage(
                "foot",
                "表后说明",
                "说明：更正后的结果按新的版本公示，公示页注明曾更正，并保留原结果的指纹。",
            ),
        ),
        seal="none",
        template="publication/documents/correction.html",
        example=_example,
    )
)
