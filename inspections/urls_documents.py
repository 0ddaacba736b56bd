from django.urls import path

from inspections.views import documents, notice_bundles, prechecks

urlpatterns = [
    path("visits/<uuid:pk>/notice.pdf", documents.notice_pdf, name="notice-pdf"),
    path("visits/<uuid:pk>/sheet.pdf", documents.sheet_pdf, name="sheet-pdf"),
    path("visits/<uuid:pk>/tell/", notice_bundles.tell_firm, name="visit-tell"),
    path("tasks/<uuid:pk>/notices/", notice_bundles.task_notices, name="task-notices"),
    path("notices/bound/<uuid:pk>.pdf", notice_bundles.notice_bundle, name="notice-bundle"),
    path("visits/<uuid:pk>/precheck/", prechecks.precheck, name="precheck"),
    path("visits/<uuid:pk>/precheck.pdf", prechecks.precheck_pdf, name="precheck-pdf"),
]
