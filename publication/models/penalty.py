"""行政处罚信息: what was decided, checked by somebody else, published and pushed in time (A88)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bureau.ids import uuid7
from publication.models.record import PublicRecord
from registry.models.inspector import ScopedQuerySet


class Penalty(models.Model):
    class State(models.TextChoices):
        RECORDED = "recorded", "待审核"
        RETURNED = "returned", "退回补正"
        PUBLISHED = "published", "已公示"

    class Kind(models.TextChoices):
        WARNING = "warning", "警告"
        CENSURE = "censure", "通报批评"
        FINE = "fine", "罚款"
        CONFISCATION = "confiscation", "没收违法所得、没收非法财物"
        LICENCE = "licence", "暂扣、降低、吊销许可证件"
        RESTRICTION = "restriction", "限制开展生产经营活动、责令停产停业"
        OTHER = "other", "法律法规规定的其他处罚"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    entity = models.ForeignKey(
        "registry.Entity", models.PROTECT, related_name="penalties", verbose_name="被处罚对象"
    )
    disposal = models.ForeignKey(
        "inspections.Disposal",
        models.PROTECT,
        null=True,
        related_name="penalties",
        verbose_name="所由处置",
    )
    number = models.CharField("处罚决定书文号", max_length=80)
    decided_by_name = models.CharField("作出处罚的机关", max_length=100)
    decided_on = models.DateField("处罚决定日期")
    kind = models.CharField("处罚种类", max_length=12, choices=Kind.choices)
    fact = models.TextField("违法事实")
    basis = models.CharField("处罚依据", max_length=300)
    content = models.CharField("处罚内容", max_length=300)
    amount = models.DecimalField(
        "罚没金额（元）", max_digits=14, decimal_places=2, null=True, blank=True
    )
    # 严重违法 or 联合惩戒: comes back to the register as a mark until that day.
    flag = models.CharField(
        "列入",
        max_length=24,
        blank=True,
        choices=[("serious_violation", "严重违法违规记录"), ("joint_punishment", "联合惩戒对象")],
    )
    flag_until_on = models.DateField("列入至", null=True, blank=True)
    due_on = models.DateField("公示期限")
    due_is_provisional = models.BooleanField("期限暂定", default=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.RECORDED)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="录入人"
    )
    recorded_at = models.DateTimeField("录入时间", db_default=Now())
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审核人"
    )
    reviewed_at = models.DateTimeField("审核时间", null=True)
    review_note = models.CharField("审核意见", max_length=300, blank=True)
    record = models.OneToOneField(
        PublicRecord, models.PROTECT, null=True, related_name="penalty", verbose_name="公示记录"
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "行政处罚信息"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "number"],
                name="penalty_number_once",
                violation_error_message="这份处罚决定书已经录入。",
            ),
            models.CheckConstraint(
                name="penalty_other_reviews",
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("recorded_by")),
                violation_error_message="审核人不能是录入人本人。",
            ),
            models.CheckConstraint(
                name="penalty_published_whole",
                condition=~Q(state="published")
                | Q(record__isnull=False, reviewed_by__isnull=False, reviewed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="penalty_fine_has_amount",
                condition=~Q(kind="fine") | Q(amount__gt=0),
                violation_error_message="罚款须填写金额。",
            ),
        ]
        indexes = [
            models.Index(
                fields=["authority", "due_on"],
                name="penalty_open",
                condition=~Q(state="published"),
            )
        ]

    def __str__(self) -> str:
        return self.number
