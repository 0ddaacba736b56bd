"""Which one-way bundles a public host has taken in: insert-only, so that none is skipped or read twice (ARCHITECTURE §3)."""

from django.db import models
from django.db.models.functions import Now


class PublicBundle(models.Model):
    source = models.CharField("来源", max_length=12)  # publication.rules.bundle.source_of
    number = models.PositiveIntegerField("序号")
    sha256 = models.CharField("清单指纹", max_length=64)
    records = models.PositiveIntegerField("公示记录数")
    imported_at = models.DateTimeField("导入时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "公示数据包"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "number"],
                name="public_bundle_once",
                violation_error_message="这个数据包已经导入过。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} 第 {self.number} 包"
