#!/usr/bin/env python
"""Django's command line; starts the embedded servers when no DATABASE_URL is given."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here. Run `make demo` once: it sets everything up.")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
