"""Append-only tables, for migrations: a trigger refuses UPDATE, DELETE and TRUNCATE, and the grants follow the trigger."""

from django.db import migrations

FUNCTION = migrations.RunSQL(
    """
    CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END $$;
    """,
    "DROP FUNCTION IF EXISTS append_only() CASCADE;",
)

# Run by `migrate` as the owner: the app may do everything with ordinary tables and only add to append-only ones.
GRANTS = """
DO $$
DECLARE item record;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', {role});
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I', {role});
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %I', {role});
    FOR item IN SELECT DISTINCT tgrelid::regclass AS name FROM pg_trigger WHERE tgname = 'append_only' LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM %I', item.name, {role});
    END LOOP;
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM %I', {role});
END $$;
"""


def append_only(*tables: str) -> list[migrations.RunSQL]:
    """Operations that make these tables insert-only."""
    return [
        migrations.RunSQL(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION append_only();",
            f"DROP TRIGGER IF EXISTS append_only ON {table};",
        )
        for table in tables
    ]
