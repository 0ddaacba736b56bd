"""Support may look at visits, orders and notices; every change goes through the desk's pages and services."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from bureau.veils import lift
from inspections.models import InspectionOrder, Replacement, Visit


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows of the user's own authorities, without add, change or delete; salts and codes stay hidden."""

    authority_path = "authority_id"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows = super().get_queryset(request)
        rows = rows.filter(**{f"{self.authority_path}__in": request.user.authority_ids})
        return lift(rows, request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Visit)
class VisitAdmin(ReadOnlyAdmin):
    # target_salt opens with the result only (DRAW §2).
    exclude = ["target_salt"]
    list_display = ["number", "entity", "unit", "state", "window_from", "window_to"]
    list_filter = ["state"]
    list_select_related = ["entity", "unit"]
    search_fields = ["number", "entity__name"]


@admin.register(InspectionOrder)
class InspectionOrderAdmin(ReadOnlyAdmin):
    list_display = ["number", "task", "state", "is_emergency", "requested_by", "decided_by"]
    list_filter = ["state", "is_emergency"]
    list_select_related = ["task", "requested_by", "decided_by"]
    search_fields = ["number"]


@admin.register(Replacement)
class ReplacementAdmin(ReadOnlyAdmin):
    authority_path = "visit__authority_id"
    list_display = ["visit", "number", "leaver", "joiner", "code", "state"]
    list_filter = ["code", "state"]
    list_select_related = [
        "visit__entity",
        "leaver__inspector",
        "leaver__expert",
        "joiner__inspector",
        "joiner__expert",
    ]
