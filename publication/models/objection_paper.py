"""异议的文书: each frozen when it is issued, with the day on which it was delivered (A82, A83)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bureau.ids import uuid7
from publication.models.record import Objection
from registry.models.inspector import ScopedQuerySet


class ObjectionPaper(models.Model):
    class Kind(models.TextChoices):
        APPLICATION = "application", "异议申请登记表"
        ACCEPTANCE = "acceptance", "异议受理通知书"
        REFUSAL = "refusal", "异议不予受理告知书"
        DECISION = "decision", "异议复查决定书"
        REPLY = "reply", "异议复查结果反馈函"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    objection = models.ForeignKey(
        Objection, models.PROTECT, related_name="papers", verbose_name="异议"
    )
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    kind = models.CharField("文种", max_length=12, choices=Kind.choices)
    number = models.CharField("文号", max_length=60, unique=True)
    content = models.JSONField("内容")  # what was issued; never changed
    issued_on = models.DateField("制发日期")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="制发人"
    )
    issued_at = models.DateTimeField("制发时间", db_default=Now())
    delivered_on = models.DateField("送达日期", null=True)
    delivery_note = models.CharField("送达情况", max_length=200, blank=True)
    delivered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="送达登记人",
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "异议文书"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["objection", "kind"],
                name="objection_paper_once",
                violation_error_message="这份文书已经制发。",
            ),
            models.CheckConstraint(
                name="objection_paper_delivery",
                condition=Q(delivered_on__isnull=True)
                | (
                    Q(delivered_on__gte=F("issued_on"), delivered_by__isnull=False)
                    & ~Q(delivery_note="")
                ),
                violation_error_message="登记送达须写明日期和送达情况，日期不能早于制发。",
            ),
        ]

    def __str__(self) -> str:
        return self.number
