"""抽查事项清单: matters with their guide and checklists, versioned (A01–A08)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class MatterQuerySet(models.QuerySet["Matter"]):
    def visible_to(self, user) -> "MatterQuerySet":
        return self.filter(authority_id__in=user.authority_ids)

    def in_force(self) -> "MatterQuerySet":
        return self.filter(state=Matter.State.IN_FORCE)


class Matter(models.Model):
    class Category(models.TextChoices):
        GENERAL = "general", "一般检查事项"
        KEY = "key", "重点检查事项"

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        IN_FORCE = "in_force", "执行中"
        ENDED = "ended", "已停用"

    class Method(models.TextChoices):  # A62: 002 (二十四)
        ON_SITE = "on_site", "实地核查"
        DOCUMENT = "document", "书面检查"
        ONLINE = "online", "网络监测"
        SAMPLING = "sampling", "抽样检测"

    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="matters", verbose_name="单位"
    )
    # Enters draw files as a matter code: ASCII, at most 64 (DRAW §1).
    code = models.CharField("事项编码", max_length=64)
    name = models.CharField("抽查事项", max_length=200)
    field = models.CharField("领域", max_length=60, blank=True)
    category = models.CharField("事项类别", max_length=10, choices=Category.choices)
    object_kinds = ArrayField(
        models.CharField(max_length=20), verbose_name="检查对象类型", default=list
    )
    object_text = models.CharField("检查对象", max_length=200)
    content = models.TextField("抽查内容")
    methods = ArrayField(models.CharField(max_length=20), verbose_name="检查方式", default=list)
    body = models.CharField("检查主体", max_length=200)
    level = models.CharField("实施层级", max_length=40, blank=True)
    legal_basis = models.TextField("检查依据")
    ratio_text = models.CharField("抽查比例", max_length=100, blank=True)
    frequency_text = models.CharField("抽查频次", max_length=100, blank=True)
    required_quals = ArrayField(
        models.CharField(max_length=40), verbose_name="法定资质要求", default=list, blank=True
    )
    preferred_quals = ArrayField(
        models.CharField(max_length=40), verbose_name="优先专长", default=list, blank=True
    )
    expert_fields = ArrayField(
        models.CharField(max_length=40), verbose_name="须专家领域", default=list, blank=True
    )
    materials = models.TextField("须准备的资料", blank=True)
    guide = models.TextField("抽查工作指引", blank=True)
    preset_disposals = models.JSONField(
        "结果对应处置", default=dict, blank=True
    )  # A94: outcome code → disposal code
    is_enterprise_related = models.BooleanField("涉企检查事项", default=True)
    responsible_unit = models.ForeignKey(
        "bureau.Agency", models.PROTECT, null=True, related_name="+", verbose_name="责任科室"
    )
    superior_code = models.CharField("上级清单编码", max_length=64, blank=True)
    claimed_at = models.DateTimeField("认领时间", null=True, blank=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="认领人",
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField("版本", default=1)
    in_force_from = models.DateField("执行自", null=True, blank=True)
    ended_on = models.DateField("停用日", null=True, blank=True)
    end_reason = models.CharField("停用原因", max_length=200, blank=True)
    published_at = models.DateTimeField("公布时间", null=True, blank=True)

    objects = MatterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "抽查事项"
        ordering = ["authority_id", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "code"],
                name="matter_code_once",
                violation_error_message="本单位清单中已有这个事项编码。",
            ),
            models.CheckConstraint(
                name="matter_code_repertoire",
                condition=Q(code__regex=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$"),
                violation_error_message="事项编码只能用字母、数字和 . _ -。",
            ),
            models.CheckConstraint(
                name="matter_in_force_has_basis",
                condition=~Q(state="in_force") | ~Q(legal_basis=""),
                violation_error_message="没有检查依据的事项不能列入执行清单（无依据不检查）。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MatterRevision(models.Model):
    """What the list said at one version; visits and public records point here. Insert-only."""

    matter = models.ForeignKey(
        Matter, models.PROTECT, related_name="revisions", verbose_name="事项"
    )
    version = models.PositiveIntegerField("版本")
    content = models.JSONField("内容")
    reason = models.CharField("调整原因", max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="调整人"
    )
    at = models.DateTimeField("时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "事项版本"
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["matter", "version"], name="matter_revision_once")
        ]

    def __str__(self) -> str:
        return f"{self.matter} 第 {self.version} 版"


class Checklist(models.Model):
    """检查表: one version of a matter's checklist; a change makes a new version, answers keep theirs (A61)."""

    matter = models.ForeignKey(
        Matter, models.PROTECT, related_name="checklists", verbose_name="事项"
    )
    version = models.PositiveIntegerField("版本")
    name = models.CharField("名称", max_length=200)
    is_current = models.BooleanField("现行", default=True)
    created_at = models.DateTimeField("时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "检查表"
        constraints = [
            models.UniqueConstraint(fields=["matter", "version"], name="checklist_version_once"),
            models.UniqueConstraint(
                fields=["matter"], condition=Q(is_current=True), name="checklist_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（第 {self.version} 版）"


class ChecklistItem(models.Model):
    checklist = models.ForeignKey(
        Checklist, models.PROTECT, related_name="items", verbose_name="检查表"
    )
    number = models.PositiveSmallIntegerField("序号")
    text = models.CharField("检查内容", max_length=300)
    point = models.TextField("检查要点", blank=True)
    basis = models.CharField("依据", max_length=200, blank=True)
    method = models.CharField("检查方式", max_length=20, blank=True)
    needs_photo = models.BooleanField("须拍照", default=False)
    unit = models.CharField("数值单位", max_length=20, blank=True)
    minimum = models.DecimalField("下限", max_digits=14, decimal_places=4, null=True, blank=True)
    maximum = models.DecimalField("上限", max_digits=14, decimal_places=4, null=True, blank=True)
    # Standard phrases: one tap puts one into the answer's remark.
    phrases = ArrayField(
        models.CharField(max_length=100), verbose_name="常用语", default=list, blank=True
    )

    class Meta:
        verbose_name = verbose_name_plural = "检查表条目"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["checklist", "number"], name="checklist_item_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.text}"

    @property
    def limits(self) -> str:
        """≥0.5 ≤30 米; empty for an item without a measured value."""
        bounds = [
            f"{mark}{bound.normalize():f}"
            for mark, bound in (("≥", self.minimum), ("≤", self.maximum))
            if bound is not None
        ]
        return " ".join([*bounds, self.unit]).strip()
