"""扫码入企、亮码入企: the firm's code, who entered when and how, and how to get there (A98)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bureau.ids import uuid7
from inspections.models.visit import Visit
from registry.models.inspector import ScopedQuerySet


class FirmCode(models.Model):
    """企业码: printed for the firm; an inspector who scans it lands on the visit that is open there."""

    entity = models.OneToOneField(
        "registry.Entity", models.PROTECT, related_name="firm_code", verbose_name="检查对象"
    )
    token = models.CharField("企业码", max_length=32, unique=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="制作人"
    )
    made_at = models.DateTimeField("制作时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "企业码"

    def __str__(self) -> str:
        return self.token


class EntryLog(models.Model):
    """One officer's entry on one day; what they claim and when the server learned it. Insert-only."""

    class Way(models.TextChoices):
        SCANNED = "scanned", "扫企业码"
        SHOWN = "shown", "亮检查码"
        LATE = "late", "事后补录"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="entries", verbose_name="检查")
    way = models.CharField("方式", max_length=8, choices=Way.choices)
    on = models.DateField("进入日期")
    happened_at = models.DateTimeField("进入时间")
    recorded_at = models.DateTimeField("登记时间", db_default=Now())
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    is_late = models.BooleanField("补录", default=False)
    reason = models.CharField("补录原因", max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "入企登记"
        ordering = ["happened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "by", "on"],
                name="entry_once_a_day",
                violation_error_message="您当天已登记进入这家单位。",
            ),
            models.CheckConstraint(
                name="entry_late_reason",
                condition=~Q(way="late") | (Q(is_late=True) & ~Q(reason="")),
                violation_error_message="事后补录须写明原因。",
            ),
        ]
        indexes = [
            models.Index(
                fields=["authority", "-happened_at"], name="entry_late", condition=Q(is_late=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.by} {self.get_way_display()} {self.happened_at}"


class RouteNote(models.Model):
    """怎么去: directions in words for the next inspector; the newest counts, the older ones stay. Insert-only."""

    entity = models.ForeignKey(
        "registry.Entity", models.PROTECT, related_name="route_notes", verbose_name="检查对象"
    )
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    text = models.CharField("怎么去", max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填写人"
    )
    at = models.DateTimeField("时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "路线说明"
        ordering = ["-id"]
        indexes = [models.Index(fields=["authority", "entity", "-id"], name="route_note_newest")]

    def __str__(self) -> str:
        return self.text


class VisitPause(models.Model):
    """检查中断 (停电、关键人员不在场…): the leader stops with a reason and goes on another day. The clock starts only at the end."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="pauses", verbose_name="检查")
    reason = models.CharField("中断原因", max_length=300)
    paused_at = models.DateTimeField("中断时间")
    paused_recorded_at = models.DateTimeField("中断登记时间", db_default=Now())
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    resume_on = models.DateField("预计恢复日期", null=True, blank=True)
    resumed_at = models.DateTimeField("恢复时间", null=True, blank=True)
    resumed_recorded_at = models.DateTimeField("恢复登记时间", null=True, blank=True)
    resumed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="恢复登记人",
    )

    class Meta:
        verbose_name = verbose_name_plural = "检查中断"
        ordering = ["paused_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit"],
                condition=Q(resumed_at__isnull=True),
                name="pause_one_open",
                violation_error_message="这次检查已经中断。",
            ),
            models.CheckConstraint(
                name="pause_resumes_after",
                condition=Q(resumed_at__isnull=True) | Q(resumed_at__gte=F("paused_at")),
                violation_error_message="恢复时间不能早于中断时间。",
            ),
            models.CheckConstraint(
                name="pause_reason",
                condition=~Q(reason=""),
                violation_error_message="中断检查须写明原因。",
            ),
        ]

    def __str__(self) -> str:
        return self.reason
