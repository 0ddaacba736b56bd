from planning.urls_documents import urlpatterns as document_patterns
from planning.urls_draws import urlpatterns as draw_patterns
from planning.urls_plans import urlpatterns as plan_patterns
from planning.urls_shares import urlpatterns as share_patterns
from planning.urls_tasks import urlpatterns as task_patterns

app_name = "planning"
urlpatterns = [*plan_patterns, *task_patterns, *draw_patterns, *document_patterns, *share_patterns]
