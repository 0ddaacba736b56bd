"""Recordings, samples, others' conclusions, the site record. Joined by inspections/urls.py."""

from django.urls import URLPattern, path

from inspections.views import recordings

urlpatterns: list[URLPattern] = [
    path("field/<uuid:pk>/recordings/", recordings.recordings, name="field-recordings"),
    path("field/<uuid:pk>/uploads/", recordings.begin, name="upload-begin"),
    path("field/uploads/<uuid:pk>/", recordings.piece, name="upload-piece"),
    path("field/uploads/<uuid:pk>/end/", recordings.give_up, name="upload-end"),
]
