"""Addresses of tasks."""

from django.urls import path

from planning.views import (
    supplements,
    task_detail,
    task_forecast,
    task_lists,
    task_new,
    task_pool,
    task_scheme,
    tasks,
)

urlpatterns = [
    path("tasks/", tasks.task_list, name="task-list"),
    path("tasks/start/", task_new.task_start, name="task-start"),
    path("tasks/short/<int:pk>/", task_new.task_short, name="task-short"),
    path("tasks/new/", task_new.task_create, name="task-create"),
    path("tasks/<uuid:pk>/", task_detail.task_detail, name="task-detail"),
    path("tasks/<uuid:pk>/change/", tasks.task_change, name="task-change"),
    path("tasks/<uuid:pk>/strata/", task_pool.task_strata, name="task-strata"),
    path("tasks/<uuid:pk>/groups/", task_pool.task_groups, name="task-groups"),
    path("tasks/<uuid:pk>/direct/", task_lists.task_direct, name="task-direct"),
    path("tasks/<uuid:pk>/whole/", task_lists.task_whole, name="task-whole"),
    path("tasks/<uuid:pk>/forecast/", task_forecast.task_forecast, name="task-forecast"),
    path("tasks/<uuid:pk>/pool/", task_pool.task_pool, name="task-pool"),
    path("tasks/<uuid:pk>/supplement/", supplements.task_supplement, name="task-supplement"),
    path("tasks/<uuid:pk>/picks/", task_pool.task_picks, name="task-picks"),
    path("tasks/<uuid:pk>/confirm/", task_pool.task_confirm, name="task-confirm"),
    path("tasks/<uuid:pk>/scheme/", task_scheme.task_scheme, name="task-scheme"),
    path("tasks/<uuid:pk>/scheme/docx/", task_scheme.task_scheme_docx, name="task-scheme-docx"),
    path("tasks/<uuid:pk>/ready/", tasks.task_ready, name="task-ready"),
    path("tasks/<uuid:pk>/reopen/", tasks.task_reopen, name="task-reopen"),
    path("tasks/<uuid:pk>/cancel/", tasks.task_cancel, name="task-cancel"),
    path("tasks/<uuid:pk>/platform/", task_lists.task_platform, name="task-platform"),
]
