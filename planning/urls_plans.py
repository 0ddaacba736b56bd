"""Addresses of plans and adjustments."""

from django.urls import path

from planning.views import adjustments, plans

urlpatterns = [
    path("plans/", plans.plan_list, name="plan-list"),
    path("plans/new/", plans.plan_create, name="plan-create"),
    path("plans/<int:pk>/", plans.plan_detail, name="plan-detail"),
    path("plans/<int:pk>/change/", plans.plan_change, name="plan-change"),
    path("plans/<int:pk>/items/new/", plans.item_add, name="plan-item-add"),
    path("plans/<int:pk>/items/count/", plans.item_count, name="plan-item-count"),
    path("plans/<int:pk>/items/<int:item>/", plans.item_change, name="plan-item-change"),
    path("plans/<int:pk>/items/<int:item>/remove/", plans.item_remove, name="plan-item-remove"),
    path("plans/<int:pk>/submit/", plans.plan_submit, name="plan-submit"),
    path("plans/<int:pk>/approve/", plans.plan_approve, name="plan-approve"),
    path("plans/<int:pk>/return/", plans.plan_return, name="plan-return"),
    path("plans/<int:pk>/publish/", plans.plan_publish, name="plan-publish"),
    path("plans/<int:pk>/print/", plans.plan_print, name="plan-print"),
    path("plans/<int:pk>/docx/", plans.plan_docx, name="plan-docx"),
    path("plans/<int:pk>/filings/<int:filing>/", plans.filing_receive, name="filing-receive"),
    path("plans/<int:pk>/adjust/", adjustments.adjustment_add, name="adjustment-add"),
    path(
        "plans/<int:pk>/adjust/<int:item>/",
        adjustments.adjustment_change,
        name="adjustment-change",
    ),
    path(
        "plans/<int:pk>/adjust/<int:item>/remove/",
        adjustments.adjustment_remove,
        name="adjustment-remove",
    ),
    path("adjustments/<int:pk>/", adjustments.adjustment_detail, name="adjustment-detail"),
    path("adjustments/<int:pk>/decide/", adjustments.adjustment_decide, name="adjustment-decide"),
]
