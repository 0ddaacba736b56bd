from django.urls import path

from publication.views import pushing

urlpatterns = [
    path("pushes/", pushing.push_list, name="push-list"),
    path("pushes/resend/", pushing.push_resend, name="push-resend"),
    path("pushes/targets/", pushing.target_list, name="push-target-list"),
    path("pushes/targets/new/", pushing.target_create, name="push-target-create"),
    path("pushes/targets/<uuid:pk>/", pushing.target_edit, name="push-target-edit"),
    path("pushes/targets/<uuid:pk>/past/", pushing.target_past, name="push-target-past"),
    path("pushes/packages/", pushing.package_list, name="push-package-list"),
    path("pushes/packages/<uuid:pk>/", pushing.package_detail, name="push-package-detail"),
    path(
        "pushes/packages/<uuid:pk>/discard/", pushing.package_discard, name="push-package-discard"
    ),
]
