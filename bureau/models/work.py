"""Jobs, outbox, notifications: what runs later, what must leave, what people must know."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bureau.ids import uuid7
from bureau.veils import lift


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user) -> "JobQuerySet":
        return self.filter(authority_id__in=user.authority_ids)


class Job(models.Model):
    """Long work as a row: Redis carries only its id. A killed worker's lease runs out and another goes on from the cursor."""

    class State(models.TextChoices):
        WAITING = "waiting", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "未成功"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField("唯一键", max_length=120, unique=True)
    kind = models.CharField("种类", max_length=60)
    label = models.CharField("名称", max_length=120)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, null=True, related_name="+", verbose_name="单位"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="发起人"
    )
    payload = models.JSONField("参数", default=dict)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    cursor = models.JSONField("进行到", default=dict)
    done = models.PositiveIntegerField("已处理", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    attempt = models.PositiveSmallIntegerField("次数", default=0)
    # The fencing token: raised by every take-over, so that a late writer's update matches no row.
    token = models.PositiveIntegerField("令牌", default=0)
    lease_until = models.DateTimeField("租约至", null=True)
    result = models.JSONField("结果", default=dict)
    error = models.CharField("错误", max_length=500, blank=True)
    created_at = models.DateTimeField("创建", db_default=Now())
    finished_at = models.DateTimeField("结束", null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "后台作业"
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["lease_until"],
                name="job_open",
                condition=Q(state__in=["waiting", "running"]),
            )
        ]

    def __str__(self) -> str:
        return self.label


class OutboxMessage(models.Model):
    """What must leave the system, written with the change and delivered later; the receipt is kept."""

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        SENT = "sent", "已送达"
        FAILED = "failed", "发送失败"

    key = models.CharField("唯一键", max_length=160, unique=True)
    kind = models.CharField("种类", max_length=60)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, null=True, related_name="+", verbose_name="单位"
    )
    label = models.CharField("内容", max_length=200)
    payload = models.JSONField("载荷", default=dict)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    next_at = models.DateTimeField("下次发送", db_default=Now())
    receipt = models.JSONField("回执", default=dict)
    error = models.CharField("错误", max_length=500, blank=True)
    created_at = models.DateTimeField("创建", db_default=Now())
    sent_at = models.DateTimeField("送达", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "待发事项"
        ordering = ["-id"]
        indexes = [models.Index(fields=["next_at"], name="outbox_open", condition=~Q(state="sent"))]

    def __str__(self) -> str:
        return self.label


class Notification(models.Model):
    """One notice for one person; the key makes it once however often the job runs."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="notifications",
        verbose_name="收件人",
    )
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, null=True, related_name="+", verbose_name="单位"
    )
    key = models.CharField("唯一键", max_length=160)
    text = models.CharField("内容", max_length=300)
    url = models.CharField("链接", max_length=200, blank=True)
    is_urgent = models.BooleanField("紧急", default=False)
    created_at = models.DateTimeField("时间", db_default=Now())
    read_at = models.DateTimeField("已读", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notification_once")]
        indexes = [
            models.Index(
                fields=["user"], name="notification_unread", condition=Q(read_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.text


class NumberSeries(models.Model):
    """Gapless numbers per authority, kind and year, given under a row lock (not MAX+1)."""

    authority = models.ForeignKey("bureau.Agency", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "编号"
        constraints = [
            models.UniqueConstraint(fields=["authority", "kind", "year"], name="number_series_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}〔{self.year}〕{self.last}号"


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def visible_to(self, user) -> "StoredFileQuerySet":
        return lift(self.filter(authority_id__in=user.authority_ids), user)


class StoredFile(models.Model):
    """A file under a generated name with its digests; served only through a view that applies scope."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    name = models.CharField("文件名", max_length=200)
    kind = models.CharField("内容类型", max_length=100)
    path = models.CharField("存放路径", max_length=200, unique=True)
    size = models.PositiveBigIntegerField("字节数")
    sha256 = models.CharField("SHA-256", max_length=64)
    sm3 = models.CharField("SM3", max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间", db_default=Now())

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "文件"

    def __str__(self) -> str:
        return self.name


__all__ = ["Job", "Notification", "NumberSeries", "OutboxMessage", "StoredFile"]
