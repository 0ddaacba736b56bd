"""检查对象名录库: identity and facts once in the installation, a listing per authority (A12–A17)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Entity(models.Model):
    class IdKind(models.TextChoices):
        USCC = "uscc", "统一社会信用代码"
        LEGACY = "legacy", "注册号"
        MINING = "mining", "采矿许可证号"
        PROJECT = "project", "项目代码"
        PARCEL = "parcel", "地块或小班号"
        PERSON = "person", "身份证件（自然人）"
        ISSUED = "issued", "本系统发放的公开编码"

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise", "企业"
        TRADER = "trader", "个体工商户"
        COOPERATIVE = "cooperative", "农民专业合作社"
        MINE = "mine", "矿山（矿业权）"
        PROJECT = "project", "项目"
        PLOT = "plot", "地块、小班"
        INSTITUTION = "institution", "事业单位与其他组织"
        PERSON = "person", "自然人"

    class Standing(models.TextChoices):
        ACTIVE = "active", "存续"
        DEREGISTERED = "deregistered", "注销"
        REVOKED = "revoked", "吊销"
        CANCELLED = "cancelled", "撤销登记"
        CLOSED = "closed", "停业"
        MOVED_OUT = "moved_out", "迁出"

    id_kind = models.CharField("代码种类", max_length=10, choices=IdKind.choices)
    code = models.CharField("代码", max_length=96)
    # What stands in public files: the code, or an issued one where the real number is not of the draw's repertoire.
    public_code = models.CharField("公开编码", max_length=96, unique=True)
    kind = models.CharField("对象类型", max_length=12, choices=Kind.choices)
    name = models.CharField("名称", max_length=200)
    search_name = models.CharField(max_length=200, editable=False)  # width and case normalised
    bigrams = ArrayField(models.CharField(max_length=2), default=list, editable=False)
    standing = models.CharField(
        "登记状态", max_length=14, choices=Standing.choices, default=Standing.ACTIVE
    )
    region = models.ForeignKey(
        "bureau.Region", models.PROTECT, null=True, blank=True, verbose_name="行政区划"
    )
    address = models.CharField("住所（地址）", max_length=300, blank=True)
    industry = models.CharField("行业代码", max_length=6, blank=True)  # GB/T 4754
    industry_name = models.CharField("行业", max_length=60, blank=True)
    scale = models.CharField("规模", max_length=10, blank=True)
    legal_representative = models.CharField("法定代表人（负责人）", max_length=60, blank=True)
    contact_name = models.CharField("联络员", max_length=60, blank=True)
    contact_phone = models.CharField("联系电话", max_length=40, blank=True)
    business_scope = models.TextField("经营范围", blank=True)
    established_on = models.DateField("成立日期", null=True, blank=True)
    licence_name = models.CharField("许可证名称", max_length=100, blank=True)
    licence_number = models.CharField("许可证编号", max_length=100, blank=True)
    licence_expires_on = models.DateField("许可证有效期至", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查对象"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["id_kind", "code"],
                name="entity_code_once",
                violation_error_message="同一代码的检查对象已存在。",
            ),
            models.CheckConstraint(
                name="entity_public_code_repertoire",
                condition=Q(public_code__regex=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,95}$"),
                violation_error_message="公开编码只能用字母、数字和 . _ -。",
            ),
        ]
        indexes = [GinIndex(fields=["bigrams"], name="entity_bigrams")]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_code(self) -> str:
        """A natural person's number is never shown, not even to colleagues: the issued code stands for it."""
        return self.public_code if self.id_kind == self.IdKind.PERSON else self.code


class EntityRevision(models.Model):
    """Field differences of one change, for the entity's page and for undo. Insert-only."""

    entity = models.ForeignKey(
        Entity, models.PROTECT, related_name="revisions", verbose_name="对象"
    )
    version = models.PositiveIntegerField("版本")
    changes = models.JSONField("变更")  # {"entity": {field: [old, new]}, "listing": {…}}
    source = models.CharField("来源", max_length=100)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="操作人"
    )
    at = models.DateTimeField("时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "检查对象变更"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["entity", "version"], name="entity_revision_once")
        ]

    def __str__(self) -> str:
        return f"{self.entity} 第 {self.version} 版"


class ListingQuerySet(models.QuerySet["Listing"]):
    def visible_to(self, user) -> "ListingQuerySet":
        return self.filter(authority_id__in=user.authority_ids)

    def in_pool(self) -> "ListingQuerySet":
        return self.filter(state=Listing.State.IN_POOL)


class Listing(models.Model):
    """在库登记: this entity in this authority's pool."""

    class State(models.TextChoices):
        IN_POOL = "in_pool", "在库"
        LEFT = "left", "已出库"

    class CreditClass(models.TextChoices):
        A = "A", "A 类"
        B = "B", "B 类"
        C = "C", "C 类"
        D = "D", "D 类"
        NONE = "-", "未分类"

    entity = models.ForeignKey(
        Entity, models.PROTECT, related_name="listings", verbose_name="检查对象"
    )
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="listings", verbose_name="单位"
    )
    unit = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="责任单位"
    )
    credit_class = models.CharField(
        "信用风险分类", max_length=1, choices=CreditClass.choices, default="-"
    )
    class_source = models.CharField("分类来源", max_length=100, blank=True)
    classed_on = models.DateField("分类日期", null=True, blank=True)
    tags = ArrayField(
        models.CharField(max_length=40), verbose_name="标签", default=list, blank=True
    )
    # key_field, complaints, abnormal_list, dishonest, serious_violation, special: causes exempt from the yearly limit (A48)
    risk_flags = ArrayField(
        models.CharField(max_length=24), verbose_name="风险标记", default=list, blank=True
    )
    state = models.CharField(
        "在库状态", max_length=10, choices=State.choices, default=State.IN_POOL
    )
    from_on = models.DateField("入库日期")
    to_on = models.DateField("出库日期", null=True, blank=True)
    left_reason = models.CharField("出库原因", max_length=200, blank=True)

    objects = ListingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "在库登记"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "authority"],
                name="listing_once",
                violation_error_message="该对象已在本单位名录库中。",
            ),
            models.CheckConstraint(
                name="listing_dates", condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on"))
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "state", "credit_class", "id"], name="listing_class"),
            models.Index(fields=["authority", "state", "unit", "id"], name="listing_unit"),
            GinIndex(fields=["tags"], name="listing_tags"),
        ]

    def __str__(self) -> str:
        return str(self.entity)


class SpecialPoolQuerySet(models.QuerySet["SpecialPool"]):
    def visible_to(self, user) -> "SpecialPoolQuerySet":
        return self.filter(authority_id__in=user.authority_ids)


class SpecialPool(models.Model):
    """分类专项名录库 with its build standard (A12, A13)."""

    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    code = models.CharField("编码", max_length=64)
    name = models.CharField("专项库名称", max_length=100)
    object_kind = models.CharField("对象类型", max_length=100)
    criterion = models.TextField("分类指标")
    requirement = models.TextField("对应专业监管要求", blank=True)
    unit = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="维护科室"
    )
    listings = models.ManyToManyField(
        Listing, related_name="special_pools", blank=True, verbose_name="在库对象"
    )
    is_active = models.BooleanField("在用", default=True)

    objects = SpecialPoolQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "专项名录库"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "code"], name="special_pool_code_once")
        ]

    def __str__(self) -> str:
        return self.name


class SavedFilter(models.Model):
    """常用筛选 of one person over the entity register."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_filters")
    authority = models.ForeignKey("bureau.Agency", models.PROTECT, related_name="+")
    name = models.CharField("名称", max_length=40)
    query = models.CharField("条件", max_length=500)

    class Meta:
        verbose_name = verbose_name_plural = "常用筛选"
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="saved_filter_once")]

    def __str__(self) -> str:
        return self.name
