"""What happens to a visit outside its ordinary course: attempts at contact, reports of 视为完成, transfer, consent to a merge, checking the list (A49, A70, A71, A105)."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bureau.ids import uuid7
from bureau.veils import lift
from inspections.models.visit import Visit
from registry.models.inspector import ScopedQuerySet


class ContactAttempt(models.Model):
    """联系记录: a day on which somebody tried to reach the entity at its registered address (A70). Insert-only."""

    class Way(models.TextChoices):
        DOOR = "door", "上门"
        PHONE = "phone", "电话"
        POST = "post", "邮寄"

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="attempts", verbose_name="检查")
    on = models.DateField("日期")
    way = models.CharField("方式", max_length=8, choices=Way.choices)
    result = models.CharField("情况", max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    at = models.DateTimeField("登记时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "联系记录"
        ordering = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.on} {self.get_way_display()}"


class DeemedReport(models.Model):
    """视为完成汇总名单, sent to the superior and received there (A70). `content` is what was sent, frozen."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="上报单位"
    )
    superior = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="接收单位"
    )
    number = models.CharField("文号", max_length=60, unique=True)
    period_from = models.DateField("自")
    period_to = models.DateField("至")
    content = models.JSONField("名单", default=dict)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上报人"
    )
    sent_at = models.DateTimeField("上报时间", db_default=Now())
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="签收人"
    )
    received_at = models.DateTimeField("签收时间", null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "视为完成上报名单"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number


class TransferQuerySet(models.QuerySet["Transfer"]):
    def visible_to(self, user: Any) -> "TransferQuerySet":
        """One's own side; the other side once it is offered to them."""
        rows = self.filter(
            Q(authority_id__in=user.authority_ids)
            | Q(
                to_authority_id__in=user.authority_ids,
                state__in=[
                    Transfer.State.OFFERED,
                    Transfer.State.ACCEPTED,
                    Transfer.State.DECLINED,
                ],
            )
        )
        return lift(rows, user)


class Transfer(models.Model):
    """变更检查单位转交: written notice of the old unit, approved, then the visit goes to the unit of the new place (A71)."""

    class State(models.TextChoices):
        REQUESTED = "requested", "待批准"
        REFUSED = "refused", "未批准"
        OFFERED = "offered", "待接收"
        ACCEPTED = "accepted", "已转交"
        DECLINED = "declined", "对方退回"
        WITHDRAWN = "withdrawn", "已撤回"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="转出单位"
    )
    from_unit = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="原执行单位"
    )
    to_authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="接收单位"
    )
    to_unit = models.ForeignKey(
        "bureau.Agency", models.PROTECT, null=True, related_name="+", verbose_name="新执行单位"
    )
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="transfers", verbose_name="检查")
    new_visit = models.OneToOneField(
        Visit, models.PROTECT, null=True, related_name="came_by", verbose_name="接收后的检查"
    )
    number = models.CharField("转交通知文号", max_length=60, unique=True)
    moved_on = models.DateField("迁移日期")
    new_address = models.CharField("迁入地址", max_length=200)
    reason = models.CharField("情况说明", max_length=300)
    evidence = models.ForeignKey(
        "bureau.StoredFile",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="证明材料",
    )
    content = models.JSONField("通知内容", default=dict)  # what the written notice says, frozen
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REQUESTED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人"
    )
    requested_at = models.DateTimeField("申请时间", db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    decided_at = models.DateTimeField("批准时间", null=True)
    decision_note = models.CharField("批准意见", max_length=300, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="接收人"
    )
    answered_at = models.DateTimeField("答复时间", null=True)
    answer_note = models.CharField("答复", max_length=300, blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "转交"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="transfer_other_decides",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                violation_error_message="批准人不能是申请人本人。",
            ),
            models.UniqueConstraint(
                fields=["visit"],
                condition=Q(state__in=["requested", "offered"]),
                name="transfer_one_open",
                violation_error_message="这次检查的转交正在办理，请先办结。",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def receiver_name(self) -> str:
        return str((self.to_unit or self.to_authority).name)


class MergeConsent(models.Model):
    """同意合并检查: whoever organised a task says that they saw the merge and agree (A49; ARCHITECTURE §5)."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="consents", verbose_name="检查")
    task = models.ForeignKey("planning.Task", models.PROTECT, related_name="+", verbose_name="任务")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人"
    )
    at = models.DateTimeField("时间", db_default=Now())
    by_dispatch = models.BooleanField("派发时确认", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "合并确认"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["visit", "task"], name="merge_consent_once")]

    def __str__(self) -> str:
        return f"{self.task} {self.user}"


class ListCheck(models.Model):
    """核对名单: the executing unit checks the list it was given within two working days (A105)."""

    task = models.ForeignKey(
        "planning.Task", models.PROTECT, related_name="list_checks", verbose_name="任务"
    )
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    unit = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="执行单位"
    )
    count = models.PositiveIntegerField("户数")
    visits = models.ManyToManyField(Visit, related_name="+", verbose_name="下达的检查")
    due_on = models.DateField("期限")
    due_is_provisional = models.BooleanField("期限暂定", default=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="核对人"
    )
    confirmed_at = models.DateTimeField("核对时间", null=True)
    note = models.CharField("核对情况", max_length=300, blank=True)
    created_at = models.DateTimeField("下达时间", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名单核对"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "unit"],
                condition=Q(confirmed_by__isnull=True),
                name="list_check_one_open",
            )
        ]
        indexes = [
            models.Index(
                fields=["authority", "due_on"],
                name="list_check_open",
                condition=Q(confirmed_by__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.unit}"
