"""Pages of the registry: joined from one list per part."""

from registry.urls_imports import urlpatterns as import_patterns
from registry.urls_papers import urlpatterns as paper_patterns
from registry.urls_registers import urlpatterns as register_patterns

app_name = "registry"
urlpatterns = [*register_patterns, *import_patterns, *paper_patterns]
