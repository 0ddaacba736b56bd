from django.urls import path

from publication.views import fairness

urlpatterns = [
    path("fairness/", fairness.fairness, name="fairness"),
    path("fairness/<str:code>/", fairness.fairness_of, name="fairness-of"),
    path("fairness/<str:code>/<slug:name>.csv", fairness.fairness_csv, name="fairness-csv"),
]
