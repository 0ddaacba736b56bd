"""What every admin page is made of: each change and each import leaves its event in the same transaction; nothing vanishes."""

from datetime import date, datetime
from itertools import zip_longest
from typing import Any

from django.contrib import admin
from django.db import models, transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from import_export import resources
from import_export.admin import ImportExportModelAdmin
from import_export.formats import base_formats
from import_export.forms import ExportForm
from import_export.resources import Diff
from tablib import Dataset

from bureau import audit
from bureau.errors import RuleError
from bureau.models import Agency

BATCH = 2000  # rows named in one event


class AuditedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Add and change with an event; delete only what `may_delete` calls a draft; no bulk actions."""

    noun = ""  # of the event: region.changed
    actions = None
    save_on_top = False
    list_per_page = 50
    show_full_result_count = False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Nothing is filled in from the address: a value that is none would break the form."""
        return {}

    def may_delete(self, obj: models.Model) -> bool:
        """Whether nothing can depend on this row yet."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return (
            obj is not None and self.may_delete(obj) and super().has_delete_permission(request, obj)
        )

    def save_model(
        self, request: HttpRequest, obj: models.Model, form: ModelForm, change: bool
    ) -> None:
        """Saves and records; Django's admin has opened the transaction."""
        super().save_model(request, obj, form, change)
        self.record(
            request,
            obj,
            "changed" if change else "created",
            "修改" if change else "新增",
            {"changes": differences(form)} if change else {},
        )

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        """Records while the row still has its number, then deletes."""
        self.record(request, obj, "deleted", "删除", {"row": str(obj)})
        super().delete_model(request, obj)

    def record(
        self, request: HttpRequest, obj: models.Model, verb: str, word: str, detail: dict[str, Any]
    ) -> None:
        """One event about a row, under its authority, else under that of the person."""
        audit.record(
            f"{self.noun}.{verb}",
            f"管理后台{word}{self.opts.verbose_name}：{obj}",
            target=obj,
            actor=request.user,
            authority=authority_of(obj, request),
            detail=detail,
            role="平台运维",
        )


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """To look at, for support. Changes are made at the desk, by its services."""

    actions = None
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class PlainDiff(Diff):
    """The preview's differences as <del> and <ins>; the library's own carry styles, which the CSP refuses."""

    def as_html(self) -> list[str]:
        return [self._pair(old, new) for old, new in zip_longest(self.left, self.right)]

    @staticmethod
    def _pair(old: Any, new: Any) -> str:
        before, after = str(old or ""), str(new or "")
        if before == after:
            return format_html("{}", after)
        parts = [format_html("<del>{}</del>", before)] if before else []
        return mark_safe(" ".join([*parts, format_html("<ins>{}</ins>", after)]))


class AuditedResource(resources.ModelResource):
    """What an import reads. Numbers come from the database's own sequences, which the application may not reset."""

    class Meta:
        skip_unchanged = True
        use_transactions = True

    def get_diff_class(self) -> type[Diff]:
        return PlainDiff

    def after_import(self, dataset: Dataset, result: Any, **kwargs: Any) -> None:
        """Not as the base class: nothing here brings its own primary key, so no sequence falls behind."""


class SafeXLSX(base_formats.XLSX):
    """Cells that begin like a formula go out as text."""

    def export_data(self, dataset: Dataset, **kwargs: Any) -> Any:
        self._escape_formulae(dataset)
        return super().export_data(dataset, **kwargs)


class SafeCSV(base_formats.CSV):
    def export_data(self, dataset: Dataset, **kwargs: Any) -> Any:
        self._escape_formulae(dataset)
        return super().export_data(dataset, **kwargs)


class AuditedImportAdmin(AuditedAdmin, ImportExportModelAdmin):
    """Import with a preview; all rows or none, one event with its batch."""

    formats = (SafeXLSX, SafeCSV)
    export_form_class = (
        ExportForm  # the one with a choice of fields has inline styles, which the CSP refuses
    )
    skip_admin_log = True  # the trail is ours
    import_error_display = ("message",)

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            return super().process_import(request, **kwargs)

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        if result.has_errors() or result.has_validation_errors():
            raise RuleError("有的行不能写入，整批没有导入。请回到导入页重新上传，按提示改好再试。")
        rows = [row for row in result.rows if row.import_type in ("new", "update")]
        totals = result.totals
        audit.record(
            f"{self.noun}.imported",
            f"管理后台导入{self.opts.verbose_name}：新增 {totals['new']}，更新 {totals['update']}",
            target=request.user.home or request.user,
            actor=request.user,
            authority=request.user.home,
            detail={
                "new": totals["new"],
                "update": totals["update"],
                "batch": [[row.import_type, row.object_repr] for row in rows[:BATCH]],
            },
            role="平台运维",
        )
        return super().process_result(result, request)


def differences(form: ModelForm) -> dict[str, list[Any]]:
    """{field: [old, new]} of what the form changed."""
    return {
        name: [_plain(form.initial.get(name)), _plain(form.cleaned_data.get(name))]
        for name in form.changed_data
    }


def authority_of(obj: models.Model, request: HttpRequest) -> Agency | None:
    """The row's authority; a row of the whole installation is recorded at the person's own."""
    own = getattr(obj, "authority", None)
    return own if isinstance(own, Agency) else request.user.home


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, date | datetime):
        return value.isoformat()
    return (
        value if value is None or isinstance(value, bool | int | str | list | dict) else str(value)
    )
