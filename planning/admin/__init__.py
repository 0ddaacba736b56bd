"""Support may look; every change goes through the desk's pages, where it is checked and recorded.

Draws and picks are not here: a list that is sealed is read only where the look is recorded.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from planning.models import Filing, Plan, PlanAdjustment, Task


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows of the user's own authorities, without add, change or delete."""

    authority_path = "authority_id"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows = super().get_queryset(request)
        return rows.filter(**{f"{self.authority_path}__in": request.user.authority_ids})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Plan)
class PlanAdmin(ReadOnlyAdmin):
    list_display = ["year", "title", "authority", "state", "version"]
    list_filter = ["year", "state"]
    list_select_related = ["authority"]


@admin.register(PlanAdjustment)
class PlanAdjustmentAdmin(ReadOnlyAdmin):
    authority_path = "plan__authority_id"
    list_display = ["plan", "number", "state", "requested_by", "decided_by"]
    list_select_related = ["plan", "requested_by", "decided_by"]


@admin.register(Filing)
class FilingAdmin(ReadOnlyAdmin):
    authority_path = "plan__authority_id"
    list_display = ["plan", "version", "to_agency", "filed_at", "received_at"]
    list_select_related = ["plan", "to_agency"]


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin):
    list_display = ["number", "name", "unit", "state", "draw_source"]
    list_filter = ["year", "state", "draw_source"]
    search_fields = ["number", "name"]
    list_select_related = ["unit"]
