"""Agencies: legal persons (authority), their divisions and stations, and partner departments."""

from django.db import models
from django.db.models import Q


class AgencyQuerySet(models.QuerySet["Agency"]):
    def visible_to(self, user) -> "AgencyQuerySet":
        return self.filter(authority_id__in=user.authority_ids)


class Agency(models.Model):
    class Kind(models.TextChoices):
        AUTHORITY = "authority", "局（法人单位）"
        DIVISION = "division", "科室"
        STATION = "station", "基层所"
        PARTNER = "partner", "其他部门"

    # The code goes into draw files: ids there allow this repertoire and 64 characters (DRAW §1).
    code = models.CharField("单位代码", max_length=64, unique=True)
    name = models.CharField("单位名称", max_length=100)
    short_name = models.CharField("简称", max_length=40)
    document_mark = models.CharField("机关代字", max_length=20, blank=True)
    kind = models.CharField("单位类别", max_length=12, choices=Kind.choices)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="上级机构",
    )
    # The nearest legal person; an authority's and a partner's own is itself.
    authority = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="units",
        verbose_name="所属法人单位",
    )
    superior = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="subordinates",
        verbose_name="上级主管部门",
    )
    region = models.ForeignKey(
        "bureau.Region", models.PROTECT, null=True, blank=True, verbose_name="行政区划"
    )
    phone = models.CharField("电话", max_length=40, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    is_lead = models.BooleanField("牵头科室", default=False)
    is_active = models.BooleanField("在用", default=True)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="agency_code_repertoire",
                condition=Q(code__regex=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$"),
                violation_error_message="单位代码只能用字母、数字和 . _ -，且以字母或数字开头。",
            ),
            models.CheckConstraint(
                name="agency_unit_has_authority",
                condition=Q(kind__in=["authority", "partner"]) | Q(authority__isnull=False),
                violation_error_message="科室和基层所必须隶属一个法人单位。",
            ),
        ]

    def __str__(self) -> str:
        return self.name
