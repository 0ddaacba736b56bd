"""Insert-only tables of this app."""

from django.db import migrations

from bureau.db import append_only


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial"), ("bureau", "0002_append_only")]
    operations = [*append_only("registry_matterrevision", "registry_entityrevision", "registry_frozenuse")]
