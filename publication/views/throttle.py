"""How often one address may ask for what must not be harvested; one count for all processes and hosts."""

from django.core.cache import caches
from redis.exceptions import RedisError

from bureau import context


def asked_too_often(what: str, *, most: int, seconds: int) -> bool:
    """True from the (most + 1)-th question of this address within `seconds` on; without Redis nobody is turned away."""
    key, counters = f"public.{what}:{context.current.get().ip}", caches["counters"]
    try:
        if counters.add(key, 1, seconds):
            return False
        return int(counters.incr(key)) > most
    except (ValueError, RedisError):  # it ran out in between, or the counters are away
        return False
