"""Made-up content for previews of planning's forms: nobody and nothing of this is real."""

from datetime import UTC, date, datetime
from typing import Any

from bureau.rules.form_examples import EXAMPLES, Many

AUTHORITY = {"name": "示例县自然资源和规划局"}
UNIT = {"name": "矿产资源管理科"}
AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
DIGEST = "3f9a" * 16


def plan(form: dict[str, Any]) -> dict[str, Any]:
    return {
        "plan": {
            "title": "示例县自然资源和规划局2026年度抽查工作计划",
            "year": 2026,
            "version": 1,
            "basis": "示例省自然资源随机抽查工作指引。",
            "requirements": "统筹安排，避免重复检查。\n检查结果按期公示。",
            "authority": AUTHORITY,
            "published_at": date(2026, 1, 20),
        },
        "items": [_item(number) for number in range(1, 13)],
        "title_lines": [AUTHORITY["name"], "2026年度抽查工作计划"],
    }


def _item(number: int) -> dict[str, Any]:
    return {
        "number": number,
        "name": f"示例抽查任务之{number}",
        "matters": Many([{"name": "矿产资源开发利用情况检查"}, {"name": "矿山地质环境保护检查"}]),
        "scope_text": "全县采矿权人，信用风险 B 类以下",
        "ratio_text": "5%",
        "base_count": 120,
        "estimate": 6,
        "frequency": "1次/年",
        "period_from": date(2026, 3, 1),
        "period_to": date(2026, 11, 10),
        "lead": UNIT,
        "participants": Many([{"name": "示例县林业和草原局"}]),
    }


def adjustment(form: dict[str, Any]) -> dict[str, Any]:
    return {
        "adjustment": {
            "number": 1,
            "reason": "上级部署专项整治，原任务合并开展。",
            "decided_by": {"full_name": "示例负责人"},
            "decided_at": date(2026, 6, 3),
            "state": "approved",
        },
        "plan": {"title": EXAMPLES["plan"], "authority": AUTHORITY, "year": 2026},
        "rows": [
            {
                "op": "修改",
                "name": "示例抽查任务之三",
                "differences": [
                    {"label": "抽查比例", "old": "5%", "new": "8%"},
                    {"label": "结束", "old": "2026-06-30", "new": "2026-09-30"},
                ],
            },
            {"op": "取消", "name": "示例抽查任务之九", "differences": []},
        ],
    }


def scheme(form: dict[str, Any]) -> dict[str, Any]:
    texts = form["passages"]
    lines = [
        (False, texts["opening"]),
        (True, "一、抽查时间"),
        (False, "2026年3月9日至2026年4月10日。"),
        (True, "二、抽查对象及比例"),
        (False, "抽查范围：全县采矿权人。预计抽取 6 户。"),
        (True, "三、抽查内容和部门"),
        (False, "由矿产资源管理科组织，抽查矿产资源开发利用情况。"),
        (True, "四、名单抽取及派发"),
        (False, texts["drawing"]),
        (False, texts["dispatch"]),
        (True, "五、组织实施"),
        (False, texts["carrying_out"]),
    ]
    return {
        "task": {
            "name": EXAMPLES["task_name"],
            "number": EXAMPLES["task"],
            "authority": AUTHORITY,
            "drawn_at": date(2026, 3, 2),
        },
        "lines": lines,
        "facts": [("组织科室", UNIT["name"]), ("执行单位", EXAMPLES["unit"])],
    }


def draw_record(form: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {
            "stratum": "采矿权人",
            "rank": rank,
            "is_reserve": rank > 2,
            "code": f"9199012200000{rank:04d}X",
            "name": f"示例矿业{rank}号有限公司",
            "ticket": DIGEST,
        }
        for rank in range(1, 5)
    ]
    draw = {
        "number": "示例抽查〔2026〕3号-01",
        "task_number": EXAMPLES["task"],
        "task_name": EXAMPLES["task_name"],
        "n": 1,
        "is_entities": True,
        "locked_at": AT,
        "computed_at": AT,
        "matters": ["矿产资源开发利用情况检查"],
        "size_text": "候选 120 户，抽取 2 户，递补 2 户",
        "reveal": "完成后公开",
        "a": DIGEST,
        "previous": DIGEST,
        "commitments": [("示例监督人", DIGEST)],
        "seed": DIGEST,
        "result_sha256": DIGEST,
        "is_revealed": True,
        "strata": [{"label": "采矿权人", "count": 120, "k": 2, "reserve": 2, "rows": rows}],
        "files": [{"name": "pool.tsv", "size": 4096, "sha256": DIGEST}],
    }
    return {
        "sheet": {
            "sitting": {
                "title": "三月摇号会",
                "unit": UNIT,
                "planned_at": AT,
                "place": "局会议室",
            },
            "operator": "示例操作人",
            "protocol": "ssj1",
            "slip": "已打印",
            "witnesses": [
                {
                    "name": "示例监督人",
                    "capacity": "局办公室",
                    "digits": "271828",
                    "given": "2026年3月2日 10:05 本机",
                }
            ],
            "draws": [draw],
            "promises": ["名单在种子产生之前已经锁定。"],
            "not_promised": ["名录库本身是否完整。"],
        },
        "receipt": None,
        "head": None,
        "check_url": "https://example.invalid/draws/",
    }
