"""Sitting, draw, its files and events, and what was picked. Draw, DrawFile and DrawEvent are insert-only:
a draw's state is what its events say, and nothing that was drawn can be removed (DRAW §4)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bureau.ids import uuid7
from planning.rules.chance import nothing_by_chance
from planning.rules.groups import announced_task
from registry.models.inspector import ScopedQuerySet


class Sitting(models.Model):
    """摇号会: one or more draws held together before the same witnesses."""

    class Purpose(models.TextChoices):
        ENTITIES = "entities", "抽取检查对象"
        TEAMS = "teams", "匹配检查人员"

    class State(models.TextChoices):
        PREPARED = "prepared", "待锁定"
        LOCKED = "locked", "名单已锁定"
        COMPUTED = "computed", "已抽取"
        VOIDED = "voided", "已作废"

    class Beacon(models.TextChoices):
        NONE = "none", "不用"
        KL8 = "cwl-kl8", "快乐8 开奖号码"
        DRAND = "drand-quicknet", "drand 随机信标"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="单位"
    )
    unit = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="组织单位"
    )
    purpose = models.CharField("内容", max_length=10, choices=Purpose.choices)
    title = models.CharField("名称", max_length=150)
    place = models.CharField("地点", max_length=100, blank=True)
    planned_at = models.DateTimeField("计划时间")
    operator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="操作人"
    )
    tasks = models.ManyToManyField("planning.Task", related_name="sittings", verbose_name="任务")
    digits_each = models.PositiveSmallIntegerField("每位监督人给出位数", default=12)
    beacon_source = models.CharField(
        "公共随机源", max_length=16, choices=Beacon.choices, default=Beacon.NONE
    )
    beacon_round = models.CharField("期号", max_length=20, blank=True)
    beacon_not_before = models.DateTimeField("公布不早于", null=True, blank=True)
    reveal = models.CharField(
        "公开方式",
        max_length=10,
        default="immediate",
        choices=[("immediate", "立即公开"), ("deferred", "延后公开")],
    )
    reveal_by = models.DateField("最迟公开日", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PREPARED)
    # Nobody gives a digit before the lock slip was printed or handed over (DRAW §3).
    slip_printed_at = models.DateTimeField("锁定单打印时间", null=True, blank=True)
    slip_handed_at = models.DateTimeField("锁定单交付时间", null=True, blank=True)
    created_at = models.DateTimeField("建立时间", db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "摇号会"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title


class SittingWitness(models.Model):
    """监督人, signed in as themself; commitments first, digits after (A50, DRAW §4)."""

    sitting = models.ForeignKey(
        Sitting, models.PROTECT, related_name="witnesses", verbose_name="摇号会"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="监督人"
    )
    position = models.PositiveSmallIntegerField("序号")
    capacity_text = models.CharField("身份", max_length=60, default="局办公室监督人员")
    committed_at = models.DateTimeField("承诺时间", null=True)
    salt = models.CharField("盐", max_length=64, blank=True)
    digits = models.CharField("数字", max_length=64, blank=True)
    opened_at = models.DateTimeField("公布时间", null=True)
    own_device = models.BooleanField("本人设备", default=True)
    # Without JavaScript the server makes the commitment and has seen the digits before: pages say so.
    server_made = models.BooleanField("由服务器代算承诺", default=False)
    opened_on_own = models.BooleanField("在本人设备公布", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "摇号监督人"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["sitting", "position"], name="sitting_witness_position_once"
            ),
            models.UniqueConstraint(
                fields=["sitting", "user"],
                name="sitting_witness_once",
                violation_error_message="此人已是本次摇号的监督人。",
            ),
            models.CheckConstraint(
                name="sitting_witness_digits", condition=Q(digits__regex=r"^[0-9]*$")
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Draw(models.Model):
    """One frozen list and its announcement. Insert-only."""

    class Kind(models.TextChoices):
        ENTITIES = "entities", "抽取检查对象"
        TEAMS = "teams", "匹配检查人员"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="draws", verbose_name="单位"
    )
    unit = models.ForeignKey(
        "bureau.Agency", models.PROTECT, related_name="+", verbose_name="组织单位"
    )
    sitting = models.ForeignKey(
        Sitting, models.PROTECT, related_name="draws", verbose_name="摇号会"
    )
    task = models.ForeignKey(
        "planning.Task", models.PROTECT, related_name="draws", verbose_name="任务"
    )
    kind = models.CharField("内容", max_length=10, choices=Kind.choices)
    number = models.CharField(
        "抽取编号", max_length=100, unique=True
    )  # ASCII, used in URLs and export_draw
    # 0: the whole task; else the TaskGroup it draws, as it was called then. Each group counts its own n from 1.
    group_number = models.PositiveSmallIntegerField("事项组号", default=0)
    group_name = models.CharField("事项组名", max_length=40, blank=True)
    n = models.PositiveSmallIntegerField("第几次")
    reason = models.CharField("重抽或补抽原因", max_length=200, default="-")
    matters = ArrayField(models.CharField(max_length=64), verbose_name="事项编码", default=list)
    chain_number = models.PositiveIntegerField("链上序号")
    previous = models.CharField("前一公告", max_length=64)
    a = models.CharField("公告指纹 A", max_length=64, unique=True)
    locked_at = models.DateTimeField("锁定时间")
    nonce = models.BinaryField("随机数（加密）")
    list_salt = models.BinaryField("名单盐（加密）")
    reveal = models.CharField(max_length=10)
    reveal_by = models.DateField(null=True)
    counts = models.JSONField(
        "数量", default=dict
    )  # {"candidates": n, "excluded": n, "reasons": {...}, "strata": [{label,n,k,reserve}]}

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "抽取"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "chain_number"], name="draw_chain_number_once"
            ),
            models.UniqueConstraint(fields=["authority", "previous"], name="draw_chain_no_fork"),
            models.UniqueConstraint(
                fields=["task", "kind", "unit", "group_number", "n"], name="draw_n_once"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def task_text(self) -> str:
        """The task as the announcement and the chain name it; needs `task` loaded."""
        return announced_task(self.task.number, self.group_number)

    @property
    def chance_words(self) -> str:
        """What of this draw was not left to chance, by its frozen numbers; empty where it all was (DRAW §2)."""
        return nothing_by_chance(self.counts.get("strata", []))

    @property
    def task_name(self) -> str:
        """The task's name with that of the group; needs `task` loaded."""
        return f"{self.task.name}（{self.group_name}）" if self.group_name else self.task.name


class WitnessCommitment(models.Model):
    """h("witness", A, salt, digits) of one witness for one draw: one salt and digits serve all draws of a sitting,
    but the commitment holds A (DRAW §3). Insert-only."""

    witness = models.ForeignKey(
        SittingWitness, models.PROTECT, related_name="commitments", verbose_name="监督人"
    )
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="commitments", verbose_name="抽取")
    value = models.CharField("承诺值", max_length=64)
    at = models.DateTimeField("时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "监督人承诺"
        constraints = [
            models.UniqueConstraint(fields=["witness", "draw"], name="witness_commits_once"),
            models.UniqueConstraint(
                fields=["draw", "value"],
                name="witness_commitment_differs",
                violation_error_message="两位监督人的承诺相同，请重新生成。",
            ),
            models.CheckConstraint(
                name="witness_commitment_digest", condition=Q(value__regex=r"^[0-9a-f]{64}$")
            ),
        ]

    def __str__(self) -> str:
        return self.value


class VoidRequest(models.Model):
    """申请作废, decided by somebody else (DRAW §3). Without a draw it means the whole sitting."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", "待批准"
        APPROVED = "approved", "已作废"
        REFUSED = "refused", "未批准"

    sitting = models.ForeignKey(
        Sitting, models.PROTECT, related_name="void_requests", verbose_name="摇号会"
    )
    draw = models.ForeignKey(
        Draw, models.PROTECT, null=True, related_name="void_requests", verbose_name="抽取"
    )
    reason = models.CharField("作废原因", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.SUBMITTED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人"
    )
    requested_at = models.DateTimeField("申请时间", db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    decided_at = models.DateTimeField("批准时间", null=True)
    decision_note = models.CharField("批准意见", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "作废申请"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sitting"],
                condition=Q(state="submitted"),
                name="void_request_one_open",
                violation_error_message="本次摇号已有一项作废申请待批准。",
            ),
            models.CheckConstraint(
                name="void_other_decides",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("requested_by")),
                violation_error_message="批准人不能是申请人本人。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sitting} 作废申请"


class DrawFile(models.Model):
    """The bytes that were hashed, as stored at the moment they came to be. Insert-only."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="files", verbose_name="抽取")
    name = models.CharField("文件名", max_length=20)
    content = models.BinaryField("内容")
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    at = models.DateTimeField("时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "抽取文件"
        constraints = [models.UniqueConstraint(fields=["draw", "name"], name="draw_file_once")]

    def __str__(self) -> str:
        return self.name


class DrawEvent(models.Model):
    """What happened to a draw. Insert-only; each kind once, so 50 clients at once give one result."""

    class Kind(models.TextChoices):
        LOCKED = "locked", "名单锁定，公告发布"
        COMMITTED = "committed", "监督人全部作出承诺"
        OPENED = "opened", "监督人数字全部公布"
        BEACON = "beacon", "公共随机值取得"
        COMPUTED = "computed", "抽取完成"
        REVEALED = "revealed", "名单与随机数公开"
        VOIDED = "voided", "作废"

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="events", verbose_name="抽取")
    kind = models.CharField("事件", max_length=10, choices=Kind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="操作人"
    )
    at = models.DateTimeField("时间", db_default=Now())
    detail = models.JSONField("详情", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "抽取事件"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["draw", "kind"], name="draw_event_once")]

    def __str__(self) -> str:
        return self.get_kind_display()


class Pseudonym(models.Model):
    """A natural person's id in one draw's lists, h("pseudonym", salt, code) (DRAW §1). Insert-only.

    Everybody else stands there by `Entity.public_code`, so the frozen lists themselves say who was in the pool.
    """

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="pseudonyms", verbose_name="抽取")
    entity = models.ForeignKey(
        "registry.Entity", models.PROTECT, related_name="+", verbose_name="检查对象"
    )
    listed_id = models.CharField("名单编号", max_length=96)
    salt = models.CharField("化名盐", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "自然人化名"
        constraints = [
            models.UniqueConstraint(fields=["draw", "listed_id"], name="pseudonym_id_once"),
            models.UniqueConstraint(fields=["draw", "entity"], name="pseudonym_entity_once"),
        ]

    def __str__(self) -> str:
        return self.listed_id
