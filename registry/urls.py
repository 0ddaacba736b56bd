"""Pages of the registry: joined from one list per part."""

from registry.urls_imports import urlpatterns as import_patterns

app_name = "registry"
urlpatterns = [*import_patterns]
