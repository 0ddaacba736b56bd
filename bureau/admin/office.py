"""Reference data of the office: regions, agencies, days of the official calendar."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from import_export import fields
from import_export.widgets import ForeignKeyWidget

from bureau.admin.base import AuditedAdmin, AuditedImportAdmin, AuditedResource
from bureau.models import Agency, CalendarDay, Region


class RegionResource(AuditedResource):
    code = fields.Field("code", "行政区划代码")
    name = fields.Field("name", "名称")
    parent = fields.Field("parent", "上级区划代码", widget=ForeignKeyWidget(Region, "code"))

    class Meta(AuditedResource.Meta):
        model = Region
        import_id_fields = ("code",)
        fields = ("code", "name", "parent")


@admin.register(Region)
class RegionAdmin(AuditedImportAdmin):
    noun = "region"
    resource_classes = [RegionResource]
    list_display = ("code", "name", "parent")
    list_select_related = ("parent",)
    search_fields = ("code", "name")
    autocomplete_fields = ("parent",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj else ()


@admin.register(Agency)
class AgencyAdmin(AuditedAdmin):
    noun = "agency"
    list_display = ("code", "name", "short_name", "kind", "authority", "superior", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("authority", "superior")
    search_fields = ("code", "name", "short_name")
    autocomplete_fields = ("parent", "superior", "region")
    fields = (
        "code", "name", "short_name", "document_mark", "kind", "parent", "superior", "region", "phone", "address", "is_lead", "is_active",
    )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Code and kind stand in frozen draws and in every row's scope: fixed once made."""
        return ("code", "kind") if obj else ()

    def save_model(self, request: HttpRequest, obj: Agency, form: ModelForm, change: bool) -> None:
        """A legal person's authority is itself; a division's or station's the one it belongs to."""
        is_own = obj.kind in (Agency.Kind.AUTHORITY, Agency.Kind.PARTNER)
        if not is_own:
            obj.authority = obj.parent.authority if obj.parent else None
        super().save_model(request, obj, form, change)
        if is_own and obj.authority_id is None:
            obj.authority = obj
            obj.save(update_fields=["authority"])

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> type[ModelForm]:
        kwargs["form"] = AgencyForm
        return super().get_form(request, obj, **kwargs)


class AgencyForm(ModelForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = cleaned.get("kind") or self.instance.kind
        parent = cleaned.get("parent")
        if kind in (Agency.Kind.DIVISION, Agency.Kind.STATION):
            if parent is None or parent.authority_id is None:
                self.add_error("parent", "科室和基层所要选择它所属的局（法人单位）。")
            elif self.instance.pk and parent.authority_id != self.instance.authority_id:
                self.add_error("parent", "不能改到另一个局名下；请停用本单位，在新的局下另建。")
        return cleaned


class CalendarDayResource(AuditedResource):
    day = fields.Field("day", "日期")
    is_workday = fields.Field("is_workday", "上班（1 或 0）")
    name = fields.Field("name", "节日")
    citation = fields.Field("citation", "依据")

    class Meta(AuditedResource.Meta):
        model = CalendarDay
        import_id_fields = ("day",)
        fields = ("day", "is_workday", "name", "citation")


@admin.register(CalendarDay)
class CalendarDayAdmin(AuditedImportAdmin):
    noun = "calendar_day"
    resource_classes = [CalendarDayResource]
    list_display = ("day", "is_workday", "name", "citation")
    list_filter = ("is_workday",)
    date_hierarchy = "day"

    def may_delete(self, obj: Any) -> bool:
        """A day still to come has decided no deadline; open deadlines are counted again every night."""
        return bool(obj.day > timezone.localdate())
