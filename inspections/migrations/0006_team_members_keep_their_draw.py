"""Whose place in a team came from a draw says from which: `Visit.team_draw` is empty again once that draw is voided."""

from django.db import migrations

FILL = """
update inspections_teammember m
   set draw_id = v.team_draw_id, drawn_as = m.part
  from inspections_visit v
 where v.id = m.visit_id and v.team_draw_id is not null and m.source in ('drawn', 'replacement', 'designated')
"""


class Migration(migrations.Migration):
    dependencies = [("inspections", "0005_joint_matching_helpers_and_planned_day")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
