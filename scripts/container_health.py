"""A container's health: the web answers, or beat has written its schedule lately."""

import http.client
import os
import sys
import time
from pathlib import Path


def web() -> bool:
    """Any answer of the application counts, a redirect to HTTPS too; an error of the server does not."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=4)
    connection.request("GET", "/", headers={"Host": host, "X-Forwarded-Proto": "https"})
    return connection.getresponse().status < 500


def beat() -> bool:
    """Celery's beat syncs its schedule at least every three minutes."""
    files = list(Path("/tmp").glob("beat-schedule*"))
    return any(time.time() - file.stat().st_mtime < 900 for file in files)


if __name__ == "__main__":
    try:
        healthy = {"web": web, "beat": beat}[sys.argv[1]]()
    except (OSError, http.client.HTTPException):
        healthy = False
    sys.exit(0 if healthy else 1)
