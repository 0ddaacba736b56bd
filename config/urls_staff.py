"""The staff desk (政务外网) and the administrators' pages."""

from django.contrib import admin
from django.urls import include, path

from config.home import home

urlpatterns = [
    path("desk/", home, name="home"),
    path("desk/", include("bureau.urls")),
    path("desk/registry/", include("registry.urls")),
    path("desk/planning/", include("planning.urls")),
    path("desk/inspections/", include("inspections.urls")),
    path("desk/publication/", include("publication.urls")),
    path("admin/", admin.site.urls),
]
handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
