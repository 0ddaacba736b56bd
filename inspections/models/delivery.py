"""What a phone has already delivered: each sending has its own number, and counts once (A60–A69, without a signal)."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class FieldDelivery(models.Model):
    """Written with the change itself: the same sending twice, from a phone that lost the answer, finds its row and changes nothing."""

    id = models.UUIDField(primary_key=True, editable=False)  # made by the phone, UUIDv7
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提交人"
    )
    path = models.CharField("所提交的页面", max_length=200)
    claimed_at = models.DateTimeField("填写时间")
    at = models.DateTimeField("送达时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "手机送达记录"
        ordering = ["-at"]

    def __str__(self) -> str:
        return str(self.pk)
