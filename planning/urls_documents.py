from django.urls import path

from planning.views import documents

urlpatterns = [
    path("sittings/<uuid:pk>/record.pdf", documents.record_pdf, name="sitting-record-pdf"),
    path("sittings/<uuid:pk>/record.docx", documents.record_docx, name="sitting-record-docx"),
    path("plans/<int:pk>/plan.pdf", documents.plan_pdf, name="plan-pdf"),
    path("adjustments/<int:pk>/table.pdf", documents.adjustment_pdf, name="adjustment-pdf"),
    path("adjustments/<int:pk>/table.docx", documents.adjustment_docx, name="adjustment-docx"),
    path("tasks/<uuid:pk>/scheme.pdf", documents.scheme_pdf, name="task-scheme-pdf"),
]
