"""At the door besides the checklist: entries, the firm's code, interruptions, directions. Joined by inspections/urls.py."""

from django.urls import URLPattern, path

from inspections.views import entry, interruptions

urlpatterns: list[URLPattern] = [
    path("field/scan/<str:token>/", entry.scan, name="field-scan"),
    path("field/<uuid:pk>/entry/", entry.entry, name="field-entry"),
    path("field/<uuid:pk>/late/", entry.late, name="field-late"),
    path("field/<uuid:pk>/route/", entry.route, name="field-route"),
    path("field/<uuid:pk>/pause/", interruptions.pause, name="field-pause"),
    path("field/<uuid:pk>/resume/", interruptions.resume, name="field-resume"),
    path("field/<uuid:pk>/second/", interruptions.second, name="field-second"),
    path("firm-codes/<int:pk>/", entry.firm_code, name="firm-code"),
    path("firm-codes/<int:pk>/code.pdf", entry.firm_code_pdf, name="firm-code-pdf"),
    path("entries/late/", entry.late_entries, name="late-entries"),
]
