"""Dossiers by entity and task; a visit's dossier of before becomes that of its first task."""

import django.db.models.deletion
from django.db import migrations, models

from bureau.db import append_only

FIRST_TASK = """
    UPDATE inspections_dossier d SET task_id = (
        SELECT m.task_id FROM inspections_visitmatter m WHERE m.visit_id = d.visit_id ORDER BY m.id LIMIT 1
    );
    SET CONSTRAINTS ALL IMMEDIATE;
"""


def _task(*, null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        null=null,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="dossiers",
        to="planning.task",
        verbose_name="任务",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("bureau", "0004_document_wording"),
        ("inspections", "0019_advance_notices_and_bundles"),
        ("planning", "0012_task_origin"),
    ]

    operations = [
        migrations.AddField(
            "dossier", "reason", models.CharField("续卷原因", max_length=300, blank=True)
        ),
        migrations.AddField("dossier", "volume", models.PositiveSmallIntegerField("卷", default=1)),
        migrations.AlterField(
            "dossier",
            "visit",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="dossiers",
                to="inspections.visit",
                verbose_name="检查",
            ),
        ),
        migrations.AddField("dossier", "task", _task(null=True)),
        migrations.RunSQL(FIRST_TASK, migrations.RunSQL.noop),
        migrations.AlterField("dossier", "task", _task()),
        migrations.AddConstraint(
            "dossier",
            models.UniqueConstraint(
                fields=["visit", "task", "volume"],
                name="dossier_volume_once",
                violation_error_message="这一卷已经归档。",
            ),
        ),
        migrations.AddConstraint(
            "dossier",
            models.CheckConstraint(
                condition=models.Q(volume=1) | models.Q(volume__gt=1) & ~models.Q(reason=""),
                name="dossier_supplement_says_why",
                violation_error_message="续卷须写明原因。",
            ),
        ),
        *append_only("inspections_dossier"),
    ]
