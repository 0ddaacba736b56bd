"""抽样取证: what was taken, sealed and kept, through whose hands it went, and what the laboratory said (A62, A65, A73)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bureau.ids import uuid7
from inspections.models.visit import Visit, VisitMatter
from registry.models.inspector import ScopedQuerySet


class Sample(models.Model):
    class State(models.TextChoices):
        TAKEN = "taken", "已取样，待送检"
        AT_LAB = "at_lab", "已送检，待结果"
        RESULTED = "resulted", "已有结果"
        CANCELLED = "cancelled", "不再检测"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="samples", verbose_name="检查")
    visit_matter = models.ForeignKey(
        VisitMatter, models.PROTECT, related_name="samples", verbose_name="检查事项"
    )
    number = models.CharField("抽样编号", max_length=60, unique=True)
    name = models.CharField("样品名称", max_length=100)
    specification = models.CharField("规格型号", max_length=100, blank=True)
    batch = models.CharField("批号或生产日期", max_length=100, blank=True)
    quantity = models.CharField("抽样数量", max_length=60)
    base = models.CharField("抽样基数", max_length=60, blank=True)
    reserve = models.CharField("备样数量及存放", max_length=120, blank=True)
    place = models.CharField("抽样地点", max_length=200)
    seal_number = models.CharField("封条号", max_length=60)
    is_party_present = models.BooleanField("当事人到场并确认封样")
    witness = models.CharField("见证人", max_length=60, blank=True)
    taken_at = models.DateTimeField("抽样时间")
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="抽样人"
    )
    recorded_at = models.DateTimeField("登记时间", db_default=Now())
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.TAKEN)
    due_on = models.DateField("期限", null=True)
    cancelled_why = models.CharField("不再检测的原因", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "样品"
        ordering = ["id"]
        constraints = [
            # Without the party somebody else saw it sealed.
            models.CheckConstraint(
                name="sample_witnessed",
                condition=Q(is_party_present=True) | ~Q(witness=""),
                violation_error_message="当事人不在场的，须写明见证人。",
            ),
            models.CheckConstraint(
                name="sample_cancelled_why",
                condition=~Q(state="cancelled") | ~Q(cancelled_why=""),
                violation_error_message="不再检测须写明原因。",
            ),
        ]
        indexes = [
            models.Index(
                fields=["authority", "due_on"],
                name="sample_open",
                condition=Q(state__in=["taken", "at_lab"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class SampleHandover(models.Model):
    """One link of the chain of custody; `giver` is whoever had it before, so that the chain has no gap. Insert-only."""

    class Place(models.TextChoices):
        OFFICER = "officer", "检查人员"
        STORE = "store", "样品保管处"
        CARRIER = "carrier", "运送单位"
        LAB = "lab", "检验检测机构"
        PARTY = "party", "退还当事人"
        DESTROYED = "destroyed", "按规定处理"

    sample = models.ForeignKey(
        Sample, models.PROTECT, related_name="handovers", verbose_name="样品"
    )
    number = models.PositiveSmallIntegerField("次序")
    giver = models.CharField("移交人", max_length=100)
    receiver = models.CharField("接收人", max_length=100)
    receiver_kind = models.CharField("接收方", max_length=10, choices=Place.choices)
    is_seal_whole = models.BooleanField("封条完好")
    condition = models.CharField("样品状况", max_length=200)
    happened_at = models.DateTimeField("交接时间")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "样品交接"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "number"], name="sample_handover_once"),
        ]

    def __str__(self) -> str:
        return f"{self.giver} → {self.receiver}"


class SampleResult(models.Model):
    """What the laboratory reported, with its paper. Insert-only; a re-test of the reserve is a further row."""

    class Verdict(models.TextChoices):
        PASS = "pass", "合格（符合）"
        FAIL = "fail", "不合格（不符合）"
        OPEN = "open", "不作判定，仅提供数据"

    sample = models.ForeignKey(Sample, models.PROTECT, related_name="results", verbose_name="样品")
    number = models.PositiveSmallIntegerField("次序")
    laboratory = models.CharField("检验检测机构", max_length=100)
    report_number = models.CharField("报告编号", max_length=100)
    verdict = models.CharField("结论", max_length=4, choices=Verdict.choices)
    text = models.CharField("结果摘要", max_length=500)
    reported_on = models.DateField("报告日期")
    file = models.ForeignKey(
        "bureau.StoredFile", models.PROTECT, related_name="+", verbose_name="检测报告"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "样品检测结果"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "number"], name="sample_result_once"),
        ]

    def __str__(self) -> str:
        return f"{self.report_number} {self.get_verdict_display()}"
