"""Others' conclusions as sources of a result: departments, courts, specialists, entrusted third parties (A62, A100)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bureau.ids import uuid7
from inspections.models.visit import VisitMatter
from registry.models.inspector import ScopedQuerySet


class Conclusion(models.Model):
    """They assist; the inspectors decide and sign. An entrusted one is first asked for, then delivered."""

    class Source(models.TextChoices):
        THIRD_PARTY = "third_party", "委托第三方"
        DEPARTMENT = "department", "其他部门检查结论"
        COURT = "court", "司法文书"
        OPINION = "opinion", "专业意见"

    class Service(models.TextChoices):
        TEST = "test", "检验检测"
        AUDIT = "audit", "审计"
        CAPITAL = "capital", "验资"
        APPRAISAL = "appraisal", "评估"
        OTHER = "other", "其他专业辅助"

    class State(models.TextChoices):
        ENTRUSTED = "entrusted", "已委托，待出具"
        DELIVERED = "delivered", "已采用"
        WITHDRAWN = "withdrawn", "不再采用"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    visit_matter = models.ForeignKey(
        VisitMatter, models.PROTECT, related_name="conclusions", verbose_name="检查事项"
    )
    source = models.CharField("来源", max_length=12, choices=Source.choices)
    issuer = models.CharField("出具单位或人员", max_length=100)
    service_kind = models.CharField("委托种类", max_length=10, choices=Service.choices, blank=True)
    service = models.CharField("委托事项", max_length=200, blank=True)
    supervisor = models.ForeignKey(
        "registry.Inspector",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="监督人员",
    )
    due_on = models.DateField("应出具日期", null=True, blank=True)
    document_number = models.CharField("文号", max_length=100, blank=True)
    issued_on = models.DateField("出具日期", null=True, blank=True)
    text = models.TextField("结论", blank=True)
    file = models.ForeignKey(
        "bureau.StoredFile",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="文书",
    )
    delivered_at = models.DateTimeField("登记结论的时间", null=True)
    delivered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="登记结论的人",
    )
    state = models.CharField("状态", max_length=10, choices=State.choices)
    withdrawn_why = models.CharField("不再采用的原因", max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "采用的结论"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="conclusion_supervised",
                condition=~Q(source="third_party")
                | (Q(supervisor__isnull=False) & ~Q(service="") & ~Q(service_kind="")),
                violation_error_message="委托第三方须写明委托事项和监督人员。",
            ),
            models.CheckConstraint(
                name="conclusion_whole",
                condition=~Q(state="delivered")
                | (
                    ~Q(text="")
                    & Q(issued_on__isnull=False, file__isnull=False, delivered_at__isnull=False)
                ),
                violation_error_message="采用结论须有文书、出具日期和结论内容。",
            ),
            models.CheckConstraint(
                name="conclusion_withdrawn_why",
                condition=~Q(state="withdrawn") | ~Q(withdrawn_why=""),
                violation_error_message="不再采用须写明原因。",
            ),
        ]
        indexes = [
            models.Index(
                fields=["authority", "due_on"],
                name="conclusion_open",
                condition=Q(state="entrusted"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.issuer}"
