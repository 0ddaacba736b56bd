from django.urls import path

from planning.views import shares

urlpatterns = [
    path("tasks/<uuid:pk>/pools/", shares.task_subordinates, name="task-subordinates"),
    path("shares/", shares.share_list, name="share-list"),
    path("shares/<uuid:pk>/", shares.share_detail, name="share-detail"),
    path("shares/<uuid:pk>/confirm/", shares.share_confirm, name="share-confirm"),
]
