"""People of an authority, as its administrators see them."""

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from bureau.models import Agency, Membership, User


def of_authority(authority: Agency) -> "QuerySet[User]":
    """Everybody who ever held a seat here, with their seats here: two queries."""
    return (
        User.objects.filter(memberships__agency__authority=authority)
        .distinct()
        .order_by("-is_active", "username")
        .prefetch_related(
            Prefetch(
                "memberships",
                Membership.objects.filter(
                    agency__authority=authority, to_on__isnull=True
                ).select_related("agency"),
                to_attr="seats_here",
            )
        )
    )


def get_or_404(user: User, pk: int) -> User:
    """A person of one's own authority, or one without any seat yet (just created by an administrator)."""
    person = get_object_or_404(User, pk=pk)
    authorities = set(person.memberships.values_list("agency__authority_id", flat=True))
    if authorities and not authorities & user.own_authority_ids:
        raise Http404("没有找到，或不在您的管辖范围内。")
    return person


def seats_of(person: User, user: User) -> "QuerySet[Membership]":
    """The person's open seats at the administrator's authorities."""
    return person.memberships.filter(
        agency__authority_id__in=user.own_authority_ids, to_on__isnull=True
    ).select_related("agency")


def seat_or_404(user: User, pk: int) -> Membership:
    """A seat at one's own authority."""
    return get_object_or_404(
        Membership.objects.select_related("user", "agency__authority"),
        pk=pk,
        agency__authority_id__in=user.own_authority_ids,
    )
