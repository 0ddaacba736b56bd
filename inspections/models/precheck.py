"""预查比对表: one sheet per visit, filled in by its team before it goes (A63)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bureau.ids import uuid7
from inspections.models.visit import Visit
from registry.models.inspector import ScopedQuerySet


class PreCheck(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    visit = models.OneToOneField(
        Visit, models.PROTECT, related_name="precheck", verbose_name="检查"
    )
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    bring = models.CharField("另带器材和材料", max_length=300, blank=True)
    version = models.PositiveIntegerField("保存次数", default=0)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填写人"
    )
    saved_at = models.DateTimeField("填写时间")
    content = models.JSONField("完成时的内容", default=dict, blank=True)  # what is printed, frozen
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="完成人"
    )
    done_at = models.DateTimeField("完成时间", null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预查比对表"
        constraints = [
            models.CheckConstraint(
                name="precheck_done_by_somebody",
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.visit.number} 预查比对"


class PreCheckLine(models.Model):
    class Result(models.TextChoices):
        COMPARED = "compared", "已比对"
        DIFFERS = "differs", "比对有出入"
        NOT_APPLICABLE = "na", "不适用"

    precheck = models.ForeignKey(
        PreCheck, models.PROTECT, related_name="lines", verbose_name="预查比对表"
    )
    key = models.CharField("项目", max_length=60)
    label = models.CharField("名称", max_length=60)
    fact = models.TextField("比对时登记的情况")
    result = models.CharField("结果", max_length=10, choices=Result.choices)
    note = models.CharField("说明", max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="比对人"
    )
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "预查比对项目"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["precheck", "key"], name="precheck_line_once"),
            models.CheckConstraint(
                name="precheck_line_reason",
                condition=Q(result="compared") | ~Q(note=""),
                violation_error_message="有出入或不适用须写明情况。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.get_result_display()}"
