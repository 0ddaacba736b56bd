"""Addresses of tasks."""

from django.urls import path

from planning.views import supplements, task_forecast, task_pool, tasks

urlpatterns = [
    path("tasks/", tasks.task_list, name="task-list"),
    path("tasks/start/", tasks.task_start, name="task-start"),
    path("tasks/short/<int:pk>/", tasks.task_short, name="task-short"),
    path("tasks/new/", tasks.task_create, name="task-create"),
    path("tasks/<uuid:pk>/", tasks.task_detail, name="task-detail"),
    path("tasks/<uuid:pk>/change/", tasks.task_change, name="task-change"),
    path("tasks/<uuid:pk>/strata/", task_pool.task_strata, name="task-strata"),
    path("tasks/<uuid:pk>/groups/", task_pool.task_groups, name="task-groups"),
    path("tasks/<uuid:pk>/direct/", tasks.task_direct, name="task-direct"),
    path("tasks/<uuid:pk>/whole/", tasks.task_whole, name="task-whole"),
    path("tasks/<uuid:pk>/forecast/", task_forecast.task_forecast, name="task-forecast"),
    path("tasks/<uuid:pk>/pool/", task_pool.task_pool, name="task-pool"),
    path("tasks/<uuid:pk>/supplement/", supplements.task_supplement, name="task-supplement"),
    path("tasks/<uuid:pk>/picks/", task_pool.task_picks, name="task-picks"),
    path("tasks/<uuid:pk>/confirm/", task_pool.task_confirm, name="task-confirm"),
    path("tasks/<uuid:pk>/scheme/", tasks.task_scheme, name="task-scheme"),
    path("tasks/<uuid:pk>/scheme/docx/", tasks.task_scheme_docx, name="task-scheme-docx"),
    path("tasks/<uuid:pk>/ready/", tasks.task_ready, name="task-ready"),
    path("tasks/<uuid:pk>/reopen/", tasks.task_reopen, name="task-reopen"),
    path("tasks/<uuid:pk>/cancel/", tasks.task_cancel, name="task-cancel"),
    path("tasks/<uuid:pk>/platform/", tasks.task_platform, name="task-platform"),
]
