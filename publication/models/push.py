"""推送: platforms that receive what was published, and for each record what became of it there (A88, A108)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bureau.ids import uuid7
from publication.models.record import PublicRecord
from registry.models.inspector import ScopedQuerySet


class PushTarget(models.Model):
    """A platform (信用平台, 公示系统, 上级平台) that receives records by interface or as an Excel package."""

    class Kind(models.TextChoices):
        HTTP = "http", "接口推送"
        EXCEL = "excel", "导出 Excel 报送"

    class What(models.TextChoices):
        RESULT = "result", "抽查结果"
        CORRECTION = "correction", "结果更正"
        PENALTY = "penalty", "行政处罚信息"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    name = models.CharField("平台名称", max_length=60)
    kind = models.CharField("方式", max_length=6, choices=Kind.choices)
    url = models.CharField("接口地址", max_length=300, blank=True)
    # The name of a secret that the environment holds (PUSH_SECRET_<name>); the secret itself is never stored here.
    credential = models.CharField("密钥名称", max_length=40, blank=True)
    receives = ArrayField(
        models.CharField(max_length=12, choices=What.choices), verbose_name="接收内容"
    )
    # [["their field", "path in our content"], …]; empty: the content as it was published
    mapping = models.JSONField("字段对照", default=list, blank=True)
    is_active = models.BooleanField("启用", default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    created_at = models.DateTimeField("登记时间", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "推送平台"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "name"],
                name="push_target_name_once",
                violation_error_message="本单位已登记过同名的平台。",
            ),
            models.CheckConstraint(
                name="push_target_has_address",
                condition=Q(kind="excel", url="", credential="")
                | Q(kind="http") & ~Q(url="") & ~Q(credential=""),
                violation_error_message="接口推送须填写接口地址和密钥名称。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def received_labels(self) -> list[str]:
        return [str(what.label) for what in self.What if what.value in self.receives]


class PushPackage(models.Model):
    """An Excel package of a period for a platform without interface, handed over with the platform's receipt (A108)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    target = models.ForeignKey(
        PushTarget, models.PROTECT, related_name="packages", verbose_name="平台"
    )
    number = models.CharField("报送编号", max_length=60, unique=True)
    period_from = models.DateField("公示自")
    period_to = models.DateField("公示至")
    count = models.PositiveIntegerField("条数")
    file = models.ForeignKey(
        "bureau.StoredFile", models.PROTECT, related_name="+", verbose_name="数据包"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="制作人"
    )
    made_at = models.DateTimeField("制作时间", db_default=Now())
    receipt_number = models.CharField("平台回执编号", max_length=100, blank=True)
    handed_over_on = models.DateField("报送日期", null=True)
    handed_over_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="报送人"
    )
    handed_over_at = models.DateTimeField("登记时间", null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报送数据包"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="push_package_handed_over",
                condition=Q(
                    receipt_number="", handed_over_on__isnull=True, handed_over_by__isnull=True
                )
                | ~Q(receipt_number="")
                & Q(handed_over_on__isnull=False, handed_over_by__isnull=False),
                violation_error_message="登记报送须填写平台回执编号和报送日期。",
            ),
            models.CheckConstraint(
                name="push_package_period", condition=Q(period_to__gte=models.F("period_from"))
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Push(models.Model):
    """One record for one platform: on its way as an outbox message, or in a package."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    target = models.ForeignKey(
        PushTarget, models.PROTECT, related_name="pushes", verbose_name="平台"
    )
    record = models.ForeignKey(
        PublicRecord, models.PROTECT, related_name="pushes", verbose_name="公示记录"
    )
    what = models.CharField("内容", max_length=12, choices=PushTarget.What.choices)
    message = models.OneToOneField(
        "bureau.OutboxMessage",
        models.PROTECT,
        null=True,
        related_name="push",
        verbose_name="待发事项",
    )
    package = models.ForeignKey(
        PushPackage, models.PROTECT, null=True, related_name="pushes", verbose_name="数据包"
    )
    created_at = models.DateTimeField("登记时间", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "推送"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["target", "record"], name="push_once"),
            models.CheckConstraint(
                name="push_one_way", condition=Q(message__isnull=True) | Q(package__isnull=True)
            ),
        ]
        indexes = [
            models.Index(
                fields=["target", "id"],
                name="push_unpacked",
                condition=Q(message__isnull=True, package__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.target}：{self.record}"
