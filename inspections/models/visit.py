"""Visit (one entity, one window) and what is checked there, by whom, on whose order (A49–A73)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from bureau.ids import uuid7
from registry.models.inspector import ScopedQuerySet


class InspectionOrder(models.Model):
    """检查审批: the head approves before visits, one or a batch; afterwards only in an emergency with reason (A97)."""

    class State(models.TextChoices):
        REQUESTED = "requested", "待审批"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "未批准"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    number = models.CharField("审批编号", max_length=60, unique=True)
    task = models.ForeignKey(
        "planning.Task", models.PROTECT, null=True, related_name="+", verbose_name="任务"
    )
    is_emergency = models.BooleanField("紧急情况事后补办", default=False)
    # The day of the emergency visit, and until when its approval must be made up (setting emergency_order_workdays).
    emergency_on = models.DateField("紧急检查日期", null=True, blank=True)
    due_on = models.DateField("补办期限", null=True, blank=True)
    due_is_provisional = models.BooleanField("期限暂定", default=False)
    reason = models.CharField("说明", max_length=300, blank=True)
    # How often each entity was inspected when it was asked for, then when it was decided: {visit: {text, cap, …}}.
    frequency = models.JSONField("本年检查频次", default=dict, blank=True)
    is_over_limit = models.BooleanField("含超过年度上限的对象", default=False)
    over_reason = models.CharField("批准超过上限的理由", max_length=300, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REQUESTED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人"
    )
    requested_at = models.DateTimeField("申请时间", db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审批人"
    )
    decided_at = models.DateTimeField("审批时间", null=True)
    decision_note = models.CharField("审批意见", max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查审批"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="order_other_decides",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                violation_error_message="审批人不能是申请人本人。",
            ),
            models.CheckConstraint(
                name="order_emergency_reason",
                condition=Q(is_emergency=False) | ~Q(reason=""),
                violation_error_message="紧急补办须写明原因。",
            ),
            # Above the published cap nobody is inspected without a written reason (A95, A97).
            models.CheckConstraint(
                name="order_over_limit_reason",
                condition=~Q(state="approved", is_over_limit=True) | ~Q(over_reason=""),
                violation_error_message="批准超过年度上限的检查，须写明理由。",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_asked_late(self) -> bool:
        """紧急检查 asked for after its days had run out."""
        return self.due_on is not None and timezone.localdate(self.requested_at) > self.due_on

    @property
    def is_decided_late(self) -> bool:
        return (
            self.due_on is not None
            and self.decided_at is not None
            and timezone.localdate(self.decided_at) > self.due_on
        )


class Visit(models.Model):
    class State(models.TextChoices):
        DISPATCHED = "dispatched", "待匹配人员"
        TEAMED = "teamed", "待检查审批"
        ORDERED = "ordered", "待检查"
        IN_PROGRESS = "in_progress", "检查中"
        FINISHED = "finished", "检查结束，待录入"
        RECORDED = "recorded", "结果已提交"
        CLOSED = "closed", "已办结"
        DEEMED_DONE = "deemed_done", "视为完成"
        TRANSFERRED = "transferred", "已转交外单位"
        SKIPPED = "skipped", "不再检查"
        SPLIT = "split", "已拆分"

    # Nobody came and nobody will: these have no order, no result, and no time at which they ended.
    NOT_VISITED = ("deemed_done", "transferred", "skipped", "split")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="visits", verbose_name="单位"
    )
    unit = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="执行单位"
    )
    entity = models.ForeignKey(
        "registry.Entity", models.PROTECT, related_name="visits", verbose_name="检查对象"
    )
    number = models.CharField(
        "检查编号", max_length=60, unique=True
    )  # ASCII: stands in team draws as visit-id
    window_from = models.DateField("检查自")
    window_to = models.DateField("检查至")
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.DISPATCHED)
    team_draw = models.ForeignKey(
        "planning.Draw",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="人员匹配",
    )
    # The sitting that this visit is prepared for; free again when that is discarded or voided.
    team_sitting = models.ForeignKey(
        "inspections.TeamSitting",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="visits",
        verbose_name="匹配安排",
    )
    # Binds which firm the team is drawn for; opened with the visit's result (DRAW §2).
    target_salt = models.CharField(max_length=64)
    order = models.ForeignKey(
        InspectionOrder,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="visits",
        verbose_name="检查审批",
    )
    # The day for which the unit plans it; the team learns of it the evening before (setting visit_disclosure).
    planned_on = models.DateField("安排检查日期", null=True, blank=True)
    place = models.CharField("检查地点", max_length=300, blank=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    # happened_at is what a person claims, recorded_at when the server learned it; a long gap is flagged.
    started_at = models.DateTimeField("到场时间", null=True, blank=True)
    started_recorded_at = models.DateTimeField("到场登记时间", null=True, blank=True)
    ended_at = models.DateTimeField("检查结束时间", null=True, blank=True)
    ended_recorded_at = models.DateTimeField("结束登记时间", null=True, blank=True)
    party_opinion = models.CharField("当事人意见", max_length=300, blank=True)
    party_signed = models.CharField(
        "当事人签字",
        max_length=10,
        blank=True,
        choices=[("signed", "已签字盖章"), ("refused", "拒绝签字")],
    )
    refusal_note = models.CharField("拒签情况", max_length=300, blank=True)
    witness_name = models.CharField("见证人", max_length=60, blank=True)
    trimmed_steps = models.JSONField("删减的程序", default=dict, blank=True)  # A69: {step: reason}
    split_from = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name="拆分自",
    )
    created_at = models.DateTimeField("派发时间", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="visit_window", condition=Q(window_to__gte=F("window_from"))
            ),
            models.CheckConstraint(
                name="visit_ends_after_start",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                violation_error_message="检查结束时间不能早于到场时间。",
            ),
            # No visit without the head's order, unless it is an emergency one asked for afterwards (A97).
            models.CheckConstraint(
                name="visit_has_order",
                condition=Q(
                    state__in=[
                        "dispatched",
                        "teamed",
                        "deemed_done",
                        "transferred",
                        "skipped",
                        "split",
                    ]
                )
                | Q(order__isnull=False),
                violation_error_message="检查须先经主要负责人批准。",
            ),
        ]
        indexes = [models.Index(fields=["authority", "state", "window_to"], name="visit_state")]

    def __str__(self) -> str:
        return f"{self.number} {self.entity}"


class VisitMatter(models.Model):
    """One matter checked in a visit, for one task: its own checklist, outcome, clock, review and publication."""

    class State(models.TextChoices):
        PENDING = "pending", "待录入"
        RECORDED = "recorded", "待签字"
        SIGNED = "signed", "待提交审核"
        SUBMITTED = "submitted", "待审核"
        RETURNED = "returned", "审核退回"
        APPROVED = "approved", "待公示"
        PUBLISHED = "published", "已公示"
        WITHHELD = "withheld", "依法不公开"
        DEEMED_DONE = "deemed_done", "视为完成"
        TRANSFERRED = "transferred", "已转交外单位"
        SKIPPED = "skipped", "不再检查"

    NOT_CHECKED = ("deemed_done", "transferred", "skipped")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="matters", verbose_name="检查")
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    task = models.ForeignKey(
        "planning.Task", models.PROTECT, related_name="visit_matters", verbose_name="任务"
    )
    pick = models.ForeignKey(
        "planning.Pick",
        models.PROTECT,
        null=True,
        related_name="visit_matters",
        verbose_name="抽中对象",
    )
    matter = models.ForeignKey(
        "registry.Matter", models.PROTECT, related_name="visit_matters", verbose_name="事项"
    )
    matter_revision = models.ForeignKey(
        "registry.MatterRevision", models.PROTECT, related_name="+", verbose_name="事项版本"
    )
    checklist = models.ForeignKey(
        "registry.Checklist", models.PROTECT, related_name="+", verbose_name="检查表"
    )
    responsible = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="责任单位"
    )
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.PENDING)
    methods = ArrayField(
        models.CharField(max_length=20), verbose_name="检查方式", default=list, blank=True
    )
    outcome_codes = ArrayField(
        models.CharField(max_length=8), verbose_name="检查结果", default=list, blank=True
    )
    outcome_note = models.CharField("结果说明", max_length=500, blank=True)
    outcome_revision = models.PositiveSmallIntegerField("结果版本", default=0)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="录入人"
    )
    recorded_at = models.DateTimeField("录入时间", null=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="提交人"
    )
    submitted_at = models.DateTimeField("提交时间", null=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审核人"
    )
    reviewed_at = models.DateTimeField("审核时间", null=True)
    review_note = models.CharField("审核意见", max_length=500, blank=True)
    # The publication clock: 20 working days (setting) from visit end or task end (setting) (A75).
    clock_from = models.DateField("期限起算日", null=True)
    due_on = models.DateField("录入公示期限", null=True)
    due_is_provisional = models.BooleanField("期限暂定", default=False)
    published_at = models.DateTimeField("公示时间", null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="公示人"
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查事项"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "task", "matter"], name="visit_matter_once"),
            models.CheckConstraint(
                name="visit_matter_other_reviews",
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("recorded_by")),
                violation_error_message="审核人不能是录入结果的人。",
            ),
            models.CheckConstraint(
                name="visit_matter_outcome",
                condition=Q(state__in=["pending", "deemed_done", "transferred", "skipped"])
                | Q(outcome_codes__len__gt=0),
                violation_error_message="请先选择检查结果。",
            ),
        ]
        indexes = [
            models.Index(
                fields=["authority", "due_on"],
                name="visit_matter_due",
                condition=~Q(
                    state__in=["published", "withheld", "deemed_done", "transferred", "skipped"]
                ),
            ),
            models.Index(fields=["authority", "state"], name="visit_matter_state"),
        ]

    def __str__(self) -> str:
        return f"{self.visit.number} {self.matter}"


class Notice(models.Model):
    """检查告知书/通知书 with the code that opens its public check page (A64, A101)."""

    visit = models.OneToOneField(Visit, models.PROTECT, related_name="notice", verbose_name="检查")
    number = models.CharField("文号", max_length=60, unique=True)
    token = models.CharField("核验码", max_length=32, unique=True)
    content = models.JSONField("内容")  # what was printed, frozen
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="制作人"
    )
    issued_at = models.DateTimeField("制作时间", db_default=Now())
    delivered_at = models.DateTimeField("送达时间", null=True)
    delivered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="送达人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "检查通知书"

    def __str__(self) -> str:
        return self.number
