"""For support: accounts with their seats, rule settings, the trail and its seals. To look at only."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from bureau.admin.base import ReadOnlyAdmin
from bureau.models import AuditEvent, Checkpoint, Membership, RuleSetting, User
from bureau.veils import lift

# Pages that other packages bring along change things without an event: sign-in counters, Django's groups.
FOREIGN = {"auth", "axes"}
admin.site.unregister([m for m in admin.site._registry if m._meta.app_label in FOREIGN])


class SeatInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0
    can_delete = False
    fields = readonly_fields = ("agency", "role", "from_on", "to_on")
    verbose_name_plural = "任职与角色（在工作台“人员与角色”办理）"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ("username", "full_name", "is_active", "is_superuser", "last_login", "at_desk")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("username", "full_name")
    fields = (
        "username", "full_name", "phone", "email", "is_active", "is_staff", "is_superuser", "must_change_password", "last_login",
        "date_joined", "at_desk",
    )  # fmt: skip
    readonly_fields = ("at_desk",)
    inlines = (SeatInline,)

    @admin.display(description="办理")
    def at_desk(self, user: User) -> str:
        return format_html(
            '<a href="{}">在工作台重置密码、停用、给角色</a>',
            reverse("bureau:member-detail", kwargs={"pk": user.pk}),
        )


@admin.register(RuleSetting)
class RuleSettingAdmin(ReadOnlyAdmin):
    list_display = ("authority", "key", "year", "value", "mode", "citation", "at_desk")
    list_filter = ("authority", "mode")
    list_select_related = ("authority",)
    search_fields = ("key", "citation")
    fields = (
        "authority",
        "key",
        "year",
        "value",
        "mode",
        "citation",
        "set_by",
        "set_at",
        "at_desk",
    )
    readonly_fields = ("at_desk",)

    @admin.display(description="办理")
    def at_desk(self, row: RuleSetting) -> str:
        return format_html(
            '<a href="{}">在工作台修改</a>',
            reverse("bureau:setting-edit", kwargs={"key": row.key}),
        )


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ("at", "label", "actor_name", "actor_role", "authority", "ip")
    list_select_related = ("authority",)
    list_filter = ("is_bad",)
    search_fields = ("=action", "=target_id", "=request_id")
    search_help_text = "动作、对象编号或请求号，须完整"
    fields = (
        "action", "label", "target_type", "target_id", "target_label", "authority", "actor_name", "actor_role", "agency_name",
        "detail", "at", "ip", "request_id",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[AuditEvent]":
        return lift(AuditEvent.objects.order_by("-id"), request.user)


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnlyAdmin):
    list_display = ("number", "first", "last", "at", "sha256")
