"""A bureau's own wording of a printed form."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class DocumentWordingQuerySet(models.QuerySet["DocumentWording"]):
    def visible_to(self, user) -> "DocumentWordingQuerySet":
        return self.filter(authority_id__in=user.authority_ids)


class DocumentWording(models.Model):
    """One version of a form's wording, head and place of the seal (DOMAIN E, A94a). Insert-only: going back is a new version."""

    class Head(models.TextChoices):
        NONE = "none", "不印发文机关标志"
        RED = "red", "红色发文机关标志"
        PLAIN = "plain", "黑色发文机关标志"

    class Seal(models.TextChoices):
        OVER_DATE = "over_date", "盖在署名和日期上"
        LEFT = "left", "盖在左侧，署名在右"
        NONE = "none", "不盖章"

    class Reach(models.TextChoices):
        OWN = "own", "只用于本单位"
        DEFAULT = "default", "下级没有自己的文字时使用"
        MANDATORY = "mandatory", "下级必须使用"

    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="document_wordings", verbose_name="单位"
    )
    form_key = models.CharField("文书", max_length=40)
    version = models.PositiveIntegerField("版本")
    title = models.CharField("标题", max_length=60)
    passages = models.JSONField("文字")
    head = models.CharField("版头", max_length=6, choices=Head.choices)
    issuer_mark = models.CharField("发文机关标志", max_length=60, blank=True)
    seal = models.CharField("印章位置", max_length=10, choices=Seal.choices)
    reach = models.CharField(
        "对下级的效力", max_length=10, choices=Reach.choices, default=Reach.OWN
    )
    reason = models.CharField("修改原因", max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="修改人"
    )
    at = models.DateTimeField("修改时间", db_default=Now())

    objects = DocumentWordingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "文书文字"
        ordering = ["authority", "form_key", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "form_key", "version"],
                name="document_wording_version_once",
                violation_error_message="这份文书刚刚有人改过，请刷新后再改。",
            ),
            models.CheckConstraint(
                name="document_wording_from_one",
                condition=models.Q(version__gte=1),
                violation_error_message="版本从 1 开始。",
            ),
            models.CheckConstraint(
                name="document_wording_has_reason",
                condition=~models.Q(reason=""),
                violation_error_message="请写明修改原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} 第 {self.version} 版"
