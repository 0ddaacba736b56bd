#!/bin/bash
# Runs once, when the container's database is new: the same two roles and grants as everywhere else
# (config/roles.sql), here with passwords.
set -euo pipefail
psql -X -v ON_ERROR_STOP=1 -U postgres -d postgres -f /srv/roles.sql
psql -X -v ON_ERROR_STOP=1 -U postgres -d postgres \
  -v owner="$OWNER_DB_PASSWORD" -v app="$APP_DB_PASSWORD" <<'SQL'
ALTER ROLE ssj_owner PASSWORD :'owner';
ALTER ROLE ssj_app PASSWORD :'app';
SQL
