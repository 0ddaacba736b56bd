"""The trail that cannot be rewritten: append-only by grants and by trigger (see bureau/sql/append_only.sql)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from bureau.veils import lift


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def visible_to(self, user) -> "AuditEventQuerySet":
        return lift(self.filter(authority_id__in=user.authority_ids), user)


class AuditEvent(models.Model):
    action = models.CharField("动作", max_length=60)  # noun.past-verb, e.g. draw.held
    label = models.CharField("内容", max_length=300)  # the Chinese sentence people read
    target_type = models.CharField("对象类型", max_length=60)
    target_id = models.CharField("对象编号", max_length=60)
    target_label = models.CharField("对象", max_length=200)
    # Every object on whose page the event shows, as "app.model:pk"; the target is the first.
    about = ArrayField(models.CharField(max_length=100), verbose_name="涉及对象", default=list)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, null=True, related_name="+", verbose_name="单位"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="操作人"
    )
    actor_name = models.CharField("操作人姓名", max_length=60)
    actor_role = models.CharField("以何角色", max_length=60, blank=True)
    agency_name = models.CharField("所在单位", max_length=100, blank=True)
    detail = models.JSONField("详情", default=dict)
    is_bad = models.BooleanField("问题类", default=False)
    at = models.DateTimeField("时间", db_default=Now())
    ip = models.GenericIPAddressField("来源地址", null=True)
    request_id = models.CharField("请求号", max_length=36, blank=True)
    schema_version = models.PositiveSmallIntegerField("格式版本", default=1)
    # Which transaction wrote it: the sealer only takes events older than every running transaction.
    transaction_id = models.BigIntegerField(
        "事务号", db_default=RawSQL("(pg_current_xact_id()::text::bigint)", ()), editable=False
    )

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "留痕"
        ordering = ["-id"]
        indexes = [
            GinIndex(fields=["about"], name="audit_event_about"),
            models.Index(fields=["authority", "-id"], name="audit_event_authority"),
            models.Index(fields=["action", "-id"], name="audit_event_action"),
        ]

    def __str__(self) -> str:
        return self.label


class Checkpoint(models.Model):
    """A sealed run of events: its head covers every event before it."""

    number = models.PositiveBigIntegerField("序号", unique=True)
    first = models.PositiveBigIntegerField("首条序号")
    last = models.PositiveBigIntegerField("末条序号")
    sha256 = models.CharField("SHA-256 链头", max_length=64)
    sm3 = models.CharField("SM3 链头", max_length=64)
    at = models.DateTimeField("时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "留痕封存点"
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"第 {self.number} 次封存（第 {self.first}–{self.last} 条）"


class AuditSeal(models.Model):
    """The number and chained digests that the sealer gave to one event."""

    number = models.PositiveBigIntegerField("序号", unique=True)
    event = models.OneToOneField(
        AuditEvent, models.PROTECT, related_name="seal", verbose_name="事件"
    )
    checkpoint = models.ForeignKey(
        Checkpoint, models.PROTECT, related_name="seals", verbose_name="封存点"
    )
    sha256 = models.CharField("SHA-256", max_length=64)
    sm3 = models.CharField("SM3", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "留痕封条"
        ordering = ["number"]

    def __str__(self) -> str:
        return str(self.number)
