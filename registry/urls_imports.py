"""Pages of the Excel import; joined in registry/urls.py."""

from django.urls import path

from registry.views import imports

urlpatterns = [
    path("imports/", imports.import_list, name="import-list"),
    path("imports/new/", imports.import_upload, name="import-upload"),
    path("imports/template/<slug:kind>/", imports.import_template, name="import-template"),
    path("imports/<uuid:pk>/", imports.import_detail, name="import-detail"),
    path("imports/<uuid:pk>/rows/", imports.import_rows, name="import-rows"),
    path("imports/<uuid:pk>/commit/", imports.import_commit, name="import-commit"),
    path("imports/<uuid:pk>/drop/", imports.import_drop, name="import-drop"),
    path("imports/<uuid:pk>/restage/", imports.import_restage, name="import-restage"),
    path("imports/<uuid:pk>/errors.xlsx", imports.import_errors, name="import-errors"),
]
