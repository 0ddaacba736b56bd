"""Made-up content for previews of inspections' forms: nobody and nothing of this is real."""

from datetime import UTC, date, datetime
from typing import Any

from bureau.rules.form_examples import EXAMPLES

AUTHORITY = "示例县自然资源和规划局"
AT = datetime(2026, 11, 3, 1, 30, tzinfo=UTC)
FIRM = {"name": EXAMPLES["entity"], "code": EXAMPLES["code"], "address": "示例县北山镇青石沟村"}


def task_order(form: dict[str, Any]) -> dict[str, Any]:
    return {
        "authority": AUTHORITY,
        "unit": EXAMPLES["unit"],
        "number": EXAMPLES["task"],
        "on": date(2026, 10, 28),
        "matters": ["矿产资源开发利用情况检查", "矿山地质环境保护检查"],
        "rows": [
            {
                "visit": f"SLX-2026-J{n:04d}",
                "name": f"示例矿业{n}号有限公司",
                "code": f"91990122MA0000{n:03d}X",
                "address": "示例县北山镇青石沟村",
                "matters": "矿产资源开发利用情况检查",
                "window": "2026-11-02 至 2026-11-20",
                "leader": "张示例" if n == 1 else "",
                "team": "张示例（组长）、李示例" if n == 1 else "届时告知",
                "experts": "",
            }
            for n in range(1, 4)
        ],
    }


def replacement(form: dict[str, Any]) -> dict[str, Any]:
    return {
        "authority": AUTHORITY,
        "visit": {"number": EXAMPLES["visit"], "entity": FIRM["name"], "unit": EXAMPLES["unit"]},
        "number": 1,
        "leaver": "李示例（990100002，组员）",
        "joiner": "王示例（990100003，组员）",
        "how": "依次递补",
        "cause": "工作冲突",
        "note": "与同日的省级督查冲突。",
        "recusal": "",
        "passed_over": ["990100004：身体健康，示例负责人同意"],
        "requested": "赵示例　2026年11月3日 09:30",
        "decision": "同意更换。",
        "decided": "示例负责人　2026年11月3日 10:05",
        "state": "已更换",
    }


def reserves(form: dict[str, Any]) -> dict[str, Any]:
    return {
        "authority": AUTHORITY,
        "task": {"number": EXAMPLES["task"], "name": EXAMPLES["task_name"]},
        "entities": [
            {
                "stratum": "采矿权人",
                "old": "示例矿业2号有限公司（第 2 位）",
                "new": "示例矿业5号有限公司（第 5 位）",
                "cause": "注销",
                "note": "登记机关公示已注销",
                "approved": "示例负责人 2026-11-03",
                "ticket": "3f9a" * 16,
            }
        ],
        "people": [
            {
                "visit": EXAMPLES["visit"],
                "old": "李示例",
                "new": "王示例",
                "how": "依次递补",
                "cause": "工作冲突",
                "passed": "990100004：身体健康",
                "approved": "示例负责人 2026-11-03",
            }
        ],
    }


def deemed(form: dict[str, Any]) -> dict[str, Any]:
    lines = [
        [
            EXAMPLES["task"], EXAMPLES["task_name"], f"示例矿业{n}号有限公司", f"91990122MA0000{n:03d}X", f"SLX-2026-J{n:04d}",
            EXAMPLES["unit"], "注销", "登记机关公示已注销", "张示例", "示例负责人", "2026-11-03",
        ]
        for n in range(1, 4)
    ]  # fmt: skip
    totals = [[EXAMPLES["task"], EXAMPLES["task_name"], "3", "注销 3 户"]]
    return {
        "content": {"count": 3, "totals": totals, "lines": lines},
        "number": "示例视为完成〔2026〕1号",
        "owner": AUTHORITY,
        "to": EXAMPLES["to"],
        "on": date(2026, 11, 3),
    }


def record_sheet(form: dict[str, Any]) -> dict[str, Any]:
    lines = [
        {
            "number": n, "text": f"示例检查内容之{n}", "basis": "《示例条例》第八条", "limits": "", "answer": "符合" if n < 3 else "",
            "remark": "",
        }
        for n in range(1, 5)
    ]  # fmt: skip
    block = {
        "name": EXAMPLES["matters"], "task": EXAMPLES["task"], "task_name": EXAMPLES["task_name"], "methods": "实地核查", "outcome": "未发现问题",
        "findings": [], "disposals": ["无需后续处置"], "lines": lines,
    }  # fmt: skip
    return {
        "visit": {
            "number": EXAMPLES["visit"],
            "authority": {"name": AUTHORITY},
            "unit": {"name": EXAMPLES["unit"]},
            "place": "青石沟采场",
            "started_at": AT,
        },
        "entity": FIRM,
        "code": EXAMPLES["code"],
        "team": [{"name": "张示例", "part": "组长", "certificate": "990100001"}],
        "matters": [block],
        "signatures": [],
        "leader": "",
        "review": "",
        "publication": "",
    }
