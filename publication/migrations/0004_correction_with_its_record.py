import bureau.ids
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bureau", "0002_append_only"),
        ("inspections", "0004_finding_withdrawn"),
        ("publication", "0003_public_entry_search_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Nothing has written this table yet: it gets its public key before anything does.
        migrations.DeleteModel(name="Correction"),
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bureau.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.CharField(max_length=60, unique=True, verbose_name="更正编号")),
                ("before", models.JSONField(verbose_name="更正前")),
                ("after", models.JSONField(verbose_name="更正后")),
                ("of_revision", models.PositiveSmallIntegerField(verbose_name="所更正的结果版本")),
                ("reason", models.CharField(max_length=300, verbose_name="更正原因")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "待主要负责人签字"),
                            ("approved", "已更正"),
                            ("refused", "未同意"),
                        ],
                        default="requested",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "requested_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="申请时间",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="签字时间")),
                (
                    "decision_note",
                    models.CharField(blank=True, max_length=300, verbose_name="签字意见"),
                ),
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
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="签字人",
                    ),
                ),
                (
                    "objection",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="publication.objection",
                        verbose_name="据以更正的异议",
                    ),
                ),
                (
                    "record",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="correction",
                        to="publication.publicrecord",
                        verbose_name="更正后的公示",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="申请人",
                    ),
                ),
                (
                    "visit_matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="inspections.visitmatter",
                        verbose_name="检查事项",
                    ),
                ),
            ],
            options={
                "verbose_name": "结果更正",
                "verbose_name_plural": "结果更正",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "requested")),
                        fields=("visit_matter",),
                        name="correction_one_open",
                        violation_error_message="这项结果已有一件更正待主要负责人签字，请先办结。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="correction_other_decides",
                        violation_error_message="签字人不能是申请人本人。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "approved"), _negated=True),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("record__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="correction_complete",
                    ),
                ],
            },
        ),
    ]
