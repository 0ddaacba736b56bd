"""执法检查人员名录库 and 专家库 (A19–A25, A100)."""

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from bureau.veils import lift


class ScopedQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return lift(self.filter(authority_id__in=user.authority_ids), user)


class Inspector(models.Model):
    class State(models.TextChoices):
        ACTIVE = "active", "在库"
        LEFT = "left", "已出库"

    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="inspectors", verbose_name="单位"
    )
    unit = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="所在科室（所）"
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="inspector",
        verbose_name="登录账号",
    )
    pid = models.CharField(
        "人员编码", max_length=64, unique=True
    )  # never reused; stands in draw files
    name = models.CharField("姓名", max_length=40)
    post = models.CharField("职务", max_length=60, blank=True)
    phone = models.CharField("手机", max_length=20, blank=True)
    certificate_no = models.CharField("执法证号", max_length=40, unique=True)
    certificate_name = models.CharField("执法证名称", max_length=60, default="行政执法证")
    certificate_issuer = models.CharField("发证机关", max_length=100, blank=True)
    certificate_expires_on = models.DateField("执法证有效期至")
    certificate2_no = models.CharField("第二证号", max_length=40, blank=True)
    certificate2_expires_on = models.DateField("第二证有效期至", null=True, blank=True)
    quals = ArrayField(
        models.CharField(max_length=40), verbose_name="资质专长", default=list, blank=True
    )
    duties = ArrayField(
        models.CharField(max_length=40), verbose_name="职能范围", default=list, blank=True
    )
    may_lead = models.BooleanField("可任组长", default=True)
    capacity = models.PositiveSmallIntegerField("每次匹配最多组数", default=20)
    away_from = models.DateField("离岗自", null=True, blank=True)
    away_to = models.DateField("离岗至", null=True, blank=True)
    away_reason = models.CharField("离岗原因", max_length=100, blank=True)
    # Shown beside the name to whoever checks a notice's code, as long as that visit is open (A98); only if set.
    photo = models.ForeignKey(
        "bureau.StoredFile",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="证件照",
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ACTIVE)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "执法检查人员"
        ordering = ["pid"]
        constraints = [
            models.CheckConstraint(
                name="inspector_pid_repertoire",
                condition=Q(pid__regex=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$"),
                violation_error_message="人员编码只能用字母、数字和 . _ -。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Expert(models.Model):
    """A member of the non-enforcement 专家库: assists, never inspects alone (A23, A100)."""

    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="experts", verbose_name="单位"
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="expert",
        verbose_name="登录账号",
    )
    pid = models.CharField("人员编码", max_length=64, unique=True)
    name = models.CharField("姓名", max_length=40)
    organisation = models.CharField("所在单位", max_length=100)
    title = models.CharField("职称", max_length=40, blank=True)
    fields = ArrayField(models.CharField(max_length=40), verbose_name="专业领域", default=list)
    phone = models.CharField("电话", max_length=20, blank=True)
    capacity = models.PositiveSmallIntegerField("每次匹配最多组数", default=20)
    state = models.CharField(
        "状态", max_length=10, choices=Inspector.State.choices, default="active"
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "专家"
        ordering = ["pid"]

    def __str__(self) -> str:
        return self.name


class Recusal(models.Model):
    """回避: an interest declared or found between a person and an entity (A57)."""

    class Reason(models.TextChoices):  # also the reason label in conflicts.tsv: [a-z_]{1,32}
        DECLARED = "declared", "本人申报有利害关系"
        KIN = "kin", "近亲属关系"
        FORMER_EMPLOYER = "former_employer", "曾任职于该单位"
        INVESTMENT = "investment", "投资或持股"
        DISPUTE = "dispute", "正在诉讼或纠纷"
        PARTY_REQUEST = "party_request", "当事人申请回避"
        OTHER = "other", "其他"

    class State(models.TextChoices):
        IN_FORCE = "in_force", "有效"
        LIFTED = "lifted", "已解除"

    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    inspector = models.ForeignKey(
        Inspector,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="recusals",
        verbose_name="检查人员",
    )
    expert = models.ForeignKey(
        Expert, models.PROTECT, null=True, blank=True, related_name="recusals", verbose_name="专家"
    )
    entity = models.ForeignKey(
        "registry.Entity", models.PROTECT, related_name="recusals", verbose_name="检查对象"
    )
    reason = models.CharField("事由", max_length=20, choices=Reason.choices)
    note = models.CharField("说明", max_length=300, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.IN_FORCE)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    declared_at = models.DateTimeField("登记时间", auto_now_add=True)
    lifted_at = models.DateTimeField("解除时间", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "回避登记"
        constraints = [
            models.CheckConstraint(
                name="recusal_one_person",
                condition=Q(inspector__isnull=False, expert__isnull=True)
                | Q(inspector__isnull=True, expert__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["inspector", "entity"],
                condition=Q(state="in_force", inspector__isnull=False),
                name="recusal_inspector_once",
                violation_error_message="已登记过此人对该对象的回避。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inspector or self.expert} 回避 {self.entity}"
