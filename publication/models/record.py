"""What the public was shown, frozen byte for byte, and what became of it (A75–A83)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bureau.ids import uuid7
from registry.models.inspector import ScopedQuerySet


class PublicRecord(models.Model):
    """One version of one published thing: the bytes and their digests. Insert-only."""

    class Kind(models.TextChoices):
        RESULT = "result", "抽查结果"
        PLAN = "plan", "年度抽查计划"
        ADJUSTMENT = "adjustment", "计划调整"
        TASK_NOTICE = "task_notice", "抽查任务公告"
        MATTER_LIST = "matter_list", "抽查事项清单"
        PENALTY = "penalty", "行政处罚信息"
        FOLLOWUP = "followup", "后续处置"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    kind = models.CharField("种类", max_length=12, choices=Kind.choices)
    subject = models.CharField(
        "所公示", max_length=80
    )  # "inspections.visitmatter:…", "planning.plan:…"
    version = models.PositiveSmallIntegerField("版本", default=1)
    title = models.CharField("标题", max_length=250)
    content = models.BinaryField("公示内容")  # canonical JSON, UTF-8
    sha256 = models.CharField("SHA-256", max_length=64)
    sm3 = models.CharField("SM3", max_length=64)
    previous_sha256 = models.CharField("前一版指纹", max_length=64, blank=True)
    published_at = models.DateTimeField("公示时间", db_default=Now())
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="公示人"
    )
    due_on = models.DateField("期限", null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示记录"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "version"],
                name="public_record_version_once",
                violation_error_message="这一版已经公示。",
            )
        ]
        indexes = [
            models.Index(fields=["authority", "kind", "-id"], name="public_record_kind"),
            models.Index(fields=["authority", "-id"], name="public_record_authority"),
        ]

    def __str__(self) -> str:
        return self.title


class PublicEntry(models.Model):
    """The search index of the public site: one row per published thing, pointing at its newest record. Rebuildable."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)  # the permanent link
    record = models.OneToOneField(
        PublicRecord, models.PROTECT, related_name="entry", verbose_name="公示记录"
    )
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    kind = models.CharField("种类", max_length=12, choices=PublicRecord.Kind.choices)
    subject = models.CharField("所公示", max_length=80, unique=True)
    title = models.CharField("标题", max_length=250)
    entity_name = models.CharField(
        "对象名称", max_length=200, blank=True
    )  # already masked where the rule says so
    entity_code = models.CharField("对象代码", max_length=96, blank=True)
    search_name = models.CharField(max_length=200, blank=True)  # width and case normalised
    bigrams = ArrayField(models.CharField(max_length=2), default=list)
    matter_name = models.CharField("事项", max_length=200, blank=True)
    task_number = models.CharField("任务编号", max_length=60, blank=True)
    unit_name = models.CharField("检查单位", max_length=100, blank=True)
    region_code = models.CharField("行政区划", max_length=12, blank=True)
    region_name = models.CharField("行政区划名称", max_length=60, blank=True)
    inspected_on = models.DateField("检查日期", null=True)
    outcome_text = models.CharField("检查结果", max_length=500, blank=True)
    found_problem = models.BooleanField("发现问题", default=False)
    is_corrected = models.BooleanField("曾更正", default=False)
    published_at = models.DateTimeField("公示时间")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示索引"
        ordering = ["-published_at", "-id"]
        indexes = [
            GinIndex(fields=["bigrams"], name="public_entry_bigrams"),
            models.Index(fields=["kind", "-published_at", "-id"], name="public_entry_newest"),
            models.Index(
                fields=["entity_code"], name="public_entry_code", condition=~Q(entity_code="")
            ),
            # One filter that few rows pass must not read the whole index of days.
            models.Index(
                fields=["matter_name", "-published_at", "-id"],
                name="public_entry_matter",
                condition=Q(kind="result"),
            ),
            models.Index(
                fields=["unit_name", "-published_at", "-id"],
                name="public_entry_unit",
                condition=Q(kind="result"),
            ),
            models.Index(fields=["task_number", "-published_at", "-id"], name="public_entry_task"),
            models.Index(
                fields=["region_code"],
                opclasses=["varchar_pattern_ops"],
                name="public_entry_region",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Nondisclosure(models.Model):
    """依法不公开: reason, basis, approval by somebody else (A75)."""

    visit_matter = models.OneToOneField(
        "inspections.VisitMatter",
        models.PROTECT,
        related_name="nondisclosure",
        verbose_name="检查事项",
    )
    reason = models.CharField("原因", max_length=300)
    basis = models.CharField("依据", max_length=300)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人"
    )
    requested_at = models.DateTimeField("申请时间", db_default=Now())
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    approved_at = models.DateTimeField("批准时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "依法不公开"
        constraints = [
            models.CheckConstraint(
                name="nondisclosure_other_approves",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("requested_by")),
                violation_error_message="批准人不能是申请人本人。",
            )
        ]

    def __str__(self) -> str:
        return self.reason


class Correction(models.Model):
    """更正 of a published outcome, only with the head's signature (A81)."""

    class State(models.TextChoices):
        REQUESTED = "requested", "待主要负责人签字"
        APPROVED = "approved", "已更正"
        REFUSED = "refused", "未同意"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField("更正编号", max_length=60, unique=True)
    visit_matter = models.ForeignKey(
        "inspections.VisitMatter",
        models.PROTECT,
        related_name="corrections",
        verbose_name="检查事项",
    )
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    objection = models.ForeignKey(
        "publication.Objection",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name="据以更正的异议",
    )
    # {"codes": […], "methods": […], "note": "…", "findings": [["fact", "basis", "measure"]]}
    before = models.JSONField("更正前")
    after = models.JSONField("更正后")
    of_revision = models.PositiveSmallIntegerField("所更正的结果版本")
    reason = models.CharField("更正原因", max_length=300)  # shown to the public with the result
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REQUESTED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人"
    )
    requested_at = models.DateTimeField("申请时间", db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="签字人"
    )
    decided_at = models.DateTimeField("签字时间", null=True)
    decision_note = models.CharField("签字意见", max_length=300, blank=True)
    record = models.OneToOneField(
        PublicRecord,
        models.PROTECT,
        null=True,
        related_name="correction",
        verbose_name="更正后的公示",
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结果更正"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit_matter"],
                condition=Q(state="requested"),
                name="correction_one_open",
                violation_error_message="这项结果已有一件更正待主要负责人签字，请先办结。",
            ),
            models.CheckConstraint(
                name="correction_other_decides",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("requested_by")),
                violation_error_message="签字人不能是申请人本人。",
            ),
            models.CheckConstraint(
                name="correction_complete",
                condition=~Q(state="approved")
                | Q(decided_by__isnull=False, decided_at__isnull=False, record__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Objection(models.Model):
    """异议: received, rechecked within 20 working days by somebody else, replied within 15 (A82, A83)."""

    class State(models.TextChoices):
        RECEIVED = "received", "待复查"
        RECHECKED = "rechecked", "待反馈"
        REPLIED = "replied", "已反馈"
        DECLINED = "declined", "不予受理"

    # Nothing more is to be done.
    ENDED = ("replied", "declined")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    number = models.CharField("异议编号", max_length=60, unique=True)
    visit_matter = models.ForeignKey(
        "inspections.VisitMatter",
        models.PROTECT,
        related_name="objections",
        verbose_name="检查事项",
    )
    applicant = models.CharField("申请人", max_length=200)
    contact = models.CharField("联系方式", max_length=60)
    text = models.TextField("异议内容")
    received_on = models.DateField("收到日期")
    recheck_due_on = models.DateField("复查期限")
    recheck_due_is_provisional = models.BooleanField(default=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.RECEIVED)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    registered_at = models.DateTimeField("登记时间", db_default=Now())
    files = models.ManyToManyField(
        "bureau.StoredFile", related_name="+", blank=True, verbose_name="申请人材料"
    )
    accepted_on = models.DateField("受理日期", null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="受理人"
    )
    declined_on = models.DateField("不予受理日期", null=True)
    declined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="办理人"
    )
    decline_reason = models.CharField("不予受理的理由", max_length=300, blank=True)
    rechecked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="复查人"
    )
    rechecked_on = models.DateField("复查日期", null=True)
    is_upheld = models.BooleanField("异议成立", null=True)
    finding = models.TextField("复查结论", blank=True)
    reply_due_on = models.DateField("反馈期限", null=True)
    reply_due_is_provisional = models.BooleanField(default=False)
    replied_on = models.DateField("反馈日期", null=True)
    reply = models.TextField("反馈内容", blank=True)
    replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="反馈人"
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "异议"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="objection_declined_with_reason",
                condition=~Q(state="declined")
                | (
                    Q(
                        declined_on__isnull=False,
                        declined_by__isnull=False,
                        accepted_on__isnull=True,
                    )
                    & ~Q(decline_reason="")
                ),
                violation_error_message="不予受理须写明理由；已受理的不能再不予受理。",
            )
        ]

    def __str__(self) -> str:
        return self.number
