"""Who goes: the sitting that matches people, whose officers stand in it, the team, and how it changes (A52–A57, A105)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from inspections.models.visit import Visit


class TeamSitting(models.Model):
    """What a 摇号会 for teams is held over: one unit's visits without a team, and whose officers stand in the list (A53, A55)."""

    class Pool(models.TextChoices):
        UNIT = "unit", "本执行单位人员"
        AUTHORITY = "authority", "全局人员（执行单位人员不足时）"
        NEIGHBOUR = "neighbour", "与相邻单位联合匹配（执行单位人员不足时）"

    class Experts(models.TextChoices):
        DRAWN = "drawn", "从专家库随机抽取"
        APPOINTED = "appointed", "匹配后直接指定"

    sitting = models.OneToOneField(
        "planning.Sitting", models.CASCADE, related_name="team_sitting", verbose_name="摇号会"
    )
    task = models.ForeignKey("planning.Task", models.PROTECT, related_name="+", verbose_name="任务")
    unit = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="执行单位"
    )
    pool = models.CharField("人员范围", max_length=10, choices=Pool.choices, default=Pool.UNIT)
    pool_note = models.CharField("扩大范围的原因", max_length=200, blank=True)
    # Whose officers stand in the list beside the unit's own, once that unit has agreed (A55, A59).
    neighbour = models.ForeignKey(
        "bureau.Agency",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="相邻单位",
    )
    experts = models.CharField(
        "专家产生方式", max_length=10, choices=Experts.choices, default=Experts.DRAWN
    )

    class Meta:
        verbose_name = verbose_name_plural = "人员匹配"
        constraints = [
            models.CheckConstraint(
                name="team_sitting_pool_note",
                condition=Q(pool="unit") | ~Q(pool_note=""),
                violation_error_message="扩大人员范围须写明原因。",
            ),
            models.CheckConstraint(
                name="team_sitting_neighbour",
                condition=Q(pool="neighbour", neighbour__isnull=False)
                | (~Q(pool="neighbour") & Q(neighbour__isnull=True)),
                violation_error_message="联合匹配须指明相邻单位。",
            ),
        ]

    def __str__(self) -> str:
        return str(self.sitting)


class PoolConsent(models.Model):
    """Another unit's officers in a team draw: asked with a reason, agreed by somebody of that unit, or by its letter (A55).

    A refusal of a neighbour stops the lock; a participant that sends nobody is left out of the draw, with its reason.
    """

    class Purpose(models.TextChoices):
        NEIGHBOUR = "neighbour", "联合匹配"
        PARTY = "party", "部门联合检查"

    class State(models.TextChoices):
        REQUESTED = "requested", "待对方同意"
        AGREED = "agreed", "已同意"
        REFUSED = "refused", "未同意"

    team_sitting = models.ForeignKey(
        TeamSitting, models.CASCADE, related_name="consents", verbose_name="人员匹配"
    )
    agency = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="出人单位"
    )
    purpose = models.CharField("用途", max_length=10, choices=Purpose.choices)
    reason = models.CharField("原因", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REQUESTED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人"
    )
    requested_at = models.DateTimeField("提出时间", db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="办理人"
    )
    decided_at = models.DateTimeField("办理时间", null=True)
    # A department without accounts here answers on paper; the desk enters the letter's number.
    letter = models.CharField("对方来函", max_length=100, blank=True)
    note = models.CharField("意见", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "出人同意"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["team_sitting", "agency"], name="pool_consent_once"),
            models.CheckConstraint(
                name="pool_consent_other_decides",
                condition=Q(decided_by__isnull=True)
                | ~Q(decided_by=F("requested_by"))
                | ~Q(letter=""),
                violation_error_message="提出人不能代对方单位同意。",
            ),
            models.CheckConstraint(
                name="pool_consent_decided",
                condition=Q(state="requested")
                | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.get_state_display()}"


class TeamMember(models.Model):
    class Part(models.TextChoices):
        LEADER = "leader", "组长"
        MEMBER = "member", "组员"
        EXPERT = "expert", "专家"
        # Sent by the unit for a qualification that is preferred, not required; not part of the team's size (A105).
        HELPER = "helper", "协助人员"

    class Source(models.TextChoices):
        DRAWN = "drawn", "随机匹配"
        ASSIGNED = "assigned", "直接委派"
        REPLACEMENT = "replacement", "依次递补"
        DESIGNATED = "designated", "另行指派"
        PLATFORM = "platform", "上级平台匹配"
        SENT = "sent", "派员协助"

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="team", verbose_name="检查")
    inspector = models.ForeignKey(
        "registry.Inspector", models.PROTECT, null=True, related_name="+", verbose_name="检查人员"
    )
    expert = models.ForeignKey(
        "registry.Expert", models.PROTECT, null=True, related_name="+", verbose_name="专家"
    )
    part = models.CharField("分工", max_length=8, choices=Part.choices)
    source = models.CharField("来源", max_length=12, choices=Source.choices)
    reason = models.CharField("委派原因", max_length=200, blank=True)
    ticket = models.CharField("票值", max_length=64, blank=True)
    # In joint work each participant's own draw names somebody who leads its people; the visit has one 组长 (A52).
    draw = models.ForeignKey(
        "planning.Draw",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="所依据的抽取",
    )
    drawn_as = models.CharField("抽取中的分工", max_length=8, choices=Part.choices, blank=True)
    position = models.PositiveSmallIntegerField("序号")
    is_current = models.BooleanField("在组", default=True)
    present_at = models.DateTimeField("到场确认", null=True, blank=True)
    certificate_shown_at = models.DateTimeField("出示执法证", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查组成员"
        ordering = ["visit_id", "position"]
        constraints = [
            models.CheckConstraint(
                name="team_member_one_person",
                condition=Q(
                    inspector__isnull=False,
                    expert__isnull=True,
                    part__in=["leader", "member", "helper"],
                )
                | Q(inspector__isnull=True, expert__isnull=False, part__in=["expert", "helper"]),
            ),
            models.UniqueConstraint(
                fields=["visit"],
                condition=Q(part="leader", is_current=True),
                name="team_one_leader",
                violation_error_message="一个检查组只有一名组长。",
            ),
            models.UniqueConstraint(
                fields=["visit", "inspector"],
                condition=Q(is_current=True),
                name="team_inspector_once",
                violation_error_message="此人已在检查组内。",
            ),
            models.UniqueConstraint(
                fields=["visit", "expert"], condition=Q(is_current=True), name="team_expert_once"
            ),
            models.CheckConstraint(
                name="team_assigned_reason",
                condition=~Q(source__in=["assigned", "designated", "sent"]) | ~Q(reason=""),
                violation_error_message="直接委派、另行指派和派员协助须写明原因。",
            ),
        ]

    def __str__(self) -> str:
        return str(self.inspector or self.expert)


class Replacement(models.Model):
    """岗位调整、工作冲突、健康、回避: who left, who came by the draw's order, who was passed over (A56, DRAW §6)."""

    class Code(models.TextChoices):
        TRANSFER = "transfer", "岗位调整"
        CONFLICT = "schedule", "工作冲突"
        HEALTH = "health", "身体健康"
        RECUSAL = "recusal", "回避"
        UNFIT = "unfit", "不再具备检查资格"

    class State(models.TextChoices):
        REQUESTED = "requested", "待同意"
        DONE = "done", "已更换"
        DECLINED = "declined", "未同意"

    visit = models.ForeignKey(
        Visit, models.PROTECT, related_name="replacements", verbose_name="检查"
    )
    number = models.PositiveSmallIntegerField("序号")
    leaver = models.ForeignKey(TeamMember, models.PROTECT, related_name="+", verbose_name="退出")
    joiner = models.ForeignKey(
        TeamMember, models.PROTECT, null=True, related_name="+", verbose_name="接替"
    )
    passed_over = models.JSONField("跳过", default=list)  # [{pid, code, approver}]
    code = models.CharField("原因", max_length=10, choices=Code.choices)
    # For 回避: why. What a firm asks for is examined before anything is registered (A57).
    recusal_reason = models.CharField("回避事由", max_length=20, blank=True)
    note = models.CharField("说明", max_length=300)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REQUESTED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="同意人"
    )
    at = models.DateTimeField("申请时间", db_default=Now())
    decided_at = models.DateTimeField("办理时间", null=True)
    # 另行指派 of somebody out of turn is allowed with its reason and marked so (002 二十一; DRAW §6).
    is_designated = models.BooleanField("另行指派", default=False)
    decision_note = models.CharField("办理说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "人员更换"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "number"], name="replacement_number_once"),
            models.UniqueConstraint(
                fields=["leaver"],
                condition=Q(state="requested"),
                name="replacement_one_open",
                violation_error_message="此人的更换已在办理，请先办结。",
            ),
            models.CheckConstraint(
                name="replacement_done_complete",
                condition=~Q(state="done")
                | Q(joiner__isnull=False, approved_by__isnull=False, decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.leaver} → {self.joiner}"
