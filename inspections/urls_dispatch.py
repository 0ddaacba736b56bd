"""From the draw to the door: dispatch, teams, orders, notices, and the visit's own page. Joined by inspections/urls.py."""

from django.urls import URLPattern, path

from inspections.views import dispatch, orders, visits

urlpatterns: list[URLPattern] = [
    path("visits/", visits.visit_list, name="visit-list"),
    path("visits/<uuid:pk>/", visits.visit_detail, name="visit-detail"),
    path("visits/<uuid:pk>/split/", dispatch.split, name="visit-split"),
    path("visits/<uuid:pk>/deemed-done/", dispatch.deem_done, name="visit-deem-done"),
    path("visits/<uuid:pk>/notice/", orders.notice_issue, name="notice-issue"),
    path("visits/<uuid:pk>/notice/delivery/", orders.notice_deliver, name="notice-deliver"),
    path("tasks/<uuid:pk>/dispatch/", dispatch.dispatch, name="dispatch"),
    path("tasks/<uuid:pk>/order/", orders.order_request, name="order-request"),
    path("orders/", orders.order_list, name="order-list"),
    path("orders/<uuid:pk>/", orders.order_detail, name="order-detail"),
]
