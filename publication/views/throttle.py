"""How often one address may ask for what must not be harvested; counted in the shared cache."""

from django.core.cache import cache

from bureau import context


def asked_too_often(what: str, *, most: int, seconds: int) -> bool:
    """True from the (most + 1)-th question of this address within `seconds` on."""
    key = f"public.{what}:{context.current.get().ip}"
    if cache.add(key, 1, seconds):
        return False
    try:
        return int(cache.incr(key)) > most
    except ValueError:  # it ran out in between
        return False
