from django.urls import path

from publication import urls_fairness, urls_pushing
from publication.views import (
    corrections,
    desk,
    dossiers,
    firm_desk,
    hall,
    objection_papers,
    objections,
    penalties,
    schedules,
)

app_name = "publication"
urlpatterns = [
    *urls_fairness.urlpatterns,
    *urls_pushing.urlpatterns,
    path("", desk.queue, name="queue"),
    path("hall/", hall.hall_list, name="hall-list"),
    path("hall/poster.pdf", hall.hall_poster, name="hall-poster"),
    path("results/confirm/", desk.result_confirm, name="result-confirm"),
    path("results/publish/", desk.result_publish, name="result-publish"),
    path("results/schedule/", schedules.schedule, name="schedule"),
    path("results/<uuid:pk>/schedule/cancel/", schedules.schedule_cancel, name="schedule-cancel"),
    path("results/<uuid:pk>/withhold/", desk.withhold, name="withhold"),
    path(
        "results/<uuid:pk>/withhold/decide/",
        desk.nondisclosure_decide,
        name="nondisclosure-decide",
    ),
    path("records/<uuid:pk>/", desk.record_detail, name="record-detail"),
    path("corrections/", corrections.correction_list, name="correction-list"),
    path("corrections/new/<uuid:pk>/", corrections.correction_create, name="correction-create"),
    path("corrections/<uuid:pk>/", corrections.correction_detail, name="correction-detail"),
    path("corrections/<uuid:pk>/decide/", corrections.correction_decide, name="correction-decide"),
    path("corrections/<uuid:pk>/sheet.pdf", corrections.correction_pdf, name="correction-pdf"),
    path("dossiers/", dossiers.dossier_list, name="dossier-list"),
    path("dossiers/many/", dossiers.dossier_many, name="dossier-many"),
    path("dossiers/<uuid:pk>/", dossiers.dossier_of_visit, name="dossier-of-visit"),
    path("dossiers/<uuid:pk>/<uuid:task>/", dossiers.dossier_detail, name="dossier-detail"),
    path(
        "dossiers/<uuid:pk>/<uuid:task>/archive/", dossiers.dossier_archive, name="dossier-archive"
    ),
    path(
        "dossiers/<uuid:pk>/<uuid:task>/supplement/",
        dossiers.dossier_supplement,
        name="dossier-supplement",
    ),
    path("dossiers/<uuid:pk>/<uuid:task>/file.pdf", dossiers.dossier_pdf, name="dossier-pdf"),
    path("requests/", firm_desk.firm_request_list, name="firm-request-list"),
    path("requests/<uuid:pk>/", firm_desk.firm_request_detail, name="firm-request-detail"),
    path("ratings/", firm_desk.ratings, name="ratings"),
    path("penalties/", penalties.penalty_list, name="penalty-list"),
    path("penalties/new/", penalties.penalty_create, name="penalty-create"),
    path("penalties/<uuid:pk>/", penalties.penalty_detail, name="penalty-detail"),
    path("penalties/<uuid:pk>/amend/", penalties.penalty_amend, name="penalty-amend"),
    path("objections/", objections.objection_list, name="objection-list"),
    path("objections/new/", objections.objection_find, name="objection-find"),
    path("objections/new/<uuid:pk>/", objections.objection_create, name="objection-create"),
    path("objections/<uuid:pk>/", objections.objection_detail, name="objection-detail"),
    path("objections/<uuid:pk>/recheck/", objections.objection_recheck, name="objection-recheck"),
    path("objections/<uuid:pk>/accept/", objection_papers.accept, name="objection-accept"),
    path("objections/<uuid:pk>/decline/", objection_papers.decline, name="objection-decline"),
    path("objections/<uuid:pk>/files/", objection_papers.attach, name="objection-attach"),
    path(
        "objections/papers/<uuid:pk>/deliver/",
        objection_papers.paper_deliver,
        name="objection-paper-deliver",
    ),
    path(
        "objections/papers/<uuid:pk>/paper.<str:kind>",
        objection_papers.paper_file,
        name="objection-paper",
    ),
    path("objections/<uuid:pk>/reply/", objections.objection_reply, name="objection-reply"),
]
