"""What was seen, proved, signed and found; and what follows from it (A65–A68, A84–A87)."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bureau.ids import uuid7
from inspections.models.team import TeamMember
from inspections.models.visit import Visit, VisitMatter
from inspections.rules import measures
from registry.models.inspector import ScopedQuerySet


class ChecklistAnswer(models.Model):
    class Value(models.TextChoices):
        YES = "yes", "符合"
        NO = "no", "不符合"
        NA = "na", "不涉及"

    id = models.UUIDField(
        primary_key=True, default=uuid7, editable=False
    )  # a phone may make it offline
    visit_matter = models.ForeignKey(
        VisitMatter, models.PROTECT, related_name="answers", verbose_name="检查事项"
    )
    item = models.ForeignKey(
        "registry.ChecklistItem", models.PROTECT, related_name="+", verbose_name="条目"
    )
    value = models.CharField("结论", max_length=3, choices=Value.choices)
    number = models.DecimalField("实测值", max_digits=14, decimal_places=4, null=True, blank=True)
    remark = models.CharField("说明", max_length=500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填写人"
    )
    happened_at = models.DateTimeField("填写时间")
    recorded_at = models.DateTimeField("登记时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "检查表答案"
        constraints = [
            models.UniqueConstraint(fields=["visit_matter", "item"], name="answer_once"),
            models.CheckConstraint(
                name="answer_reason",
                condition=Q(value="yes") | ~Q(remark=""),
                violation_error_message="不符合或不涉及须写明情况。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.get_value_display()}"


class Evidence(models.Model):
    class Kind(models.TextChoices):
        PHOTO = "photo", "照片"
        SIGNED_PAGE = "signed_page", "签字页照片"
        GLASS_SIGNATURE = "glass_signature", "屏幕签名"
        DOCUMENT = "document", "文件"
        VIDEO = "video", "录像"
        AUDIO = "audio", "录音"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="evidence", verbose_name="检查")
    visit_matter = models.ForeignKey(
        VisitMatter,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="evidence",
        verbose_name="检查事项",
    )
    item = models.ForeignKey(
        "registry.ChecklistItem",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="条目",
    )
    kind = models.CharField("种类", max_length=16, choices=Kind.choices)
    file = models.ForeignKey(
        "bureau.StoredFile", models.PROTECT, related_name="+", verbose_name="文件"
    )
    note = models.CharField("说明", max_length=200, blank=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="采集人"
    )
    happened_at = models.DateTimeField("采集时间")
    recorded_at = models.DateTimeField("登记时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "证据材料"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "file"], name="evidence_file_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.note}"

    @property
    def burned(self) -> Any:
        """Its 水印件, once the job has made it; read with select_related("copy__file")."""
        return getattr(self, "copy", None)

    @property
    def shown_file_id(self) -> UUID:
        """The copy with its facts burned in where there is one, else the original."""
        file_id: UUID = self.burned.file_id if self.burned else self.file_id
        return file_id

    @property
    def is_picture(self) -> bool:
        return str(self.file.kind).startswith("image/")

    @property
    def is_recording(self) -> bool:
        return self.kind in {self.Kind.VIDEO, self.Kind.AUDIO}


class Signature(models.Model):
    """Each responsible inspector signs the outcome with their own account (A68). Insert-only per outcome revision."""

    visit_matter = models.ForeignKey(
        VisitMatter, models.PROTECT, related_name="signatures", verbose_name="检查事项"
    )
    member = models.ForeignKey(
        TeamMember, models.PROTECT, related_name="signatures", verbose_name="检查人员"
    )
    revision = models.PositiveSmallIntegerField("结果版本")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="签字人"
    )
    digest = models.CharField("所签内容指纹", max_length=64)
    at = models.DateTimeField("时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "结果签字"
        constraints = [
            models.UniqueConstraint(
                fields=["visit_matter", "member", "revision"],
                name="signature_once",
                violation_error_message="您已在这一版结果上签字。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.at}"


class FindingQuerySet(models.QuerySet["Finding"]):
    def standing(self) -> "FindingQuerySet":
        """Those that the result has now."""
        return self.filter(withdrawn_in__isnull=True)


class Finding(models.Model):
    """发现的问题: fact, basis, what was done on the spot (A65, A66)."""

    visit_matter = models.ForeignKey(
        VisitMatter, models.PROTECT, related_name="findings", verbose_name="检查事项"
    )
    number = models.PositiveSmallIntegerField("序号")
    item = models.ForeignKey(
        "registry.ChecklistItem",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="检查表条目",
    )
    fact = models.TextField("事实")
    basis = models.CharField("依据", max_length=300)
    # Codes of inspections.rules.measures.ON_SITE; what the codes do not say stands in words beside them.
    on_site_codes = ArrayField(
        models.CharField(max_length=16), verbose_name="现场措施", default=list, blank=True
    )
    on_site_measure = models.CharField("现场措施说明", max_length=200, blank=True)
    # By when it is to be put right; the disposal opened from this finding takes the date.
    rectify_by = models.DateField("改正期限", null=True, blank=True)
    # A correction takes a finding back, it never deletes one: the revision of the result that no longer has it (A81).
    withdrawn_in = models.PositiveSmallIntegerField("撤回于结果版本", null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人"
    )
    recorded_at = models.DateTimeField("记录时间", db_default=Now())

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "发现的问题"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["visit_matter", "number"], name="finding_number_once")
        ]

    def __str__(self) -> str:
        return self.fact[:40]

    @property
    def measure_words(self) -> str:
        """Measures, words and date in one line: what is signed, printed and corrected."""
        return measures.words(self.on_site_codes, self.on_site_measure, self.rectify_by)


class Disposal(models.Model):
    """后续处置 until it is closed (A84–A87, A94b: attributable to a unit and a person)."""

    class State(models.TextChoices):
        OPEN = "open", "处置中"
        CLOSED = "closed", "已办结"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    visit_matter = models.ForeignKey(
        VisitMatter, models.PROTECT, related_name="disposals", verbose_name="检查事项"
    )
    finding = models.ForeignKey(
        Finding,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="disposals",
        verbose_name="问题",
    )
    number = models.CharField("处置编号", max_length=60, unique=True)
    measure = models.CharField(
        "处置措施", max_length=24
    )  # codes of inspections.rules.outcomes.DISPOSALS
    responsible = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="责任单位"
    )
    responsible_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="责任人",
    )
    due_on = models.DateField("期限")
    due_is_provisional = models.BooleanField("期限暂定", default=False)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.OPEN)
    # Where it stands on its measure's own path: states of inspections.rules.disposal_paths.
    stage = models.CharField("进展", max_length=12, default="opened")
    # The one that was not put right and led to this one (A86).
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="sequels", verbose_name="承接自"
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发起人"
    )
    opened_at = models.DateTimeField("发起时间", db_default=Now())
    result = models.CharField("处置结果", max_length=500, blank=True)
    closed_on = models.DateField("办结日期", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="办结人",
    )
    closed_at = models.DateTimeField("办结登记时间", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "后续处置"
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="disposal_closed_with_result",
                condition=Q(state="open")
                | (~Q(result="") & Q(closed_on__isnull=False) & Q(closed_by__isnull=False)),
                violation_error_message="办结须填写处置结果和办结日期。",
            )
        ]
        indexes = [
            models.Index(
                fields=["authority", "due_on"], name="disposal_open", condition=Q(state="open")
            )
        ]

    def __str__(self) -> str:
        return self.number


class DeemedDone(models.Model):
    """视为完成: unreachable, deregistered, cancelled or revoked before the deadline; asked for by one, approved by another (A70)."""

    class Cause(models.TextChoices):
        UNREACHABLE = "unreachable", "通过登记的住所无法联系"
        DEREGISTERED = "deregistered", "注销"
        CANCELLED = "cancelled", "被撤销设立登记"
        REVOKED = "revoked", "被吊销营业执照"

    class State(models.TextChoices):
        REQUESTED = "requested", "待批准"
        APPROVED = "approved", "视为完成"
        REFUSED = "refused", "未批准"

    visit = models.OneToOneField(
        Visit, models.PROTECT, related_name="deemed_done", verbose_name="检查"
    )
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, null=True, related_name="+", verbose_name="单位"
    )
    cause = models.CharField("原因", max_length=14, choices=Cause.choices)
    note = models.CharField("情况与证据", max_length=300)
    evidence = models.ForeignKey(
        "bureau.StoredFile",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="证明材料",
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REQUESTED)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人"
    )
    recorded_at = models.DateTimeField("申请时间", db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    decided_at = models.DateTimeField("办理时间", null=True)
    decision_note = models.CharField("批准意见", max_length=300, blank=True)
    report = models.ForeignKey(
        "inspections.DeemedReport",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="rows",
        verbose_name="上报名单",
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "视为完成"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="deemed_other_decides",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("recorded_by")),
                violation_error_message="批准人不能是申请人本人。",
            ),
        ]
        indexes = [models.Index(fields=["authority", "state"], name="deemed_state")]

    def __str__(self) -> str:
        return f"{self.visit} {self.get_cause_display()}"
