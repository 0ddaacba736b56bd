-- The two database roles, and what a new database grants them. Run by a superuser, any number of times:
-- by config/embedded.py for the embedded server and by scripts/postgres_init.sh in the container.
-- ssj_owner owns the database and migrates; ssj_app is what the application runs as: it can read and write
-- rows, it cannot create or change tables. Migrations take UPDATE and DELETE away from append-only tables.

SELECT 'CREATE ROLE ssj_owner LOGIN NOSUPERUSER NOCREATEROLE'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ssj_owner') \gexec
SELECT 'CREATE ROLE ssj_app LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ssj_app') \gexec

-- template1 first: every database made from it later (a test's too) starts with the same grants.
\connect template1
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO ssj_app;
ALTER DEFAULT PRIVILEGES FOR ROLE ssj_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ssj_app;
ALTER DEFAULT PRIVILEGES FOR ROLE ssj_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO ssj_app;

-- Bytewise order, so that a sort in SQL and a sort in Python are the same sort.
SELECT 'CREATE DATABASE ssj OWNER ssj_owner ENCODING ''UTF8'' LC_COLLATE ''C'' LC_CTYPE ''C.UTF-8'' TEMPLATE template1'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'ssj') \gexec
REVOKE ALL ON DATABASE ssj FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE ssj TO ssj_app;
