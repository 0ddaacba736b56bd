"""What was done to whom: read by planning (annual cap), registry (entity page) and publication."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class LedgerEntry(models.Model):
    """检查台账: one inspection of one entity, random or not (A48, A95, A96, A99). Written by inspections."""

    class Kind(models.TextChoices):
        RANDOM = "random", "双随机抽查"
        SPECIAL = "special", "专项检查"
        CASE = "case", "个案检查"
        DAILY = "daily", "日常检查"
        COMPLAINT = "complaint", "投诉举报核查"
        RECHECK = "recheck", "复查"

    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    entity = models.ForeignKey(
        "registry.Entity", models.PROTECT, related_name="ledger", verbose_name="检查对象"
    )
    day = models.DateField("日期")
    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    # A picked entity counts from the draw on; a merged visit counts once (A99).
    counts = models.BooleanField("计入年度上限", default=True)
    # While open, the entity is in an open task and is not drawn again for the same matters.
    is_open = models.BooleanField("在办", default=True)
    matters = models.ManyToManyField("registry.Matter", related_name="+", verbose_name="事项")
    unit = models.ForeignKey(
        "bureau.Agency", models.PROTECT, null=True, related_name="+", verbose_name="检查单位"
    )
    source = models.CharField("来源", max_length=120)  # "inspections.visit:…" or "import:…"
    note = models.CharField("说明", max_length=200, blank=True)
    recorded_at = models.DateTimeField("登记时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "检查台账"
        ordering = ["-day", "-id"]
        constraints = [models.UniqueConstraint(fields=["source"], name="ledger_source_once")]
        indexes = [
            models.Index(fields=["entity", "day"], name="ledger_entity_day"),
            models.Index(fields=["authority", "day"], name="ledger_authority_day"),
            models.Index(
                fields=["authority", "entity"], condition=Q(is_open=True), name="ledger_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.day} {self.get_kind_display()}"


class FrozenUse(models.Model):
    """Which draws froze which authority's pool at which count: blocks undo of imports, feeds history."""

    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    draw_ref = models.CharField("抽取", max_length=80, unique=True)
    label = models.CharField("说明", max_length=200)
    at = models.DateTimeField("冻结时间", db_default=Now())
    count = models.PositiveIntegerField("在册数")

    class Meta:
        verbose_name = verbose_name_plural = "名录库冻结"
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.label
