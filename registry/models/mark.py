"""风险标记的来历: which outcome set a mark on a listing, until when, and why it was taken off (A48, A88)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from registry.models.entity import Listing


class RiskMarkQuerySet(models.QuerySet["RiskMark"]):
    def visible_to(self, user) -> "RiskMarkQuerySet":
        return self.filter(authority_id__in=user.authority_ids)

    def standing(self) -> "RiskMarkQuerySet":
        return self.filter(ended_on__isnull=True)


class RiskMark(models.Model):
    """One mark with its source. The listing's `risk_flags` says which marks hold now; this says why."""

    listing = models.ForeignKey(
        Listing, models.PROTECT, related_name="marks", verbose_name="在库登记"
    )
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    flag = models.CharField("标记", max_length=24)
    source = models.CharField("来源", max_length=120)  # "publication.penalty:…"
    reason = models.CharField("依据", max_length=300)
    from_on = models.DateField("自")
    until_on = models.DateField("至", null=True, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="标记人"
    )
    set_at = models.DateTimeField("标记时间", db_default=Now())
    ended_on = models.DateField("取消日期", null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="取消人"
    )
    end_reason = models.CharField("取消的理由", max_length=300, blank=True)

    objects = RiskMarkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "风险标记"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "flag", "source"],
                name="risk_mark_once",
                violation_error_message="这个来源的标记已经登记。",
            ),
            models.CheckConstraint(
                name="risk_mark_ends_with_reason",
                condition=Q(ended_on__isnull=True) | ~Q(end_reason=""),
                violation_error_message="取消标记须写明理由。",
            ),
            models.CheckConstraint(
                name="risk_mark_dates",
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                violation_error_message="标记的截止日期不能早于起始日期。",
            ),
        ]
        indexes = [
            models.Index(
                fields=["until_on"], name="risk_mark_open", condition=Q(ended_on__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.listing} {self.flag}"
