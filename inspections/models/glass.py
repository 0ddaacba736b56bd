"""屏幕签名: the party signs with a finger; bound to exactly what stood above the signature (A66)."""

from django.db import models
from django.db.models import Q

from inspections.models.record import Evidence


class GlassSignature(models.Model):
    """The stroke is the evidence's file; `text` is what was shown for it, `sha256` its digest. Insert-only."""

    evidence = models.OneToOneField(
        Evidence, models.PROTECT, related_name="glass", primary_key=True, verbose_name="签名"
    )
    signer = models.CharField("签名人姓名和职务", max_length=60)
    text = models.TextField("签名时所见内容")
    sha256 = models.CharField("所见内容指纹", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "屏幕签名"
        constraints = [
            models.CheckConstraint(name="glass_has_text", condition=~Q(text="") & ~Q(signer=""))
        ]

    def __str__(self) -> str:
        return self.signer
