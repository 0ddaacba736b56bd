"""What a draw picked, why one of them was not inspected, and the 补抽 that makes up for it (DRAW §5)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bureau.ids import uuid7
from planning.models.draw import Draw, Sitting
from registry.models.inspector import ScopedQuerySet


class Pick(models.Model):
    """An entity that was drawn (or imported from a superior's platform: then `draw` is empty)."""

    class Rank(models.TextChoices):
        SELECTED = "selected", "抽中"
        RESERVE = "reserve", "递补"

    class State(models.TextChoices):
        DRAWN = "drawn", "待派发"
        DISPATCHED = "dispatched", "已派发"
        DONE = "done", "已完成"
        DEEMED_DONE = "deemed_done", "视为完成"
        TRANSFERRED = "transferred", "已转交"
        SKIPPED = "skipped", "未检查"
        VOIDED = "voided", "随抽取作废"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    task = models.ForeignKey(
        "planning.Task", models.PROTECT, related_name="picks", verbose_name="任务"
    )
    draw = models.ForeignKey(
        Draw, models.PROTECT, null=True, related_name="picks", verbose_name="抽取"
    )
    entity = models.ForeignKey(
        "registry.Entity", models.PROTECT, related_name="picks", verbose_name="检查对象"
    )
    unit = models.ForeignKey(
        "bureau.Agency", models.PROTECT, null=True, related_name="+", verbose_name="执行单位"
    )
    stratum = models.CharField("层", max_length=40, blank=True)
    rank = models.PositiveIntegerField("名次")
    kind = models.CharField("类别", max_length=8, choices=Rank.choices, default=Rank.SELECTED)
    ticket = models.CharField("票值", max_length=64, blank=True)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.DRAWN)
    # 递补 by setting: a reserve called up in rank counts as selected from then on, and says for whom.
    follows = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="followed_by",
        verbose_name="接替",
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "抽中对象"
        ordering = ["stratum", "rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "stratum", "rank"],
                name="pick_rank_once",
                violation_error_message="同一抽取同一层中名次重复。",
            ),
            models.UniqueConstraint(fields=["draw", "entity"], name="pick_entity_once"),
            models.UniqueConstraint(
                fields=["task", "entity"], condition=Q(draw__isnull=True), name="pick_platform_once"
            ),
        ]
        indexes = [models.Index(fields=["task", "state"], name="pick_state")]

    def __str__(self) -> str:
        return f"{self.entity}（第 {self.rank} 位）"


class Skip(models.Model):
    """Why a pick was not inspected, with evidence and an approver other than the operator (DRAW §5)."""

    class Code(models.TextChoices):
        DEREGISTERED = "deregistered", "注销"
        CANCELLED = "cancelled", "被撤销设立登记"
        REVOKED = "revoked", "被吊销营业执照"
        UNREACHABLE = "unreachable", "通过登记的住所无法联系"
        MOVED_OUT = "moved_out", "迁出"
        DISCRETIONARY = "discretionary", "其他情形"  # nobody follows but by a 补抽

    class State(models.TextChoices):
        REQUESTED = "requested", "待批准"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "未批准"

    pick = models.ForeignKey(Pick, models.PROTECT, related_name="skips", verbose_name="抽中对象")
    code = models.CharField("原因", max_length=32, choices=Code.choices)
    note = models.CharField("说明", max_length=300)
    evidence = models.ForeignKey(
        "bureau.StoredFile",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="证明材料",
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REQUESTED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    at = models.DateTimeField("申请时间", db_default=Now())
    decided_at = models.DateTimeField("办理时间", null=True)
    decision_note = models.CharField("批准意见", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "跳过记录"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="skip_other_approves",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("requested_by")),
                violation_error_message="批准人不能是申请人本人。",
            ),
            models.CheckConstraint(
                name="skip_approved_complete",
                condition=~Q(state="approved")
                | Q(approved_by__isnull=False, decided_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["pick"],
                condition=Q(state__in=["requested", "approved"]),
                name="skip_once",
                violation_error_message="这一户已有一项申请在办或已经批准。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pick} {self.get_code_display()}"


class Supplement(models.Model):
    """补抽: draw n + 1 over those not drawn, for picks that fell out, with fresh digits (DRAW §5). Lives with its sitting."""

    sitting = models.OneToOneField(
        Sitting, models.CASCADE, related_name="supplement", verbose_name="摇号会"
    )
    task = models.ForeignKey(
        "planning.Task", models.PROTECT, related_name="supplements", verbose_name="任务"
    )
    reason = models.CharField("补抽原因", max_length=200)
    counts = models.JSONField("每层补抽数", default=dict)  # {stratum label: k}
    created_at = models.DateTimeField("建立时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "补抽"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.task} 补抽"
