"""From the draw to the door: dispatch, teams, orders, notices, and the visit's own page. Joined by inspections/urls.py."""

from django.urls import URLPattern, path

from inspections.views import dispatch, orders, teams, visits

urlpatterns: list[URLPattern] = [
    path("visits/", visits.visit_list, name="visit-list"),
    path("visits/<uuid:pk>/", visits.visit_detail, name="visit-detail"),
    path("visits/<uuid:pk>/split/", dispatch.split, name="visit-split"),
    path("visits/<uuid:pk>/deemed-done/", dispatch.deem_done, name="visit-deem-done"),
    path("visits/<uuid:pk>/assign/", teams.assign, name="visit-assign"),
    path(
        "visits/<uuid:pk>/members/<int:member_pk>/replace/",
        teams.replacement_request,
        name="replacement-request",
    ),
    path("visits/<uuid:pk>/notice/", orders.notice_issue, name="notice-issue"),
    path("visits/<uuid:pk>/notice/delivery/", orders.notice_deliver, name="notice-deliver"),
    path("tasks/<uuid:pk>/dispatch/", dispatch.dispatch, name="dispatch"),
    path("tasks/<uuid:pk>/order/", orders.order_request, name="order-request"),
    path(
        "tasks/<uuid:pk>/teams/<int:unit_pk>/",
        teams.sitting_prepare,
        name="team-sitting-prepare",
    ),
    path("teams/", teams.board, name="team-board"),
    path("sittings/<uuid:pk>/lock/", teams.sitting_lock, name="team-sitting-lock"),
    path("sittings/<uuid:pk>/compute/", teams.sitting_compute, name="team-sitting-compute"),
    path("replacements/<int:pk>/", teams.replacement_detail, name="replacement-detail"),
    path("replacements/<int:pk>/consent/", teams.replacement_consent, name="replacement-consent"),
    path("replacements/<int:pk>/pass/", teams.replacement_pass, name="replacement-pass"),
    path(
        "replacements/<int:pk>/designate/",
        teams.replacement_designate,
        name="replacement-designate",
    ),
    path("replacements/<int:pk>/decline/", teams.replacement_decline, name="replacement-decline"),
    path("orders/", orders.order_list, name="order-list"),
    path("orders/<uuid:pk>/", orders.order_detail, name="order-detail"),
]
