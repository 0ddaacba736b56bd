from inspections.urls_dispatch import urlpatterns as dispatch_patterns
from inspections.urls_disposals import urlpatterns as disposal_patterns
from inspections.urls_documents import urlpatterns as document_patterns
from inspections.urls_entry import urlpatterns as entry_patterns
from inspections.urls_evidence import urlpatterns as evidence_patterns
from inspections.urls_fieldwork import urlpatterns as fieldwork_patterns
from inspections.urls_papers import urlpatterns as paper_patterns
from inspections.urls_teams import urlpatterns as team_patterns

app_name = "inspections"
urlpatterns = [
    *dispatch_patterns,
    *team_patterns,
    *document_patterns,
    *paper_patterns,
    *evidence_patterns,
    *disposal_patterns,
    *entry_patterns,
    *fieldwork_patterns,
]
