"""Who asks too often is counted once for all processes, and the count is no wall when it is away."""

import subprocess
import sys

from django.core.cache import caches

from publication.views.throttle import asked_too_often

ANOTHER_PROCESS = """
import sys, django; django.setup()
from django.core.cache import caches
from publication.views.throttle import asked_too_often
caches["counters"].key_prefix = sys.argv[1]
print([asked_too_often("test", most=2, seconds=60) for _ in range(2)])
"""


def test_another_process_goes_on_counting():
    here = [asked_too_often("test", most=2, seconds=60) for _ in range(1)]
    there = subprocess.run(
        [sys.executable, "-c", ANOTHER_PROCESS, caches["counters"].key_prefix],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()

    assert (here, there) == ([False], "[False, True]")


def test_without_redis_nobody_is_turned_away(settings):
    away = settings.CACHES["counters"] | {"LOCATION": "unix:///nowhere/redis.sock"}
    settings.CACHES = settings.CACHES | {"counters": away}

    assert [asked_too_often("test", most=0, seconds=60) for _ in range(2)] == [False, False]
