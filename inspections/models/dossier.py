"""卷宗: everything of one entity in one task bound into one file, archived once it is whole (A89)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bureau.ids import uuid7
from inspections.models.visit import Visit
from registry.models.inspector import ScopedQuerySet


class Dossier(models.Model):
    """一对象一档案: the bound file and its digest, by entity and task (002 (三十)). Insert-only.

    Volume 1 is what was whole at archiving; what comes later is bound as 续卷, volume 2 and on.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="dossiers", verbose_name="检查")
    task = models.ForeignKey(
        "planning.Task", models.PROTECT, related_name="dossiers", verbose_name="任务"
    )
    volume = models.PositiveSmallIntegerField("卷", default=1)
    reason = models.CharField("续卷原因", max_length=300, blank=True)
    number = models.CharField("档案编号", max_length=60, unique=True)
    file = models.ForeignKey(
        "bureau.StoredFile", models.PROTECT, related_name="+", verbose_name="卷宗文件"
    )
    pages = models.PositiveIntegerField("页数")
    # [{"key", "name", "from", "pages", "sha256", "bound_sha256"}]; the last is over its pages in the bound file
    contents = models.JSONField("卷内目录")
    retention = models.CharField("保管期限", max_length=20, default="长期")
    archived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="归档人"
    )
    archived_at = models.DateTimeField("归档时间", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "卷宗"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "task", "volume"],
                name="dossier_volume_once",
                violation_error_message="这一卷已经归档。",
            ),
            models.CheckConstraint(
                name="dossier_supplement_says_why",
                condition=Q(volume=1) | Q(volume__gt=1) & ~Q(reason=""),
                violation_error_message="续卷须写明原因。",
            ),
        ]

    def __str__(self) -> str:
        return self.number
