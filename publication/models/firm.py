"""What an inspected entity sends with the code of its notice, and what became of it (A57, A82, A86, A98)."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bureau.ids import uuid7
from registry.models.inspector import ScopedQuerySet


class FirmRequest(models.Model):
    """回避申请, 投诉, 异议 or 整改材料 from the public page of a notice. Whoever holds the paper holds the code."""

    class Kind(models.TextChoices):
        RECUSAL = "recusal", "申请检查人员回避"
        COMPLAINT = "complaint", "投诉"
        OBJECTION = "objection", "对检查结果提出异议"
        RECTIFICATION = "rectification", "提交整改材料"

    class State(models.TextChoices):
        SUBMITTED = "submitted", "待受理"
        ACCEPTED = "accepted", "已受理"
        DECLINED = "declined", "不予受理"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField("受理编号", max_length=60, unique=True)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    visit = models.ForeignKey(
        "inspections.Visit", models.PROTECT, related_name="firm_requests", verbose_name="检查"
    )
    kind = models.CharField("种类", max_length=14, choices=Kind.choices)
    inspector = models.ForeignKey(
        "registry.Inspector",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="申请回避的检查人员",
    )
    visit_matter = models.ForeignKey(
        "inspections.VisitMatter",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="有异议的结果",
    )
    disposal = models.ForeignKey(
        "inspections.Disposal",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="firm_requests",
        verbose_name="所整改的处置",
    )
    text = models.TextField("内容")
    contact_name = models.CharField("联系人", max_length=60)
    contact_phone = models.CharField("联系电话", max_length=60)
    files = models.ManyToManyField(
        "bureau.StoredFile", related_name="+", verbose_name="材料", blank=True
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.SUBMITTED)
    submitted_at = models.DateTimeField("提交时间", db_default=Now())
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="办理人"
    )
    handled_at = models.DateTimeField("办理时间", null=True)
    answer = models.CharField("答复", max_length=500, blank=True)  # the entity reads it
    objection = models.OneToOneField(
        "publication.Objection",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="firm_request",
        verbose_name="据此登记的异议",
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查对象来件"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="firm_request_subject",
                condition=Q(kind="recusal", inspector__isnull=False)
                | Q(kind="objection", visit_matter__isnull=False)
                | Q(kind="rectification", disposal__isnull=False)
                | Q(kind="complaint"),
            ),
            models.CheckConstraint(
                name="firm_request_answered",
                condition=Q(state="submitted")
                | (Q(handled_by__isnull=False, handled_at__isnull=False) & ~Q(answer="")),
                violation_error_message="办理须写明答复。",
            ),
            models.UniqueConstraint(
                fields=["visit_matter"],
                condition=Q(kind="objection", state="submitted"),
                name="firm_request_one_objection",
                violation_error_message="这项结果的异议已经提交，正在等待受理。",
            ),
        ]
        indexes = [
            models.Index(
                fields=["authority", "submitted_at"],
                name="firm_request_open",
                condition=Q(state="submitted"),
            )
        ]

    def __str__(self) -> str:
        return self.number


class FirmRating(models.Model):
    """匿名评价 (A98): which visit it came from is not kept, only unit and month; the key is random, so that order says nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    unit = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="检查单位"
    )
    month = models.DateField("月份")  # its first day
    score = models.PositiveSmallIntegerField(
        "评分", validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    text = models.CharField("意见", max_length=500, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "匿名评价"
        ordering = ["-month", "id"]
        constraints = [
            models.CheckConstraint(
                name="firm_rating_score", condition=Q(score__gte=1, score__lte=5)
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.month:%Y-%m} {self.score} 分"


class RatedNotice(models.Model):
    """A notice's code rates once. Holds no time and no score: the two tables cannot be joined."""

    notice = models.OneToOneField(
        "inspections.Notice",
        models.PROTECT,
        primary_key=True,
        related_name="+",
        verbose_name="通知书",
    )

    class Meta:
        verbose_name = verbose_name_plural = "已评价的通知书"

    def __str__(self) -> str:
        return str(self.notice)
