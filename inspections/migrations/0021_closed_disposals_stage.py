"""Disposals that were closed before there were paths stand at the end of theirs."""

from django.db import migrations

TO_THE_END = """
    UPDATE inspections_disposal SET stage = 'closed' WHERE state = 'closed' AND stage <> 'closed'
"""


class Migration(migrations.Migration):
    dependencies = [("inspections", "0020_dossier_by_task")]

    operations = [migrations.RunSQL(TO_THE_END, migrations.RunSQL.noop)]
