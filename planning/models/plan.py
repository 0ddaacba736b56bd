"""年度抽查工作计划: items, adjustment, filing (A26–A42)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from registry.models.inspector import ScopedQuerySet


class Plan(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "待审批"
        APPROVED = "approved", "待公布"
        PUBLISHED = "published", "执行中"

    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="plans", verbose_name="单位"
    )
    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("标题", max_length=150)
    basis = models.TextField("编制依据", blank=True)
    requirements = models.TextField("工作要求", blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField("版本", default=1)  # raised by every approved adjustment
    return_reason = models.CharField("退回原因", max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="编制人"
    )
    created_at = models.DateTimeField("编制时间", db_default=Now())
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="提交人"
    )
    submitted_at = models.DateTimeField("提交时间", null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    approved_at = models.DateTimeField("批准时间", null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="公布人"
    )
    published_at = models.DateTimeField("公布时间", null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度抽查计划"
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "year"],
                name="plan_once_a_year",
                violation_error_message="本单位这一年度的计划已建立，请在原计划上修改或调整。",
            )
        ]

    def __str__(self) -> str:
        return self.title


class PlanItem(models.Model):
    class RatioMode(models.TextChoices):
        PERCENT = "percent", "按比例"
        COUNT = "count", "按户数"
        ALL = "all", "全查"
        MIN = "min", "不少于（比例）"
        MAX = "max", "不超过（比例）"
        ORDER = "order", "全查并抽取批次顺序"

    class State(models.TextChoices):
        ACTIVE = "active", "有效"
        REMOVED = "removed", "已调整取消"

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="items", verbose_name="计划")
    number = models.PositiveSmallIntegerField("序号")
    name = models.CharField("任务名称", max_length=150)
    matters = models.ManyToManyField(
        "registry.Matter", related_name="plan_items", verbose_name="抽查事项"
    )
    is_targeted = models.BooleanField("定向抽查", default=True)
    scope = models.JSONField(
        "抽查范围条件", default=dict, blank=True
    )  # registry's filter: {"kinds": [...], …}
    # The bureau's own words for the scope; empty: the conditions in words. `scope_text` is what is shown.
    scope_words = models.CharField("抽查范围文字", max_length=300, blank=True)
    scope_text = models.CharField("抽查范围", max_length=300)
    ratio_mode = models.CharField("比例方式", max_length=8, choices=RatioMode.choices)
    ratio_value = models.DecimalField(
        "比例（%）或户数", max_digits=9, decimal_places=3, null=True, blank=True
    )
    ratio_text = models.CharField("抽查比例（数量）", max_length=100, blank=True)
    base_count = models.PositiveIntegerField("抽查基数", null=True, blank=True)
    estimate = models.PositiveIntegerField("预估抽查对象数")
    frequency = models.CharField("抽查频次", max_length=60, default="1次/年")
    region_weight = models.CharField("地区比重", max_length=200, blank=True)
    level_split = models.CharField("省市县分配比例", max_length=200, blank=True)
    methods = ArrayField(models.CharField(max_length=20), verbose_name="检查方式", default=list)
    period_from = models.DateField("开始")
    period_to = models.DateField("结束")
    lead = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="牵头科室"
    )
    participants = models.ManyToManyField(
        "bureau.Agency", related_name="+", blank=True, verbose_name="参与单位"
    )
    is_joint = models.BooleanField("部门联合", default=False)
    is_risk_differentiated = models.BooleanField("信用风险差异化", default=False)
    initiation = models.CharField("发起方式", max_length=40, blank=True)
    remark = models.CharField("备注", max_length=300, blank=True)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.ACTIVE)

    class Meta:
        verbose_name = verbose_name_plural = "计划条目"
        ordering = ["plan_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_item_number_once"),
            models.CheckConstraint(
                name="plan_item_period",
                condition=Q(period_to__gte=F("period_from")),
                violation_error_message="结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                name="plan_item_ratio",
                condition=Q(ratio_mode__in=["all", "order"]) | Q(ratio_value__gt=0),
                violation_error_message="请填写大于 0 的比例或户数。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlanAdjustment(models.Model):
    """计划调整 with reason, before/after and approval (A31)."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", "待审批"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "未批准"

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="adjustments", verbose_name="计划")
    number = models.PositiveSmallIntegerField("次数")
    reason = models.TextField("调整原因")
    # [{"op": "add"|"change"|"remove", "item": pk|null, "before": {...}, "after": {...}}]
    changes = models.JSONField("调整内容")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.SUBMITTED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人"
    )
    requested_at = models.DateTimeField("申请时间", db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审批人"
    )
    decided_at = models.DateTimeField("审批时间", null=True)
    decision_note = models.CharField("审批意见", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "计划调整"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_adjustment_number_once"),
            models.UniqueConstraint(
                fields=["plan"],
                condition=Q(state="submitted"),
                name="plan_one_open_adjustment",
                violation_error_message="本计划已有一项调整待审批，请先办结。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} 第 {self.number} 次调整"


class Filing(models.Model):
    """备案: the plan, or an adjustment of it, sent to the superior with its receipt (A30)."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="filings", verbose_name="计划")
    adjustment = models.ForeignKey(
        PlanAdjustment, models.PROTECT, null=True, related_name="+", verbose_name="调整"
    )
    to_agency = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="报送单位"
    )
    version = models.PositiveIntegerField("计划版本")
    filed_at = models.DateTimeField("报送时间", db_default=Now())
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="签收人"
    )
    received_at = models.DateTimeField("签收时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "备案"
        constraints = [
            models.UniqueConstraint(fields=["plan", "version", "to_agency"], name="filing_once")
        ]

    def __str__(self) -> str:
        return f"{self.plan}（第 {self.version} 版）备案"
