"""From the draw to the door: dispatch, teams, orders, notices, and the visit's own page. Joined by inspections/urls.py."""

from django.urls import URLPattern, path

from inspections.views import (
    deemed,
    dispatch,
    frequent,
    merges,
    order_documents,
    orders,
    transfers,
    visits,
)

urlpatterns: list[URLPattern] = [
    path("visits/", visits.visit_list, name="visit-list"),
    path("visits/<uuid:pk>/", visits.visit_detail, name="visit-detail"),
    path("visits/<uuid:pk>/split/", dispatch.split, name="visit-split"),
    path("visits/<uuid:pk>/deemed-done/", deemed.deem_done, name="visit-deem-done"),
    path("visits/<uuid:pk>/attempts/", deemed.attempt, name="visit-attempt"),
    path("visits/<uuid:pk>/transfer/", transfers.transfer_request, name="visit-transfer"),
    path("visits/<uuid:pk>/skip/", merges.skip_request, name="visit-skip"),
    path("visits/<uuid:pk>/merge/<uuid:task_pk>/agree/", merges.agree, name="merge-agree"),
    path("skips/<int:pk>/", merges.skip_decide, name="skip-decide"),
    path("lists/<int:pk>/", merges.list_check, name="list-check"),
    path("deemed/", deemed.deemed_list, name="deemed-list"),
    path("deemed/export.<str:kind>", deemed.export, name="deemed-export"),
    path("deemed/report/", deemed.report, name="deemed-report-new"),
    path("deemed/<int:pk>/", deemed.detail, name="deemed-detail"),
    path("deemed/reports/<uuid:pk>/", deemed.report_detail, name="deemed-report"),
    path("deemed/reports/<uuid:pk>/list.<str:kind>", deemed.report_file, name="deemed-report-file"),
    path("deemed/reports/<uuid:pk>/receive/", deemed.report_receive, name="deemed-report-receive"),
    path("transfers/", transfers.transfer_list, name="transfer-list"),
    path("transfers/<uuid:pk>/", transfers.transfer_detail, name="transfer-detail"),
    path("transfers/<uuid:pk>/accept/", transfers.accept, name="transfer-accept"),
    path("transfers/<uuid:pk>/decline/", transfers.decline, name="transfer-decline"),
    path("transfers/<uuid:pk>/withdraw/", transfers.withdraw, name="transfer-withdraw"),
    path("transfers/<uuid:pk>/notice.<str:kind>", transfers.notice, name="transfer-notice"),
    path("visits/<uuid:pk>/notice/", orders.notice_issue, name="notice-issue"),
    path("visits/<uuid:pk>/notice/delivery/", orders.notice_deliver, name="notice-deliver"),
    path("tasks/<uuid:pk>/dispatch/", dispatch.dispatch, name="dispatch"),
    path("tasks/<uuid:pk>/order/", orders.order_request, name="order-request"),
    path("visits/<uuid:pk>/order/", orders.order_request_one, name="order-request-one"),
    path("frequent/", frequent.frequent_list, name="frequent-list"),
    path("orders/", orders.order_list, name="order-list"),
    path("orders/<uuid:pk>/", orders.order_detail, name="order-detail"),
    path("orders/<uuid:pk>/form.<str:kind>", order_documents.order_file, name="order-file"),
]
