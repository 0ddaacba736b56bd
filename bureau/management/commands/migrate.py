"""`migrate` as the owner role, then the grants of the application's role."""

from typing import Any

from django.conf import settings
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from bureau.db import GRANTS


class Command(Migrate):
    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        role = settings.DATABASE_APP_ROLE
        owner = settings.DATABASES["owner"].get("USER")
        if options["database"] != "owner" or role == owner:
            return
        with connections["owner"].cursor() as cursor:
            cursor.execute(GRANTS.format(role="'" + role.replace("'", "''") + "'"))
