"""People of an authority, as its administrators see them."""

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from bureau.audit import reference
from bureau.models import Agency, AuditEvent, Membership, User


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
    """A person of one's own authority, or one whom its administrators created and nobody has given a seat yet."""
    person = get_object_or_404(User, pk=pk)
    authorities = set(person.memberships.values_list("agency__authority_id", flat=True))
    if not (authorities or _created_at(person)) & user.own_authority_ids:
        raise Http404("没有找到，或不在您的管辖范围内。")
    return person


def is_ours_alone(person: User, authority: Agency) -> bool:
    """Whether every seat that this person holds now is at this authority, and the installation is not theirs to run."""
    return not person.is_superuser and person.own_authority_ids <= {authority.pk}


def _created_at(person: User) -> set[int]:
    """The authority whose administrator made the account; none for accounts from the command line."""
    made = AuditEvent.objects.filter(action="user.created", about__contains=[reference(person)])
    return set(made.exclude(authority=None).values_list("authority_id", flat=True))


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
