"""Cells of printed documents: plan, adjustment, 实施方案, 任务下达单, changes of people."""

from bureau.models import RuleSetting
from inspections.models import Replacement
from inspections.services import replacements
from tests.inspections.dispatch_cast import TODAY
from tests.site.access import cell
from tests.site.access_inspections import _visit, a_notice, a_replacement
from tests.site.access_planning import adjustment, plan, task
from tests.site.access_registry import recusal


def an_order(cast):
    visit = _visit(cast)
    return {"pk": visit.matters.first().task_id, "unit": visit.unit_id, "kind": "pdf"}, {}


def a_task_dispatched(cast):
    return {"pk": an_order(cast)[0]["pk"]}, {}


def _asked(cast):
    return Replacement.objects.get(pk=a_replacement(cast)[0]["pk"])


def a_change(cast):
    asked = _asked(cast)
    return {"pk": asked.visit_id, "number": asked.number}, {}


def a_change_known(cast):
    """Agreed, at a bureau that tells at once who goes."""
    asked = _asked(cast)
    replacements.consent(replacement=asked, actor=cast["everyone"], today=TODAY)
    RuleSetting.objects.create(
        authority=cast["bureau"], key="visit_disclosure", value="immediately", citation="测试"
    )
    return {"pk": asked.visit.matters.first().task_id}, {}


def a_list(cast):
    return {"kind": "pdf"}, {}


CELLS = [
    cell("registry:matter-list-file", make=a_list, outsider=200),
    cell("registry:recusal-pdf", make=recusal),
    cell("planning:plan-pdf", make=plan),
    cell("planning:adjustment-pdf", make=adjustment),
    cell("planning:adjustment-docx", make=adjustment),
    cell("planning:task-scheme-pdf", make=task),
    cell("inspections:task-papers", make=a_task_dispatched),
    cell("inspections:visit-papers", make=a_notice),
    cell("inspections:task-order", make=an_order),
    cell("inspections:task-reserves", make=a_change_known),
    cell("inspections:replacement-pdf", make=a_change),
]
