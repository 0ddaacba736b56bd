import bureau.ids
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bureau", "0002_append_only"),
        ("inspections", "0004_finding_withdrawn"),
        ("publication", "0004_correction_with_its_record"),
        ("registry", "0002_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RatedNotice",
            fields=[
                (
                    "notice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="inspections.notice",
                        verbose_name="通知书",
                    ),
                ),
            ],
            options={
                "verbose_name": "已评价的通知书",
                "verbose_name_plural": "已评价的通知书",
            },
        ),
        migrations.CreateModel(
            name="FirmRating",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("month", models.DateField(verbose_name="月份")),
                (
                    "score",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="评分",
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=500, verbose_name="意见")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="bureau.agency",
                        verbose_name="单位",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="bureau.agency",
                        verbose_name="检查单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "匿名评价",
                "verbose_name_plural": "匿名评价",
                "ordering": ["-month", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("score__gte", 1), ("score__lte", 5)),
                        name="firm_rating_score",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FirmRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bureau.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.CharField(max_length=60, unique=True, verbose_name="受理编号")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("recusal", "申请检查人员回避"),
                            ("complaint", "投诉"),
                            ("objection", "对检查结果提出异议"),
                            ("rectification", "提交整改材料"),
                        ],
                        max_length=14,
                        verbose_name="种类",
                    ),
                ),
                ("text", models.TextField(verbose_name="内容")),
                ("contact_name", models.CharField(max_length=60, verbose_name="联系人")),
                ("contact_phone", models.CharField(max_length=60, verbose_name="联系电话")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("submitted", "待受理"),
                            ("accepted", "已受理"),
                            ("declined", "不予受理"),
                        ],
                        default="submitted",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "submitted_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="提交时间",
                    ),
                ),
                ("handled_at", models.DateTimeField(null=True, verbose_name="办理时间")),
                ("answer", models.CharField(blank=True, max_length=500, verbose_name="答复")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="bureau.agency",
                        verbose_name="单位",
                    ),
                ),
                (
                    "disposal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="firm_requests",
                        to="inspections.disposal",
                        verbose_name="所整改的处置",
                    ),
                ),
                (
                    "files",
                    models.ManyToManyField(
                        blank=True, related_name="+", to="bureau.storedfile", verbose_name="材料"
                    ),
                ),
                (
                    "handled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办理人",
                    ),
                ),
                (
                    "inspector",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.inspector",
                        verbose_name="申请回避的检查人员",
                    ),
                ),
                (
                    "objection",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="firm_request",
                        to="publication.objection",
                        verbose_name="据此登记的异议",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="firm_requests",
                        to="inspections.visit",
                        verbose_name="检查",
                    ),
                ),
                (
                    "visit_matter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inspections.visitmatter",
                        verbose_name="有异议的结果",
                    ),
                ),
            ],
            options={
                "verbose_name": "检查对象来件",
                "verbose_name_plural": "检查对象来件",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "submitted")),
                        fields=["authority", "submitted_at"],
                        name="firm_request_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("inspector__isnull", False), ("kind", "recusal")),
                            models.Q(("kind", "objection"), ("visit_matter__isnull", False)),
                            models.Q(("disposal__isnull", False), ("kind", "rectification")),
                            ("kind", "complaint"),
                            _connector="OR",
                        ),
                        name="firm_request_subject",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "submitted"),
                            models.Q(
                                ("handled_at__isnull", False),
                                ("handled_by__isnull", False),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="firm_request_answered",
                        violation_error_message="办理须写明答复。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "objection"), ("state", "submitted")),
                        fields=("visit_matter",),
                        name="firm_request_one_objection",
                        violation_error_message="这项结果的异议已经提交，正在等待受理。",
                    ),
                ],
            },
        ),
    ]
