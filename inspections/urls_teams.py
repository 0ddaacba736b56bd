"""Who goes: matching in a sitting, decisions, replacements, the day and who may know. Joined by inspections/urls.py."""

from django.urls import URLPattern, path

from inspections.views import assignments, pools, replacements, teams, visits

urlpatterns: list[URLPattern] = [
    path("visits/<uuid:pk>/assign/", assignments.assign, name="visit-assign"),
    path("visits/<uuid:pk>/expert/", assignments.expert, name="visit-expert"),
    path("visits/<uuid:pk>/helper/", assignments.helper, name="visit-helper"),
    path("visits/<uuid:pk>/day/", assignments.plan_day, name="visit-plan-day"),
    path("visits/<uuid:pk>/look/", visits.visit_look, name="visit-look"),
    path(
        "visits/<uuid:pk>/members/<int:member_pk>/withdraw/",
        assignments.withdraw,
        name="visit-withdraw",
    ),
    path(
        "visits/<uuid:pk>/members/<int:member_pk>/replace/",
        replacements.replacement_request,
        name="replacement-request",
    ),
    path(
        "tasks/<uuid:pk>/teams/<int:unit_pk>/",
        teams.sitting_prepare,
        name="team-sitting-prepare",
    ),
    path("teams/", teams.board, name="team-board"),
    path("teams/consents/<int:pk>/", pools.consent, name="pool-consent"),
    path("sittings/<uuid:pk>/load/", teams.load, name="team-load"),
    path("sittings/<uuid:pk>/lock/", teams.sitting_lock, name="team-sitting-lock"),
    path("sittings/<uuid:pk>/compute/", teams.sitting_compute, name="team-sitting-compute"),
    path("replacements/<int:pk>/", replacements.replacement_detail, name="replacement-detail"),
    path(
        "replacements/<int:pk>/consent/",
        replacements.replacement_consent,
        name="replacement-consent",
    ),
    path("replacements/<int:pk>/pass/", replacements.replacement_pass, name="replacement-pass"),
    path(
        "replacements/<int:pk>/designate/",
        replacements.replacement_designate,
        name="replacement-designate",
    ),
    path(
        "replacements/<int:pk>/decline/",
        replacements.replacement_decline,
        name="replacement-decline",
    ),
]
