"""A task whose entities were named, not drawn, with the reason."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("planning", "0008_task_groups_and_stratum_bounds")]
    operations = [
        migrations.AddField(
            model_name="task",
            name="direct_reason",
            field=models.CharField(blank=True, max_length=300, verbose_name="直接指定原因"),
        ),
        migrations.AlterField(
            model_name="task",
            name="draw_source",
            field=models.CharField(
                choices=[
                    ("own", "本系统摇号"),
                    ("platform", "上级平台抽取（不可复算）"),
                    ("transfer", "外单位转交（原单位抽取）"),
                    ("direct", "直接指定（未摇号）"),
                ],
                default="own",
                max_length=8,
                verbose_name="抽取方式",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("draw_source", "direct"), _negated=True),
                    models.Q(("direct_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="task_direct_reason",
                violation_error_message="直接指定检查对象须写明原因。",
            ),
        ),
    ]
