"""Insert-only tables of this app."""

from django.db import migrations

from bureau.db import append_only


class Migration(migrations.Migration):
    dependencies = [("planning", "0001_initial"), ("bureau", "0002_append_only")]
    operations = [
        *append_only(
            "planning_draw",
            "planning_drawfile",
            "planning_drawevent",
            "planning_pseudonym",
            "planning_poolconfirmation",
        )
    ]
