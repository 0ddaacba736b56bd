"""Steps of disposals are insert-only; disposals that ended before they had a path stand at its end."""

from django.db import migrations

from bureau.db import append_only


class Migration(migrations.Migration):
    dependencies = [("inspections", "0015_disposal_paths"), ("bureau", "0002_append_only")]
    operations = [
        *append_only("inspections_disposalstep"),
        migrations.RunSQL(
            "UPDATE inspections_disposal SET stage = 'closed' WHERE state = 'closed'",
            migrations.RunSQL.noop,
        ),
    ]
