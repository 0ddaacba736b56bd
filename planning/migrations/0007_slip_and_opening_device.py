"""When the lock slip was printed and handed over, and on which device a witness opened (DRAW §3, §4)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("planning", "0006_pick_cases_and_supplements")]
    operations = [
        migrations.AddField(
            model_name="sitting",
            name="slip_printed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="锁定单打印时间"),
        ),
        migrations.AddField(
            model_name="sitting",
            name="slip_handed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="锁定单交付时间"),
        ),
        migrations.AddField(
            model_name="sittingwitness",
            name="opened_on_own",
            field=models.BooleanField(default=True, verbose_name="在本人设备公布"),
        ),
    ]
