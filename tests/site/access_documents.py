"""Cells of the printed documents; where the libraries for PDF are missing the page says so (422)."""

from bureau.errors import RuleError
from bureau.services import documents
from tests.site import access_inspections, access_planning_draws
from tests.site.access import cell

try:
    documents._weasyprint()
    OK = 200
except RuleError:
    OK = 422

CELLS = [
    cell("inspections:notice-pdf", make=access_inspections.a_notice, ok=OK),
    cell("inspections:sheet-pdf", make=access_inspections.a_notice, ok=OK),
    cell("planning:sitting-record-pdf", make=access_planning_draws.locked, ok=OK),
]
