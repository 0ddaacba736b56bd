from django.urls import path

from inspections.views import documents

urlpatterns = [
    path("visits/<uuid:pk>/notice.pdf", documents.notice_pdf, name="notice-pdf"),
    path("visits/<uuid:pk>/sheet.pdf", documents.sheet_pdf, name="sheet-pdf"),
]
