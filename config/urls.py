"""Both sites in one process: the demo, and a bureau that runs one host."""

from config.urls_public import urlpatterns as public_patterns
from config.urls_staff import handler400, handler403, handler404, handler500
from config.urls_staff import urlpatterns as staff_patterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
urlpatterns = [*staff_patterns, *public_patterns]
