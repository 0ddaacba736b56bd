"""Addresses of sittings and draws; planning/urls.py joins them."""

from django.urls import URLPattern, path

from planning.views import draws, sittings, stage, witness

urlpatterns: list[URLPattern] = [
    path("sittings/", sittings.sitting_list, name="sitting-list"),
    path("sittings/new/", sittings.sitting_new, name="sitting-new"),
    path("sittings/<uuid:pk>/", sittings.sitting_detail, name="sitting-detail"),
    path("sittings/<uuid:pk>/witnesses/", sittings.witness_add, name="sitting-witness-add"),
    path(
        "sittings/<uuid:pk>/witnesses/<int:witness>/remove/",
        sittings.witness_remove,
        name="sitting-witness-remove",
    ),
    path(
        "sittings/<uuid:pk>/witnesses/again/",
        sittings.witness_take_over,
        name="sitting-witness-again",
    ),
    path("sittings/<uuid:pk>/discard/", sittings.discard, name="sitting-discard"),
    path("sittings/<uuid:pk>/lock/", sittings.lock, name="sitting-lock"),
    path("sittings/<uuid:pk>/slip/", sittings.slip, name="sitting-slip"),
    path("sittings/<uuid:pk>/slip/print/", sittings.slip_print, name="sitting-slip-print"),
    path("sittings/<uuid:pk>/slip/handed/", sittings.slip_handed, name="sitting-slip-handed"),
    path("sittings/<uuid:pk>/commit/", witness.commit, name="sitting-commit"),
    path("sittings/<uuid:pk>/open/", witness.open_digits, name="sitting-open"),
    path(
        "sittings/<uuid:pk>/witnesses/<int:witness>/here/",
        witness.here,
        name="sitting-witness-here",
    ),
    path("sittings/<uuid:pk>/beacon/", sittings.beacon, name="sitting-beacon"),
    path("sittings/<uuid:pk>/compute/", sittings.compute, name="sitting-compute"),
    path("sittings/<uuid:pk>/void/", sittings.void, name="sitting-void"),
    path("sittings/<uuid:pk>/void/decide/", sittings.void_decide, name="sitting-void-decide"),
    path("sittings/<uuid:pk>/stage/", stage.stage, name="sitting-stage"),
    path("sittings/offline-commitment/", witness.offline_page, name="sitting-offline-page"),
    path("draws/", draws.draw_list, name="draw-list"),
    path("draws/<str:number>/", draws.draw_detail, name="draw-detail"),
    path("draws/<str:number>/files/<str:name>", draws.draw_file, name="draw-file"),
    path("draws/<str:number>/sealed/", draws.draw_sealed, name="draw-sealed"),
]
