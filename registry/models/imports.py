"""Excel import: every row of the sheet kept as staged, its errors named, committed in one transaction."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bureau.ids import uuid7
from registry.models.inspector import ScopedQuerySet


class ImportBatch(models.Model):
    class Kind(models.TextChoices):
        ENTITIES = "entities", "检查对象"
        INSPECTORS = "inspectors", "执法检查人员"
        MATTERS = "matters", "抽查事项"
        PLANS = "plans", "年度计划"
        LEDGER = "ledger", "检查台账"

    class State(models.TextChoices):
        RECEIVED = "received", "已接收"
        STAGED = "staged", "待核对"
        REFUSED = "refused", "文件无法读取"
        COMMITTED = "committed", "已写入"
        DROPPED = "dropped", "已放弃"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    kind = models.CharField("种类", max_length=12, choices=Kind.choices)
    file = models.ForeignKey(
        "bureau.StoredFile", models.PROTECT, related_name="+", verbose_name="文件"
    )
    job = models.ForeignKey(
        "bureau.Job", models.SET_NULL, null=True, related_name="+", verbose_name="作业"
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.RECEIVED)
    refusal = models.CharField("拒收原因", max_length=500, blank=True)
    mapping = models.JSONField("列对应", default=dict)
    notices = models.JSONField("提示", default=list)
    total = models.PositiveIntegerField("总行数", default=0)
    new = models.PositiveIntegerField("新增", default=0)
    changed = models.PositiveIntegerField("变更", default=0)
    unchanged = models.PositiveIntegerField("无变化", default=0)
    errors = models.PositiveIntegerField("有错误", default=0)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间", db_default=Now())
    committed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="写入人"
    )
    committed_at = models.DateTimeField("写入时间", null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}导入 {self.file}"


class ImportRow(models.Model):
    class Verdict(models.TextChoices):
        NEW = "new", "新增"
        CHANGED = "changed", "变更"
        UNCHANGED = "unchanged", "无变化"
        ERROR = "error", "有错误"

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows", verbose_name="批次")
    sheet = models.CharField("工作表", max_length=60)
    row = models.PositiveIntegerField("行号")
    raw = models.JSONField("原值")  # {column label as in the sheet: text}
    cleaned = models.JSONField("读取值", default=dict)
    key = models.CharField("标识", max_length=120, blank=True)
    verdict = models.CharField("判定", max_length=10, choices=Verdict.choices)
    differences = models.JSONField("差异", default=dict)  # {field: [old, new]}
    problems = models.JSONField("问题", default=list)  # [{column, value, message, remedy, code}]
    notices = models.JSONField("提示", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "导入行"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "sheet", "row"], name="import_row_once")
        ]
        indexes = [
            models.Index(fields=["batch", "verdict", "id"], name="import_row_verdict"),
            models.Index(fields=["batch", "key"], name="import_row_key", condition=~Q(key="")),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} 第 {self.row} 行"
