from django.urls import path

from planning.views import documents

urlpatterns = [
    path("sittings/<uuid:pk>/record.pdf", documents.record_pdf, name="sitting-record-pdf"),
    path("sittings/<uuid:pk>/record.docx", documents.record_docx, name="sitting-record-docx"),
]
