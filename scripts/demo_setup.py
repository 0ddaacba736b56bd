"""What `make demo` does before it serves: migrate, and seed the demo bureau when the database is empty."""

import os
import sys
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from config import embedded  # noqa: E402


def main() -> None:
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # files come from static/ itself
    call_command("migrate", interactive=False, verbosity=0)
    call_command("seed_demo", "--if-empty")
    accounts = StringIO()
    call_command("demo_accounts", stdout=accounts)
    path = embedded.base_directory(ROOT) / "data" / "accounts.txt"
    path.write_text(accounts.getvalue(), encoding="utf-8")


if __name__ == "__main__":
    main()
