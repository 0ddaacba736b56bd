"""People who sign in, and the roles they hold at an agency. Roles combine freely (ARCHITECTURE §4)."""

from datetime import date
from functools import cached_property

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class Role(models.TextChoices):
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    DIVISION_ADMIN = "division_admin", "内设机构管理员"
    ORGANISER = "organiser", "任务经办"
    COORDINATOR = "coordinator", "执行单位分派员"
    HEAD = "head", "主要负责人"
    DEPUTY = "deputy", "分管负责人"
    WITNESS = "witness", "摇号监督人"
    INSPECTOR = "inspector", "检查人员"
    REVIEWER = "reviewer", "审核员"
    PUBLISHER = "publisher", "公示员"
    ASSESSOR = "assessor", "考核员"
    SUPERIOR = "superior", "上级主管"
    AUDITOR = "auditor", "审计监督"


class User(AbstractUser):
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField("姓名", max_length=40)
    phone = models.CharField("手机", max_length=20, blank=True)
    must_change_password = models.BooleanField("首次登录须改密码", default=False)

    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = verbose_name_plural = "用户"

    def __str__(self) -> str:
        return self.full_name

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name

    @cached_property
    def seats(self) -> list["Membership"]:
        """Current memberships with their agencies, one query a request; seats for a time last: they are nobody's home."""
        today = timezone.localdate()
        return list(
            self.memberships.filter(agency__is_active=True, from_on__lte=today)
            .exclude(to_on__lt=today)
            .select_related("agency", "agency__authority")
            .order_by(F("to_on").desc(nulls_first=True), "role", "agency_id")
        )

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(seat.role for seat in self.seats)

    @cached_property
    def home(self):  # type: ignore[no-untyped-def]
        """The authority this person works for (the first seat's); None without a seat."""
        return self.seats[0].agency.authority if self.seats else None

    @cached_property
    def unit_ids(self) -> frozenset[int]:
        """Agencies (authority, division, station) in which this person holds a seat."""
        return frozenset(seat.agency_id for seat in self.seats)

    @cached_property
    def own_authority_ids(self) -> frozenset[int]:
        return frozenset(seat.agency.authority_id for seat in self.seats)

    @cached_property
    def authority_ids(self) -> frozenset[int]:
        """Authorities whose rows this person may see: their own, and with the superior role the subordinates' too (A15, A30)."""
        return self.own_authority_ids | self.subordinate_ids

    @cached_property
    def subordinate_ids(self) -> frozenset[int]:
        """Authorities directly below one at which this person holds the superior role."""
        above = [s.agency.authority_id for s in self.seats if s.role == Role.SUPERIOR]
        if not above:
            return frozenset()
        from bureau.models.agency import Agency

        return frozenset(Agency.objects.filter(superior_id__in=above).values_list("pk", flat=True))

    def has_role(self, *roles: str) -> bool:
        return bool(self.roles.intersection(roles))

    def roles_at(self, authority_id: int) -> frozenset[str]:
        """The roles this person holds at that authority or one of its units."""
        return frozenset(s.role for s in self.seats if s.agency.authority_id == authority_id)

    def has_role_at(self, authority_id: int | None, *roles: str) -> bool:
        """Holds one of `roles` at this authority or one of its units."""
        return any(s.role in roles and s.agency.authority_id == authority_id for s in self.seats)


class Membership(models.Model):
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name="用户")
    agency = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="memberships", verbose_name="单位"
    )
    role = models.CharField("角色", max_length=20, choices=Role.choices)
    from_on = models.DateField("自", default=date(2020, 1, 1))
    to_on = models.DateField("至", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "任职与角色"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "agency", "role"],
                name="membership_once",
                violation_error_message="此人在该单位已有这个角色。",
            ),
            models.CheckConstraint(
                name="membership_dates",
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")),
                violation_error_message="截止日期不能早于起始日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.agency} · {self.get_role_display()}"
