"""Reference fields of matters, special pools with their build standard, and entities to look at."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from import_export import fields
from import_export.widgets import ForeignKeyWidget

from bureau.admin.base import AuditedImportAdmin, AuditedResource, ReadOnlyAdmin
from bureau.models import Agency
from registry.models import Entity, Matter, SpecialPool
from registry.rules.outcomes import DISPOSALS, OUTCOMES


class MatterForm(forms.ModelForm):
    def clean_preset_disposals(self) -> dict[str, str]:
        """{result code: disposal code}, both of the common table (A94)."""
        value = self.cleaned_data.get("preset_disposals") or {}
        if not isinstance(value, dict):
            raise forms.ValidationError('请写成 {"结果代码": "处置代码"}，例如 {"N01": "case"}。')
        wrong = [f"{k}→{v}" for k, v in value.items() if k not in OUTCOMES or v not in DISPOSALS]
        if wrong:
            raise forms.ValidationError(
                f"没有这样的结果或处置代码：{'、'.join(wrong)}。处置代码有 {'、'.join(DISPOSALS)}。"
            )
        return value


class MatterResource(AuditedResource):
    """Only what no version keeps; contents of the list are revised at the desk, with a reason (A07)."""

    authority = fields.Field("authority", "单位代码", widget=ForeignKeyWidget(Agency, "code"))
    code = fields.Field("code", "事项编码")
    superior_code = fields.Field("superior_code", "上级清单编码")
    responsible_unit = fields.Field(
        "responsible_unit", "责任科室代码", widget=ForeignKeyWidget(Agency, "code")
    )

    class Meta(AuditedResource.Meta):
        model = Matter
        import_id_fields = ("authority", "code")
        fields = ("authority", "code", "superior_code", "responsible_unit")

    def before_save_instance(self, instance: Matter, row: Any, **kwargs: Any) -> None:
        if instance.pk is None:
            raise ValueError(f"清单中没有事项 {instance.code}；新事项请在工作台登记或导入。")
        unit = instance.responsible_unit
        if unit is not None and unit.authority_id != instance.authority_id:
            raise ValueError(f"{unit} 不是本单位的科室，请核对责任科室代码。")


@admin.register(Matter)
class MatterAdmin(AuditedImportAdmin):
    noun = "matter"
    form = MatterForm
    resource_classes = [MatterResource]
    list_display = ("code", "name", "authority", "category", "state", "version", "superior_code")
    list_filter = ("authority", "category", "state")
    list_select_related = ("authority",)
    search_fields = ("code", "name", "superior_code")
    fields = (
        "authority", "code", "name", "category", "state", "version", "in_force_from", "ended_on",
        "superior_code", "responsible_unit", "preset_disposals", "at_desk",
    )  # fmt: skip
    readonly_fields = (
        "authority", "code", "name", "category", "state", "version", "in_force_from", "ended_on", "at_desk",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def formfield_for_foreignkey(self, field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        match = request.resolver_match
        pk = match.kwargs.get("object_id") if match else None
        if field.name == "responsible_unit" and pk and str(pk).isdecimal():
            kwargs["queryset"] = Agency.objects.filter(authority__matters=pk)
        return super().formfield_for_foreignkey(field, request, **kwargs)

    @admin.display(description="清单内容")
    def at_desk(self, matter: Matter) -> str:
        return format_html(
            '<a href="{}">在工作台调整、停用</a>',
            reverse("registry:matter-detail", kwargs={"pk": matter.pk}),
        )


class SpecialPoolForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        authority = cleaned.get("authority") or getattr(self.instance, "authority", None)
        unit = cleaned.get("unit")
        if authority and unit and unit.authority_id != authority.pk:
            self.add_error("unit", f"{unit} 不属于{authority}，请选本单位的科室。")
        return cleaned


class SpecialPoolResource(AuditedResource):
    authority = fields.Field("authority", "单位代码", widget=ForeignKeyWidget(Agency, "code"))
    code = fields.Field("code", "编码")
    name = fields.Field("name", "专项库名称")
    object_kind = fields.Field("object_kind", "对象类型")
    criterion = fields.Field("criterion", "分类指标")
    requirement = fields.Field("requirement", "对应专业监管要求")
    unit = fields.Field("unit", "维护科室代码", widget=ForeignKeyWidget(Agency, "code"))

    class Meta(AuditedResource.Meta):
        model = SpecialPool
        import_id_fields = ("authority", "code")
        fields = ("authority", "code", "name", "object_kind", "criterion", "requirement", "unit")

    def before_save_instance(self, instance: SpecialPool, row: Any, **kwargs: Any) -> None:
        if instance.unit.authority_id != instance.authority_id:
            raise ValueError(f"{instance.unit} 不是该单位的科室，请核对维护科室代码。")


@admin.register(SpecialPool)
class SpecialPoolAdmin(AuditedImportAdmin):
    """建库标准 (A13); who is in a pool comes by the import of entities."""

    noun = "special_pool"
    form = SpecialPoolForm
    resource_classes = [SpecialPoolResource]
    list_display = ("code", "name", "authority", "object_kind", "unit", "is_active")
    list_filter = ("authority", "is_active")
    list_select_related = ("authority", "unit")
    search_fields = ("code", "name")
    fields = (
        "authority",
        "code",
        "name",
        "object_kind",
        "criterion",
        "requirement",
        "unit",
        "is_active",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("authority", "code") if obj else ()


@admin.register(Entity)
class EntityAdmin(ReadOnlyAdmin):
    list_display = ("shown_code", "name", "kind", "standing", "region", "version", "updated_at")
    list_filter = ("kind", "standing", "id_kind")
    list_select_related = ("region",)
    search_fields = ("=public_code", "name")
    fields = (
        "id_kind", "shown_code", "public_code", "kind", "name", "standing", "region", "address", "industry", "industry_name", "scale",
        "legal_representative", "business_scope", "established_on", "licence_name", "licence_number", "licence_expires_on", "version", "updated_at",
    )  # fmt: skip

    @admin.display(description="代码")
    def shown_code(self, entity: Entity) -> str:
        return entity.shown_code
