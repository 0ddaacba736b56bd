"""What happens to a disposal until its end: steps, letters, requests for approval, recheck visits (A84–A87, A94b)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bureau.ids import uuid7
from inspections.models.record import Disposal
from registry.models.inspector import ScopedQuerySet


class Letter(models.Model):
    """责令改正通知书, 反馈单, 移送函 or 抄告函: frozen when issued; only its receipt is added, once (A84, A86)."""

    class Kind(models.TextChoices):
        RECTIFY = "rectify", "责令限期改正通知书"
        FEEDBACK = "feedback", "抽查发现问题反馈单"
        REFERRAL = "referral", "案件线索移送函"
        JUDICIAL = "judicial", "涉嫌犯罪案件移送函"
        NOTIFY = "notify", "抄告函"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    disposal = models.ForeignKey(
        Disposal, models.PROTECT, related_name="letters", verbose_name="处置"
    )
    kind = models.CharField("文种", max_length=10, choices=Kind.choices)
    number = models.CharField("文号", max_length=60, unique=True)
    recipient = models.CharField("主送", max_length=200)
    content = models.JSONField("内容")  # what was issued; never changed
    sent_on = models.DateField("印发日期")
    due_on = models.DateField("要求办理期限", null=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="制发人"
    )
    issued_at = models.DateTimeField("制发时间", db_default=Now())
    receipt_on = models.DateField("送达或签收日期", null=True)
    receipt_note = models.CharField("回执", max_length=300, blank=True)
    receipt_file = models.ForeignKey(
        "bureau.StoredFile", models.PROTECT, null=True, related_name="+", verbose_name="回执扫描件"
    )
    receipt_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="回执登记人",
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "处置文书"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="letter_receipt_whole",
                condition=Q(receipt_on__isnull=True, receipt_by__isnull=True)
                | (Q(receipt_on__isnull=False, receipt_by__isnull=False) & ~Q(receipt_note="")),
                violation_error_message="登记回执须写明日期和签收情况。",
            ),
            models.CheckConstraint(
                name="letter_receipt_after",
                condition=Q(receipt_on__isnull=True) | Q(receipt_on__gte=F("sent_on")),
                violation_error_message="签收日期不能早于印发日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RecheckVisit(models.Model):
    """复查（回头看）: an own visit to see whether what was ordered was done; the head approves it before (A86, A97)."""

    class State(models.TextChoices):
        REQUESTED = "requested", "待审批"
        APPROVED = "approved", "待复查"
        REFUSED = "refused", "未批准"
        DONE = "done", "已复查"
        CANCELLED = "cancelled", "已取消"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    disposal = models.ForeignKey(
        Disposal, models.PROTECT, related_name="rechecks", verbose_name="处置"
    )
    number = models.CharField("复查编号", max_length=60, unique=True)
    unit = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="复查单位"
    )
    officers = models.ManyToManyField(
        "registry.Inspector", related_name="+", verbose_name="复查人员"
    )
    planned_on = models.DateField("安排日期")
    reason = models.CharField("说明", max_length=300, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REQUESTED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提请人"
    )
    requested_at = models.DateTimeField("提请时间", db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审批人"
    )
    decided_at = models.DateTimeField("审批时间", null=True)
    decision_note = models.CharField("审批意见", max_length=300, blank=True)
    visited_on = models.DateField("复查日期", null=True)
    place = models.CharField("复查地点", max_length=300, blank=True)
    is_passed = models.BooleanField("已改正", null=True)
    finding = models.CharField("复查情况", max_length=500, blank=True)
    documents = models.ManyToManyField(
        "bureau.StoredFile", related_name="+", blank=True, verbose_name="照片和材料"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间", null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "复查"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="recheck_other_decides",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                violation_error_message="审批人不能是提请人本人。",
            ),
            models.CheckConstraint(
                name="recheck_has_order",
                condition=~Q(state__in=["approved", "done"]) | Q(decided_by__isnull=False),
                violation_error_message="复查须先经主要负责人批准。",
            ),
            models.CheckConstraint(
                name="recheck_done_whole",
                condition=~Q(state="done")
                | (
                    Q(visited_on__isnull=False, is_passed__isnull=False, recorded_by__isnull=False)
                    & ~Q(finding="")
                ),
                violation_error_message="登记复查须写明日期、情况和是否改正。",
            ),
            models.UniqueConstraint(
                fields=["disposal"],
                condition=Q(state__in=["requested", "approved"]),
                name="recheck_one_open",
                violation_error_message="这项处置的复查正在办理，请先办结。",
            ),
        ]
        indexes = [
            models.Index(
                fields=["authority", "planned_on"],
                name="recheck_open",
                condition=Q(state__in=["requested", "approved"]),
            )
        ]

    def __str__(self) -> str:
        return self.number


class DisposalAsk(models.Model):
    """What somebody asks for and somebody else decides: more time, 移送司法机关, ending it early (A84, A94b)."""

    class Kind(models.TextChoices):
        EXTEND = "extend", "延长期限"
        JUDICIAL = "judicial", "移送司法机关"
        STOP = "stop", "终止处置"

    class State(models.TextChoices):
        REQUESTED = "requested", "待批准"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "未批准"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    disposal = models.ForeignKey(Disposal, models.PROTECT, related_name="asks", verbose_name="处置")
    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    reason = models.CharField("理由", max_length=300)
    old_due_on = models.DateField("原期限")
    new_due_on = models.DateField("延长至", null=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REQUESTED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人"
    )
    requested_at = models.DateTimeField("申请时间", db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    decided_at = models.DateTimeField("办理时间", null=True)
    decision_note = models.CharField("意见", max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "处置申请"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="disposal_ask_other_decides",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                violation_error_message="批准人不能是申请人本人。",
            ),
            models.CheckConstraint(name="disposal_ask_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="disposal_ask_later",
                condition=~Q(kind="extend")
                | Q(new_due_on__isnull=False, new_due_on__gt=F("old_due_on")),
                violation_error_message="延长后的期限须晚于原期限。",
            ),
            models.UniqueConstraint(
                fields=["disposal", "kind"],
                condition=Q(state="requested"),
                name="disposal_ask_one_open",
                violation_error_message="同样的申请正在等待批准。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.disposal} {self.get_kind_display()}"


class DisposalStep(models.Model):
    """One step of a disposal on its path, with its paper. Insert-only (A85)."""

    class Kind(models.TextChoices):
        OPENED = "opened", "发起处置"
        LETTER = "issue", "制发文书"
        RECEIPT = "receipt", "登记送达或签收"
        MATERIAL = "material", "收到整改材料"
        RECHECK = "recheck", "安排复查"
        PASSED = "pass", "核查已改正"
        FAILED = "fail", "核查未改正"
        FILED = "file", "登记立案"
        NOT_FILED = "not_file", "登记不予立案"
        CLOSED = "close", "登记处理结果并办结"
        EXTENDED = "extend", "延长期限"
        SIGNED = "judicial", "批准移送司法机关"
        STOPPED = "stop", "终止处置"
        ESCALATED = "escalate", "转为移送办案机构"
        REPORTED = "report", "逾期上报"

    disposal = models.ForeignKey(
        Disposal, models.PROTECT, related_name="steps", verbose_name="处置"
    )
    kind = models.CharField("步骤", max_length=10, choices=Kind.choices)
    happened_on = models.DateField("日期")
    text = models.CharField("情况", max_length=500, blank=True)
    document = models.ForeignKey(
        "bureau.StoredFile", models.PROTECT, null=True, related_name="+", verbose_name="材料"
    )
    letter = models.ForeignKey(
        Letter, models.PROTECT, null=True, related_name="steps", verbose_name="文书"
    )
    recheck = models.ForeignKey(
        RecheckVisit, models.PROTECT, null=True, related_name="steps", verbose_name="复查"
    )
    # What may be done once only, as an overdue report of one level for one deadline; empty otherwise.
    mark = models.CharField("一次性标记", max_length=40, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    at = models.DateTimeField("登记时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "处置步骤"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["disposal", "mark"], condition=~Q(mark=""), name="disposal_step_mark_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.happened_on} {self.get_kind_display()}"
