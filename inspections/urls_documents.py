from django.urls import path

from inspections.views import documents, prechecks

urlpatterns = [
    path("visits/<uuid:pk>/notice.pdf", documents.notice_pdf, name="notice-pdf"),
    path("visits/<uuid:pk>/sheet.pdf", documents.sheet_pdf, name="sheet-pdf"),
    path("visits/<uuid:pk>/precheck/", prechecks.precheck, name="precheck"),
    path("visits/<uuid:pk>/precheck.pdf", prechecks.precheck_pdf, name="precheck-pdf"),
]
