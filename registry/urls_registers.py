"""Pages of the two registers and the matter list; joined in registry/urls.py."""

from django.urls import path

from registry.views import entities, marks, matters, people, photos, recusals

urlpatterns = [
    path("entities/", entities.entity_list, name="entity-list"),
    path("entities/new/", entities.entity_create, name="entity-create"),
    path("entities/export.xlsx", entities.entity_export, name="entity-export"),
    path("entities/tags/", entities.entity_tag, name="entity-tag"),
    path("entities/filters/", entities.filter_save, name="filter-save"),
    path("entities/<int:pk>/", entities.entity_detail, name="entity-detail"),
    path("entities/<int:pk>/edit/", entities.entity_edit, name="entity-edit"),
    path("entities/<int:pk>/leave/", entities.entity_leave, name="entity-leave"),
    path("entities/<int:pk>/return/", entities.entity_return, name="entity-return"),
    path("marks/<int:pk>/end/", marks.mark_end, name="mark-end"),
    path("pools/", entities.pool_list, name="pool-list"),
    path("pools/<int:pk>/", entities.pool_detail, name="pool-detail"),
    path("matters/", matters.matter_list, name="matter-list"),
    path("matters/new/", matters.matter_create, name="matter-create"),
    path("matters/<int:pk>/", matters.matter_detail, name="matter-detail"),
    path("matters/<int:pk>/edit/", matters.matter_edit, name="matter-edit"),
    path("matters/<int:pk>/put-in-force/", matters.matter_put_in_force, name="matter-put-in-force"),
    path("matters/<int:pk>/end/", matters.matter_end, name="matter-end"),
    path("matters/<int:pk>/checklist/", matters.checklist_edit, name="checklist-edit"),
    path("inspectors/", people.inspector_list, name="inspector-list"),
    path("inspectors/new/", people.inspector_create, name="inspector-create"),
    path("inspectors/<int:pk>/", people.inspector_detail, name="inspector-detail"),
    path("inspectors/<int:pk>/edit/", people.inspector_edit, name="inspector-edit"),
    path("inspectors/<int:pk>/photo/", photos.photo_edit, name="inspector-photo-edit"),
    path("inspectors/<int:pk>/photo.jpg", photos.photo, name="inspector-photo"),
    path("inspectors/<int:pk>/leave/", people.inspector_leave, name="inspector-leave"),
    path("inspectors/<int:pk>/return/", people.inspector_return, name="inspector-return"),
    path("inspectors/<int:pk>/recusals/new/", recusals.recusal_create, name="recusal-create"),
    path("experts/", people.expert_list, name="expert-list"),
    path("experts/new/", people.expert_create, name="expert-create"),
    path("experts/<int:pk>/", people.expert_edit, name="expert-edit"),
    path("recusals/mine/", recusals.my_recusals, name="my-recusals"),
    path("recusals/<int:pk>/lift/", recusals.recusal_lift, name="recusal-lift"),
]
