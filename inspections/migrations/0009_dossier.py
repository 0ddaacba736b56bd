import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import bureau.ids


class Migration(migrations.Migration):
    dependencies = [
        ("bureau", "0002_append_only"),
        ("inspections", "0008_field_delivery"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Dossier",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bureau.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.CharField(max_length=60, unique=True, verbose_name="档案编号")),
                ("pages", models.PositiveIntegerField(verbose_name="页数")),
                ("contents", models.JSONField(verbose_name="卷内目录")),
                (
                    "retention",
                    models.CharField(default="长期", max_length=20, verbose_name="保管期限"),
                ),
                (
                    "archived_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="归档时间",
                    ),
                ),
                (
                    "archived_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="归档人",
                    ),
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
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="bureau.storedfile",
                        verbose_name="卷宗文件",
                    ),
                ),
                (
                    "visit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dossier",
                        to="inspections.visit",
                        verbose_name="检查",
                    ),
                ),
            ],
            options={
                "verbose_name": "卷宗",
                "verbose_name_plural": "卷宗",
                "ordering": ["-id"],
            },
        ),
    ]
