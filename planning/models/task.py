"""抽查任务: what will be drawn from which pools, by whom it is carried out (A43–A46)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bureau.ids import uuid7
from registry.models.inspector import ScopedQuerySet


class Task(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        READY = "ready", "待摇号"  # both pools confirmed, scheme in place
        LOCKED = "locked", "名单已锁定"
        DRAWN = "drawn", "已抽取，待派发"
        DISPATCHED = "dispatched", "检查中"
        CLOSED = "closed", "已完成"
        CANCELLED = "cancelled", "已撤销"

    class DrawSource(models.TextChoices):
        OWN = "own", "本系统摇号"
        PLATFORM = "platform", "上级平台抽取（不可复算）"
        SUPERIOR = "superior", "上级单位抽取"  # A15: this authority's part of its superior's task
        TRANSFER = "transfer", "外单位转交（原单位抽取）"  # A71: one entity that moved here
        DIRECT = "direct", "直接指定（未摇号）"  # a pool too small to draw from

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="tasks", verbose_name="单位"
    )
    unit = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="组织科室"
    )
    year = models.PositiveSmallIntegerField("年度")
    number = models.CharField("任务编号", max_length=60, unique=True)
    name = models.CharField("任务名称", max_length=150)
    plan_item = models.ForeignKey(
        "planning.PlanItem",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name="计划条目",
    )
    ad_hoc_reason = models.CharField("临时抽查原因", max_length=300, blank=True)
    matters = models.ManyToManyField(
        "registry.Matter", related_name="tasks", verbose_name="抽查事项"
    )
    is_targeted = models.BooleanField("定向抽查", default=True)
    # What the announcement states: candidates and excluded together are exactly its matches (DRAW §2).
    scope = models.JSONField("抽查范围条件", default=dict, blank=True)
    is_risk_differentiated = models.BooleanField("信用风险差异化", default=False)
    # Drawn as 专项整治、特殊事件或上级指令: the yearly limit does not apply (A48).
    is_special = models.BooleanField("专项定向（不受年度次数限制）", default=False)
    special_reason = models.CharField("专项依据", max_length=200, blank=True)
    draw_source = models.CharField(
        "抽取方式", max_length=8, choices=DrawSource.choices, default=DrawSource.OWN
    )
    # A15: the superior's task of which this is the own part; its draws are the origin's.
    origin = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="shares",
        verbose_name="上级任务",
    )
    platform_name = models.CharField("上级平台", max_length=100, blank=True)
    platform_number = models.CharField("平台任务编号", max_length=100, blank=True)
    platform_receipt = models.CharField("平台回执", max_length=200, blank=True)
    direct_reason = models.CharField("直接指定原因", max_length=300, blank=True)
    window_from = models.DateField("检查自")
    window_to = models.DateField("检查至")
    reserve = models.PositiveSmallIntegerField("每层递补数", default=0)
    team_size = models.PositiveSmallIntegerField("检查组人数", default=2)
    scheme = models.TextField("实施方案", blank=True)
    names_in_notice = models.BooleanField("公告列出名单", default=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    created_at = models.DateTimeField("建立时间", db_default=Now())
    drawn_at = models.DateTimeField("抽取时间", null=True)
    dispatched_at = models.DateTimeField("派发时间", null=True)
    dispatched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="派发人"
    )
    closed_at = models.DateTimeField("完成时间", null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "抽查任务"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="task_window",
                condition=Q(window_to__gte=F("window_from")),
                violation_error_message="检查截止日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                name="task_team_size",
                condition=Q(team_size__gte=2),
                violation_error_message="检查组不得少于 2 人（行政检查须两名以上执法人员）。",
            ),
            models.CheckConstraint(
                name="task_direct_reason",
                condition=~Q(draw_source="direct") | ~Q(direct_reason=""),
                violation_error_message="直接指定检查对象须写明原因。",
            ),
            models.CheckConstraint(
                name="task_origin",
                condition=Q(draw_source="superior", origin__isnull=False)
                | ~Q(draw_source="superior") & Q(origin__isnull=True),
            ),
            models.UniqueConstraint(fields=["origin", "authority"], name="task_share_once"),
            models.CheckConstraint(
                name="task_ad_hoc_reason",
                condition=Q(plan_item__isnull=False) | ~Q(ad_hoc_reason=""),
                violation_error_message="临时抽查须写明原因。",
            ),
        ]
        indexes = [models.Index(fields=["authority", "state"], name="task_state")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class TaskGroup(models.Model):
    """Matters of a task that share a pool: one draw each, in one sitting (DRAW §2). A task without groups is one itself.

    Divided before the first lock only: draw 1, 2 … of a group stay draws of the same matters.
    """

    task = models.ForeignKey(Task, models.CASCADE, related_name="groups", verbose_name="任务")
    number = models.PositiveSmallIntegerField("组号")
    name = models.CharField("组名", max_length=40)
    matters = models.ManyToManyField("registry.Matter", related_name="+", verbose_name="抽查事项")
    scope = models.JSONField("抽查范围条件", default=dict, blank=True)  # instead of the task's

    class Meta:
        verbose_name = verbose_name_plural = "事项分组"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["task", "number"], name="task_group_number_once"),
            models.CheckConstraint(name="task_group_number_from_one", condition=Q(number__gte=1)),
        ]

    def __str__(self) -> str:
        return self.name


class TaskStratum(models.Model):
    """One class of candidates with its own ratio or number (A46)."""

    class Mode(models.TextChoices):
        RATIO = "ratio", "按比例（向上取整）"
        AT_MOST = "at_most", "不超过（比例，向下取整）"
        COUNT = "count", "按户数"
        ALL = "all", "全部"

    task = models.ForeignKey(Task, models.CASCADE, related_name="strata", verbose_name="任务")
    group = models.ForeignKey(
        TaskGroup,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="strata",
        verbose_name="事项分组",
    )
    number = models.PositiveSmallIntegerField("序号")
    label = models.CharField("层名", max_length=40)  # enters the draw files
    scope = models.JSONField("条件", default=dict, blank=True)
    mode = models.CharField("方式", max_length=8, choices=Mode.choices)
    value = models.DecimalField(
        "比例（%）或户数", max_digits=9, decimal_places=3, null=True, blank=True
    )
    minimum = models.PositiveIntegerField("至少（户）", null=True, blank=True)
    maximum = models.PositiveIntegerField("至多（户）", null=True, blank=True)
    reserve = models.PositiveSmallIntegerField(
        "递补数", null=True, blank=True, help_text="空着按任务的每层递补数"
    )
    # 检查批次: where everyone is inspected, the drawn order is cut into this many batches (DRAW §2).
    batches = models.PositiveSmallIntegerField("检查批次", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "抽取分层"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "label"],
                name="task_stratum_label_once",
                violation_error_message="同一任务中层名不能重复。",
            ),
            models.UniqueConstraint(fields=["task", "number"], name="task_stratum_number_once"),
            models.CheckConstraint(
                name="task_stratum_value",
                condition=Q(mode="all") | Q(value__gt=0),
                violation_error_message="请填写大于 0 的比例或户数。",
            ),
            models.CheckConstraint(
                name="task_stratum_bounds",
                condition=Q(minimum__isnull=True)
                | Q(maximum__isnull=True)
                | Q(minimum__lte=F("maximum")),
                violation_error_message="至少户数不能大于至多户数。",
            ),
            models.CheckConstraint(
                name="task_stratum_batches",
                condition=Q(batches=1) | Q(batches__gt=1, mode="all"),
                violation_error_message="只有全部检查的层才排检查批次。",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class TaskParticipant(models.Model):
    class Part(models.TextChoices):
        LEAD = "lead", "牵头"
        PARTICIPANT = "participant", "参与"
        EXECUTING = "executing", "执行"
        # A15: the listings of this subordinate are the pool that its superior draws from.
        POOL = "pool", "名录来源"

    task = models.ForeignKey(Task, models.CASCADE, related_name="participants", verbose_name="任务")
    agency = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    part = models.CharField("分工", max_length=12, choices=Part.choices)

    class Meta:
        verbose_name = verbose_name_plural = "任务参与单位"
        constraints = [
            models.UniqueConstraint(fields=["task", "agency", "part"], name="task_participant_once")
        ]

    def __str__(self) -> str:
        return f"{self.agency}（{self.get_part_display()}）"


class PoolConfirmation(models.Model):
    """每次抽查前对“两库”更新确认 (A18): who confirmed which pool as it stood when. Insert-only; void when the pool changes after."""

    class Pool(models.TextChoices):
        ENTITIES = "entities", "检查对象名录库"
        INSPECTORS = "inspectors", "执法检查人员名录库"

    task = models.ForeignKey(
        Task, models.PROTECT, related_name="confirmations", verbose_name="任务"
    )
    pool = models.CharField("名录库", max_length=10, choices=Pool.choices)
    # Whose part of the pool; empty: the task's own authority's. A superior's task has one row per subordinate (A15).
    authority = models.ForeignKey(
        "bureau.Agency",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="名录所属单位",
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="确认人"
    )
    confirmed_at = models.DateTimeField("确认时间", db_default=Now())
    count = models.PositiveIntegerField("在库数")
    fingerprint = models.CharField(
        "名录指纹", max_length=64
    )  # SHA-256 over the pool's ids and facts that the draw reads

    class Meta:
        verbose_name = verbose_name_plural = "两库确认"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_pool_display()} {self.count}"
