"""后续处置 to its end: letters, steps, rechecks, requests, what is overdue. Joined by inspections/urls.py."""

from django.urls import URLPattern, path

from inspections.views import disposal_steps, overdue, rechecks

urlpatterns: list[URLPattern] = [
    path("disposals/overdue/", overdue.overdue, name="disposal-overdue"),
    path("disposals/overdue/list.<str:kind>", overdue.export, name="disposal-overdue-file"),
    path("disposals/<uuid:pk>/letter/", disposal_steps.letter, name="disposal-letter"),
    path("disposals/<uuid:pk>/receipt/", disposal_steps.receipt, name="disposal-receipt"),
    path("disposals/<uuid:pk>/steps/<slug:action>/", disposal_steps.step, name="disposal-step"),
    path("disposals/<uuid:pk>/escalate/", disposal_steps.escalate, name="disposal-escalate"),
    path("disposals/<uuid:pk>/ask/<slug:kind>/", disposal_steps.ask, name="disposal-ask"),
    path("disposals/<uuid:pk>/recheck/", rechecks.request_recheck, name="recheck-request"),
    path("asks/<uuid:pk>/", disposal_steps.ask_decide, name="disposal-ask-decide"),
    path("letters/<uuid:pk>/letter.<str:kind>", disposal_steps.letter_file, name="letter-file"),
    path("rechecks/<uuid:pk>/", rechecks.detail, name="recheck-detail"),
    path("rechecks/<uuid:pk>/record/", rechecks.record, name="recheck-record"),
    path("rechecks/<uuid:pk>/cancel/", rechecks.cancel, name="recheck-cancel"),
]
