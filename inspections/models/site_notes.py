"""现场检查笔录: what the recorder writes beside what the system knows, version by version, frozen when signed (A65, A66)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bureau.ids import uuid7
from inspections.models.visit import Visit
from registry.models.inspector import ScopedQuerySet


class SiteNote(models.Model):
    class Signed(models.TextChoices):
        SIGNED = "signed", "已签字"
        REFUSED = "refused", "拒绝签字"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    visit = models.OneToOneField(
        Visit, models.PROTECT, related_name="site_note", verbose_name="检查"
    )
    text = models.TextField("检查情况", blank=True)
    place = models.CharField("检查地点", max_length=300, blank=True)
    party = models.CharField("现场负责人姓名及职务", max_length=100, blank=True)
    revision = models.PositiveSmallIntegerField("版本", default=0)
    recorder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人"
    )
    changed_at = models.DateTimeField("修改时间", db_default=Now())
    # What was signed: composed once, never again.
    content = models.JSONField("固定的内容", null=True)
    digest = models.CharField("固定内容指纹", max_length=64, blank=True)
    signed = models.CharField("当事人签字", max_length=8, choices=Signed.choices, blank=True)
    frozen_at = models.DateTimeField("固定时间", null=True)
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="固定人"
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "现场检查笔录"
        constraints = [
            models.CheckConstraint(
                name="site_note_frozen_whole",
                condition=Q(frozen_at__isnull=True, content__isnull=True, signed="")
                | (
                    Q(frozen_at__isnull=False, content__isnull=False, frozen_by__isnull=False)
                    & ~Q(signed="")
                    & ~Q(digest="")
                ),
            )
        ]

    def __str__(self) -> str:
        return f"现场检查笔录 {self.visit_id}"


class SiteNoteRevision(models.Model):
    """Every version that was ever saved. Insert-only."""

    note = models.ForeignKey(SiteNote, models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField("版本")
    text = models.TextField("检查情况", blank=True)
    place = models.CharField("检查地点", max_length=300, blank=True)
    party = models.CharField("现场负责人姓名及职务", max_length=100, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人"
    )
    happened_at = models.DateTimeField("填写时间")
    at = models.DateTimeField("登记时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "笔录版本"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["note", "number"], name="site_note_revision_once")
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 版"
