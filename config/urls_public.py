"""The public site: nothing here needs a staff session, nothing staff is served here."""

from django.urls import include, path

urlpatterns = [path("", include("publication.urls_public"))]
handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
