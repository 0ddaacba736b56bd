"""Visit (one entity, one window) and what is checked there, by whom, on whose order (A49–A73)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

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
    reason = models.CharField("说明", max_length=300, blank=True)
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
        ]

    def __str__(self) -> str:
        return self.number


class TeamSitting(models.Model):
    """What a 摇号会 for teams is held over: one unit's visits without a team, and whose officers stand in the list (A53, A55)."""

    class Pool(models.TextChoices):
        UNIT = "unit", "本执行单位人员"
        AUTHORITY = "authority", "全局人员（执行单位人员不足时）"

    sitting = models.OneToOneField(
        "planning.Sitting", models.CASCADE, related_name="team_sitting", verbose_name="摇号会"
    )
    task = models.ForeignKey("planning.Task", models.PROTECT, related_name="+", verbose_name="任务")
    unit = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="执行单位"
    )
    pool = models.CharField("人员范围", max_length=10, choices=Pool.choices, default=Pool.UNIT)
    pool_note = models.CharField("扩大范围的原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "人员匹配"
        constraints = [
            models.CheckConstraint(
                name="team_sitting_pool_note",
                condition=Q(pool="unit") | ~Q(pool_note=""),
                violation_error_message="从全局人员中匹配须写明原因。",
            )
        ]

    def __str__(self) -> str:
        return str(self.sitting)


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
        SPLIT = "split", "已拆分"

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
        TeamSitting,
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
                condition=Q(state__in=["dispatched", "teamed", "deemed_done", "split"])
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
                condition=Q(state__in=["pending", "deemed_done"]) | Q(outcome_codes__len__gt=0),
                violation_error_message="请先选择检查结果。",
            ),
        ]
        indexes = [
            models.Index(
                fields=["authority", "due_on"],
                name="visit_matter_due",
                condition=~Q(state__in=["published", "withheld", "deemed_done"]),
            ),
            models.Index(fields=["authority", "state"], name="visit_matter_state"),
        ]

    def __str__(self) -> str:
        return f"{self.visit.number} {self.matter}"


class TeamMember(models.Model):
    class Part(models.TextChoices):
        LEADER = "leader", "组长"
        MEMBER = "member", "组员"
        EXPERT = "expert", "专家"

    class Source(models.TextChoices):
        DRAWN = "drawn", "随机匹配"
        ASSIGNED = "assigned", "直接委派"
        REPLACEMENT = "replacement", "依次递补"
        DESIGNATED = "designated", "另行指派"
        PLATFORM = "platform", "上级平台匹配"

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="team", verbose_name="检查")
    inspector = models.ForeignKey(
        "registry.Inspector", models.PROTECT, null=True, related_name="+", verbose_name="检查人员"
    )
    expert = models.ForeignKey(
        "registry.Expert", models.PROTECT, null=True, related_name="+", verbose_name="专家"
    )
    part = models.CharField("分工", max_length=8, choices=Part.choices)
    source = models.CharField("来源", max_length=12, choices=Source.choices)
    reason = models.CharField("委派原因", max_length=200, blank=True)
    ticket = models.CharField("票值", max_length=64, blank=True)
    position = models.PositiveSmallIntegerField("序号")
    is_current = models.BooleanField("在组", default=True)
    present_at = models.DateTimeField("到场确认", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查组成员"
        ordering = ["visit_id", "position"]
        constraints = [
            models.CheckConstraint(
                name="team_member_one_person",
                condition=Q(
                    inspector__isnull=False, expert__isnull=True, part__in=["leader", "member"]
                )
                | Q(inspector__isnull=True, expert__isnull=False, part="expert"),
            ),
            models.UniqueConstraint(
                fields=["visit"],
                condition=Q(part="leader", is_current=True),
                name="team_one_leader",
                violation_error_message="一个检查组只有一名组长。",
            ),
            models.UniqueConstraint(
                fields=["visit", "inspector"],
                condition=Q(is_current=True),
                name="team_inspector_once",
                violation_error_message="此人已在检查组内。",
            ),
            models.UniqueConstraint(
                fields=["visit", "expert"], condition=Q(is_current=True), name="team_expert_once"
            ),
            models.CheckConstraint(
                name="team_assigned_reason",
                condition=~Q(source__in=["assigned", "designated"]) | ~Q(reason=""),
                violation_error_message="直接委派或另行指派须写明原因。",
            ),
        ]

    def __str__(self) -> str:
        return str(self.inspector or self.expert)


class Replacement(models.Model):
    """岗位调整、工作冲突、健康、回避: who left, who came by the draw's order, who was passed over (A56, DRAW §6)."""

    class Code(models.TextChoices):
        TRANSFER = "transfer", "岗位调整"
        CONFLICT = "schedule", "工作冲突"
        HEALTH = "health", "身体健康"
        RECUSAL = "recusal", "回避"

    class State(models.TextChoices):
        REQUESTED = "requested", "待同意"
        DONE = "done", "已更换"
        DECLINED = "declined", "未同意"

    visit = models.ForeignKey(
        Visit, models.PROTECT, related_name="replacements", verbose_name="检查"
    )
    number = models.PositiveSmallIntegerField("序号")
    leaver = models.ForeignKey(TeamMember, models.PROTECT, related_name="+", verbose_name="退出")
    joiner = models.ForeignKey(
        TeamMember, models.PROTECT, null=True, related_name="+", verbose_name="接替"
    )
    passed_over = models.JSONField("跳过", default=list)  # [{pid, code, approver}]
    code = models.CharField("原因", max_length=10, choices=Code.choices)
    note = models.CharField("说明", max_length=300)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REQUESTED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="同意人"
    )
    at = models.DateTimeField("申请时间", db_default=Now())
    decided_at = models.DateTimeField("办理时间", null=True)
    # 另行指派 of somebody out of turn is allowed with its reason and marked so (002 二十一; DRAW §6).
    is_designated = models.BooleanField("另行指派", default=False)
    decision_note = models.CharField("办理说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "人员更换"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "number"], name="replacement_number_once"),
            models.UniqueConstraint(
                fields=["leaver"],
                condition=Q(state="requested"),
                name="replacement_one_open",
                violation_error_message="此人的更换已在办理，请先办结。",
            ),
            models.CheckConstraint(
                name="replacement_done_complete",
                condition=~Q(state="done")
                | Q(joiner__isnull=False, approved_by__isnull=False, decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.leaver} → {self.joiner}"


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
