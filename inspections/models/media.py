"""Photos with their facts burned into a copy, and recordings that arrive in pieces (A65, A67)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bureau.ids import uuid7
from inspections.models.record import Evidence
from inspections.models.visit import Visit, VisitMatter
from registry.models.inspector import ScopedQuerySet


class EvidenceCopy(models.Model):
    """水印件 of a photo: time, place, inspector, visit and digest stand in the picture; the original stays as it came. Insert-only."""

    evidence = models.OneToOneField(
        Evidence, models.PROTECT, related_name="copy", verbose_name="原件"
    )
    file = models.ForeignKey(
        "bureau.StoredFile", models.PROTECT, related_name="+", verbose_name="水印件"
    )
    lines = models.JSONField("印入的文字")
    # What the camera itself wrote into the file; empty where it wrote nothing.
    camera_at = models.DateTimeField("照片自带时间", null=True)
    is_time_doubtful = models.BooleanField("与采集时间相差过大", default=False)
    at = models.DateTimeField("制作时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "照片水印件"

    def __str__(self) -> str:
        return f"水印件 {self.evidence_id}"


class LargeUpload(models.Model):
    """A recording or a large document on its way: begun, continued after a break, whole, or given up."""

    class State(models.TextChoices):
        OPEN = "open", "传送中"
        WHOLE = "whole", "已收齐，正在核对"
        DONE = "done", "已登记"
        REFUSED = "refused", "未接受"
        EXPIRED = "expired", "超时作废"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    visit = models.ForeignKey(
        Visit, models.PROTECT, related_name="large_uploads", verbose_name="检查"
    )
    visit_matter = models.ForeignKey(
        VisitMatter,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="检查事项",
    )
    # What the browser computed of the file, so that the same file chosen again goes on where it stopped.
    fingerprint = models.CharField("文件特征", max_length=64)
    name = models.CharField("文件名", max_length=200)
    size = models.PositiveBigIntegerField("字节数")
    received = models.PositiveBigIntegerField("已收到", default=0)
    note = models.CharField("说明", max_length=200, blank=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    happened_at = models.DateTimeField("采集时间")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人"
    )
    started_at = models.DateTimeField("开始时间", db_default=Now())
    last_at = models.DateTimeField("最近收到")
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.OPEN)
    refusal = models.CharField("未接受的原因", max_length=300, blank=True)
    evidence = models.OneToOneField(
        Evidence, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="证据材料"
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "大文件上传"
        ordering = ["-id"]
        constraints = [
            # Two devices with the same file send into one upload; a finished one may be sent again and is then found again.
            models.UniqueConstraint(
                fields=["visit", "fingerprint"],
                name="large_upload_once",
                condition=Q(state__in=["open", "whole", "done"]),
            ),
            models.CheckConstraint(
                name="large_upload_not_over", condition=Q(received__lte=F("size"))
            ),
            models.CheckConstraint(
                name="large_upload_done_is_whole",
                condition=~Q(state__in=["whole", "done"]) | Q(received=F("size")),
            ),
        ]
        indexes = [
            models.Index(fields=["last_at"], name="large_upload_open", condition=Q(state="open"))
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def percent(self) -> int:
        return int(self.received * 100 // self.size) if self.size else 0


class UploadPiece(models.Model):
    """One piece of a large upload, with its digest; gone when the whole is stored or given up."""

    upload = models.ForeignKey(LargeUpload, models.CASCADE, related_name="pieces")
    offset = models.PositiveBigIntegerField("位置")
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("SHA-256", max_length=64)
    path = models.CharField("存放路径", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "上传片段"
        ordering = ["offset"]
        constraints = [
            models.UniqueConstraint(fields=["upload", "offset"], name="upload_piece_once")
        ]

    def __str__(self) -> str:
        return f"{self.offset}+{self.size}"
