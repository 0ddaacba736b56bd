"""What planning's documents print, for PDF and Word alike: plan, adjustment, 实施方案 (A30–A32)."""

from typing import Any

from bureau.models import Agency
from bureau.services import wordings
from planning.models import Plan, PlanAdjustment, PlanItem, Task
from planning.rules.forms_planning import (
    ADJUSTMENT_FORM,
    DRAW_RECORD_FORM,
    PLAN_FORM,
    SCHEME_FORM,
)
from planning.rules.scheme import values_of
from planning.rules.titles import title_lines
from planning.selectors import plans, tasks

HEADINGS = tuple(f"{numeral}、" for numeral in "一二三四五六七八九十")


def plan(row: Plan) -> dict[str, Any]:
    items = [item for item in plans.items_of(row) if item.state == PlanItem.State.ACTIVE]
    form = wordings.of(PLAN_FORM.key, row.authority, year=str(row.year))
    lines = title_lines(row.title, row.authority.name)
    return {"plan": row, "items": items, "form": form, "title_lines": lines}


def adjustment(row: PlanAdjustment) -> dict[str, Any]:
    form = wordings.of(
        ADJUSTMENT_FORM.key, row.plan.authority, plan=row.plan.title, number=str(row.number)
    )
    rows = plans.adjustment_rows(row)
    return {"adjustment": row, "plan": row.plan, "rows": rows, "form": form}


def scheme(task: Task, today: Any) -> dict[str, Any]:
    """The text as people left it; the wording gives title, head and seal."""
    facts = tasks.scheme_facts(task, today)
    lines = [line.strip() for line in task.scheme.splitlines() if line.strip()]
    return {
        "task": task,
        "form": wordings.of(SCHEME_FORM.key, task.authority, **values_of(facts)),
        "lines": [(line.startswith(HEADINGS), line) for line in lines],
        "facts": [
            ("组织科室", task.unit.name),
            ("执行单位", "、".join(facts.executing) or "–"),
            ("检查期", f"{task.window_from} 至 {task.window_to}"),
            ("抽查依据", facts.origin),
        ],
    }


def draw_record_form(authority: Agency) -> dict[str, Any]:
    return wordings.of(DRAW_RECORD_FORM.key, authority)
