"""选定公示日: a reviewed result that is to be published on a chosen day (A75)."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from registry.models.inspector import ScopedQuerySet


class PublicationDay(models.Model):
    """The day a publisher chose for one result; the morning's job publishes it in that person's name."""

    visit_matter = models.OneToOneField(
        "inspections.VisitMatter",
        models.PROTECT,
        related_name="publication_day",
        verbose_name="检查事项",
    )
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    publish_on = models.DateField("选定公示日")
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="选定人"
    )
    set_at = models.DateTimeField("选定时间", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "选定公示日"
        indexes = [models.Index(fields=["publish_on"], name="publication_day_on")]

    def __str__(self) -> str:
        return f"{self.visit_matter} {self.publish_on}"
