from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inspections", "0003_team_sitting_and_replacement_state")]

    operations = [
        migrations.AddField(
            model_name="finding",
            name="withdrawn_in",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="撤回于结果版本"
            ),
        ),
    ]
