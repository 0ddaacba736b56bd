"""Who is registered in a unit, and who can go (A19–A24, A100)."""

from datetime import date

from django.db.models import Q, QuerySet

from bureau.models import Agency
from registry.models import Expert, Inspector


def registered(place: Agency) -> QuerySet[Inspector]:
    """Every officer in the register of this unit; of the whole authority when `place` is a legal person."""
    people = Inspector.objects.filter(state=Inspector.State.ACTIVE).select_related("unit", "user")
    if place.pk == place.authority_id:
        return people.filter(authority=place)
    return people.filter(unit=place)


def available(place: Agency, on: date) -> QuerySet[Inspector]:
    """Those of them who can inspect on that day: certificate valid, not away. Basis: A19, A24, A100."""
    away = Q(away_from__lte=on) & (Q(away_to__isnull=True) | Q(away_to__gte=on))
    return registered(place).filter(certificate_expires_on__gte=on).exclude(away)


def experts(authority: Agency) -> QuerySet[Expert]:
    """专家库: they assist and never inspect alone (A23, A100)."""
    return Expert.objects.filter(authority=authority, state=Inspector.State.ACTIVE)


def of_user(user_id: int) -> Inspector | None:
    """The register's entry of a person who signs in, if they are an inspector."""
    return Inspector.objects.filter(user_id=user_id).first()
