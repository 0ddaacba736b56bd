from django.urls import path

from registry.views import papers

urlpatterns = [
    path("matters/list.<str:kind>", papers.matter_list, name="matter-list-file"),
    path("recusals/<int:pk>/form.pdf", papers.recusal, name="recusal-pdf"),
]
