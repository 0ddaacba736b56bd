"""Cells of printed documents: plan, adjustment and 实施方案."""

from tests.site.access import cell
from tests.site.access_planning import adjustment, plan, task

CELLS = [
    cell("planning:plan-pdf", make=plan),
    cell("planning:adjustment-pdf", make=adjustment),
    cell("planning:adjustment-docx", make=adjustment),
    cell("planning:task-scheme-pdf", make=task),
]
