from django.urls import path

from inspections.views import papers

urlpatterns = [
    path("tasks/<uuid:pk>/papers/", papers.of_task, name="task-papers"),
    path("visits/<uuid:pk>/papers/", papers.of_visit, name="visit-papers"),
    path("tasks/<uuid:pk>/assignment/<int:unit>.<str:kind>", papers.task_order, name="task-order"),
    path("tasks/<uuid:pk>/reserves.pdf", papers.reserves, name="task-reserves"),
    path(
        "visits/<uuid:pk>/replacements/<int:number>.pdf",
        papers.replacement,
        name="replacement-pdf",
    ),
]
