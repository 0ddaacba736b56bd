"""卷宗: everything of one visit bound into one file, archived once it is whole (A89)."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from bureau.ids import uuid7
from inspections.models.visit import Visit
from registry.models.inspector import ScopedQuerySet


class Dossier(models.Model):
    """一对象一档案: the bound file and its digest. Written once; kept for good (002 (三十))."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    visit = models.OneToOneField(Visit, models.PROTECT, related_name="dossier", verbose_name="检查")
    number = models.CharField("档案编号", max_length=60, unique=True)
    file = models.ForeignKey(
        "bureau.StoredFile", models.PROTECT, related_name="+", verbose_name="卷宗文件"
    )
    pages = models.PositiveIntegerField("页数")
    contents = models.JSONField("卷内目录")  # [{"name", "from", "pages", "sha256"}]
    retention = models.CharField("保管期限", max_length=20, default="长期")
    archived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="归档人"
    )
    archived_at = models.DateTimeField("归档时间", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "卷宗"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number
