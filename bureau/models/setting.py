from django.conf import settings
from django.db import models


class RuleSetting(models.Model):
    """A number or choice that differs between bureaus and years, with its citation (DOMAIN §0.1).

    Keys, types and lawful defaults are in `bureau.rules.setting_catalogue`; a superior's row may be a
    default, a floor, a ceiling or mandatory for its subordinates (A94a).
    """

    class Mode(models.TextChoices):
        DEFAULT = "default", "默认值"
        FLOOR = "floor", "下限"
        CEILING = "ceiling", "上限"
        MANDATORY = "mandatory", "强制"

    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, verbose_name="单位", related_name="rule_settings"
    )
    year = models.PositiveSmallIntegerField(
        "年度", null=True, blank=True, help_text="空着表示每年适用"
    )
    key = models.CharField("规则", max_length=60)
    value = models.JSONField("取值")
    mode = models.CharField(
        "对下级的效力", max_length=10, choices=Mode.choices, default=Mode.DEFAULT
    )
    citation = models.CharField("依据", max_length=300)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="设置人"
    )
    set_at = models.DateTimeField("设置时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "规则设置"
        ordering = ["authority", "key", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "year", "key"],
                name="rule_setting_once",
                nulls_distinct=False,
                violation_error_message="该单位这一年度已设置过这条规则，请直接修改。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.key}={self.value}"


class CalendarDay(models.Model):
    """A day of the State Council's holiday notice that the shipped calendar does not know (放假调休)."""

    day = models.DateField("日期", unique=True)
    is_workday = models.BooleanField("上班", help_text="勾选为调休上班，不勾为放假")
    name = models.CharField("节日", max_length=30, blank=True)
    citation = models.CharField("依据", max_length=200, help_text="例如：国办发明电〔2026〕N号")

    class Meta:
        verbose_name = verbose_name_plural = "节假日与调休"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {'上班' if self.is_workday else '放假'}"
