"""Public codes for entities whose own number cannot stand in a public draw file (DRAW §1): Chinese, private, or none."""

from django.db import transaction

from bureau.models import Agency
from bureau.services import numbers


def issue(*, authority: Agency, count: int = 1) -> list[str]:
    """`count` new codes, e.g. 990101-G000012; they roll back with the caller's transaction."""
    if not count:
        return []
    with transaction.atomic():
        last = numbers.next_number(authority=authority, kind="public_code", year=0, count=count)
    return [f"{authority.code}-G{number:06d}" for number in range(last - count + 1, last + 1)]
