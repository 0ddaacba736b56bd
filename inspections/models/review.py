"""审核: every submission with what it contained, and what the reviewer decided about it (A80)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bureau.ids import uuid7
from inspections.models.visit import VisitMatter


class Review(models.Model):
    """One submission of a result; a returned one stays, the next submission is a row of its own."""

    class Decision(models.TextChoices):
        APPROVED = "approved", "审核通过"
        RETURNED = "returned", "退回补正"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    visit_matter = models.ForeignKey(
        VisitMatter, models.PROTECT, related_name="reviews", verbose_name="检查事项"
    )
    number = models.PositiveSmallIntegerField("第几次提交")
    revision = models.PositiveSmallIntegerField("结果版本")
    content = models.JSONField("提交的内容")  # inspections.selectors.records.content
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="提交人"
    )
    submitted_at = models.DateTimeField("提交时间", db_default=Now())
    decision = models.CharField("审核结论", max_length=8, choices=Decision.choices, blank=True)
    note = models.CharField("审核意见", max_length=500, blank=True)
    remarks = models.JSONField("逐项意见", default=dict, blank=True)  # {"item:3": "…"}
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审核人"
    )
    decided_at = models.DateTimeField("审核时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "审核记录"
        ordering = ["visit_matter", "number"]
        constraints = [
            models.UniqueConstraint(fields=["visit_matter", "number"], name="review_number_once"),
            models.UniqueConstraint(
                fields=["visit_matter"], condition=Q(decision=""), name="review_one_open"
            ),
            models.CheckConstraint(
                name="review_decided_by_another",
                condition=Q(decision="", decided_by__isnull=True)
                | ~Q(decision="")
                & Q(decided_by__isnull=False, decided_at__isnull=False)
                & (Q(submitted_by__isnull=True) | ~Q(decided_by=F("submitted_by"))),
                violation_error_message="审核人不能是提交结果的人。",
            ),
            models.CheckConstraint(
                name="review_return_says_what",
                condition=~Q(decision="returned") | ~Q(note="") | ~Q(remarks={}),
                violation_error_message="退回须写明缺什么、怎么补正。",
            ),
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 次提交"
