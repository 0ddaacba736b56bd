"""What reaches the firms before a visit: word of it in advance, and a task's notices in one file (A64)."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from bureau.ids import uuid7
from inspections.models.visit import Visit
from registry.models.inspector import ScopedQuerySet


class AdvanceNotice(models.Model):
    """预先告知: how, when and by whom the firm was told that somebody comes. Insert-only: a second word is a second row."""

    class How(models.TextChoices):
        PHONE = "phone", "电话"
        POST = "post", "邮寄"
        IN_PERSON = "in_person", "当面"
        ONLINE = "online", "短信或平台消息"

    visit = models.ForeignKey(
        Visit, models.PROTECT, related_name="advance_notices", verbose_name="检查"
    )
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    how = models.CharField("告知方式", max_length=10, choices=How.choices)
    person = models.CharField("受告知人", max_length=60)
    happened_at = models.DateTimeField("告知时间")
    due_on = models.DateField("告知期限", null=True)
    note = models.CharField("说明", max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="告知人"
    )
    recorded_at = models.DateTimeField("登记时间", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预先告知"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_how_display()}告知 {self.person}"


class NoticeBundle(models.Model):
    """The notices of one task in one PDF; it names who goes where, so only its own page hands it out."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    task = models.ForeignKey("planning.Task", models.PROTECT, related_name="+", verbose_name="任务")
    file = models.OneToOneField(
        "bureau.StoredFile", models.PROTECT, related_name="+", verbose_name="文件"
    )
    visits = models.ManyToManyField(Visit, related_name="+", verbose_name="检查")
    count = models.PositiveIntegerField("份数")
    pages = models.PositiveIntegerField("页数")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="制作人"
    )
    made_at = models.DateTimeField("制作时间", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通知书合订"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.task} 通知书 {self.count} 份"
