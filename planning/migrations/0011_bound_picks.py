"""What a draw picked stays what it picked: the application may move a pick on, never change or remove it."""

from django.db import migrations

SQL = """
CREATE OR REPLACE FUNCTION pick_is_bound() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.draw_id IS NULL THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a drawn pick is never deleted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (NEW.draw_id, NEW.task_id, NEW.authority_id, NEW.entity_id, NEW.stratum, NEW.rank, NEW.ticket)
        IS DISTINCT FROM
       (OLD.draw_id, OLD.task_id, OLD.authority_id, OLD.entity_id, OLD.stratum, OLD.rank, OLD.ticket) THEN
        RAISE EXCEPTION 'a drawn pick is never changed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pick_is_bound
    BEFORE DELETE OR UPDATE OF draw_id, task_id, authority_id, entity_id, stratum, rank, ticket ON planning_pick
    FOR EACH ROW EXECUTE FUNCTION pick_is_bound();
"""


class Migration(migrations.Migration):
    dependencies = [("planning", "0010_superior_pools")]

    operations = [
        migrations.RunSQL(
            SQL,
            "DROP TRIGGER IF EXISTS pick_is_bound ON planning_pick; DROP FUNCTION IF EXISTS pick_is_bound();",
        )
    ]
