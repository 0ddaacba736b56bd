"""Recordings, samples, others' conclusions, the site record. Joined by inspections/urls.py."""

from django.urls import URLPattern, path

from inspections.views import conclusions, recordings, samples, site_notes

urlpatterns: list[URLPattern] = [
    path("field/<uuid:pk>/recordings/", recordings.recordings, name="field-recordings"),
    path("field/<uuid:pk>/uploads/", recordings.begin, name="upload-begin"),
    path("field/uploads/<uuid:pk>/", recordings.piece, name="upload-piece"),
    path("field/uploads/<uuid:pk>/end/", recordings.give_up, name="upload-end"),
    path("field/<uuid:pk>/samples/", samples.field_samples, name="field-samples"),
    path("field/<uuid:pk>/note/", site_notes.note, name="field-note"),
    path("field/<uuid:pk>/note/sign/", site_notes.sign, name="field-note-sign"),
    path("visits/<uuid:pk>/note.pdf", site_notes.note_pdf, name="note-pdf"),
    path("samples/<uuid:pk>/", samples.detail, name="sample-detail"),
    path("samples/<uuid:pk>/handover/", samples.hand_over, name="sample-handover"),
    path("samples/<uuid:pk>/result/", samples.record_result, name="sample-result"),
    path("samples/<uuid:pk>/cancel/", samples.cancel, name="sample-cancel"),
    path("samples/<uuid:pk>/sheet.pdf", samples.sheet_pdf, name="sample-sheet"),
    path("matters/<uuid:pk>/entrust/", conclusions.entrust, name="conclusion-entrust"),
    path("matters/<uuid:pk>/conclusions/", conclusions.adopt, name="conclusion-adopt"),
    path("conclusions/<uuid:pk>/deliver/", conclusions.deliver, name="conclusion-deliver"),
    path("conclusions/<uuid:pk>/withdraw/", conclusions.withdraw, name="conclusion-withdraw"),
]
