"""From the door to the disposal: field work, results, review, disposals. Joined by inspections/urls.py."""

from django.urls import URLPattern, path

from inspections.views import delivery, disposals, field, outcomes, review

urlpatterns: list[URLPattern] = [
    path("field/", field.today, name="field-today"),
    path("field/worker.js", delivery.worker, name="field-worker"),
    path("field/app.webmanifest", delivery.web_app, name="field-app"),
    path("field/pages.json", delivery.pages, name="field-pages"),
    path("field/ping/", delivery.ping, name="field-ping"),
    path("field/unsent/", delivery.unsent, name="field-unsent"),
    path("field/matters/<uuid:pk>/<int:number>/settle/", delivery.settle, name="field-settle"),
    path("field/<uuid:pk>/", field.visit, name="field-visit"),
    path("field/<uuid:pk>/arrive/", field.arrive, name="field-arrive"),
    path("field/<uuid:pk>/start/", field.start, name="field-start"),
    path("field/<uuid:pk>/evidence/", field.evidence, name="field-evidence"),
    path("field/<uuid:pk>/signature/", field.signature, name="field-signature"),
    path("field/<uuid:pk>/finish/", field.finish, name="field-finish"),
    path("field/<uuid:pk>/trim/", field.trim, name="field-trim"),
    path("field/matters/<uuid:pk>/", field.checklist, name="field-checklist"),
    path("field/matters/<uuid:pk>/<int:number>/", field.item, name="field-item"),
    path("evidence/<uuid:pk>/small/", field.thumbnail, name="evidence-thumbnail"),
    path("matters/<uuid:pk>/", outcomes.detail, name="outcome-detail"),
    path("matters/<uuid:pk>/record/", outcomes.record, name="outcome-record"),
    path("matters/<uuid:pk>/sign/", outcomes.sign, name="outcome-sign"),
    path("matters/<uuid:pk>/submit/", outcomes.submit, name="outcome-submit"),
    path("matters/<uuid:pk>/approve/", review.approve, name="review-approve"),
    path("matters/<uuid:pk>/return/", review.send_back, name="review-return"),
    path("matters/<uuid:pk>/disposals/new/", disposals.disposal_open, name="disposal-open"),
    path("reviews/", review.queue, name="review-list"),
    path("reviews/approve/", review.approve_clean, name="review-approve-clean"),
    path("disposals/", disposals.disposal_list, name="disposal-list"),
    path("disposals/<uuid:pk>/", disposals.detail, name="disposal-detail"),
    path("disposals/<uuid:pk>/close/", disposals.disposal_close, name="disposal-close"),
]
