"""Visits whose firms are not public yet: before they begin, only who works with the list or goes there sees them (DRAW §4)."""

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from bureau.models import User
from bureau.veils import veil
from inspections.models import NoticeBundle, TeamMember, Visit, VisitMatter
from inspections.selectors import disclosure
from planning.selectors import sealed


def visits(user: User) -> "QuerySet[Visit] | None":
    """The visits hidden from this person; None where none is. Once a visit has begun its firm knows."""
    closed = sealed.shut(user)
    if not closed:
        return None
    picked = VisitMatter.objects.filter(visit=OuterRef("pk"), pick__draw__in=sealed.draws(closed))
    own = TeamMember.objects.filter(
        Q(inspector__user=user) | Q(expert__user=user), visit=OuterRef("pk"), is_current=True
    )
    return Visit.objects.filter(
        Exists(picked), ~Exists(own), authority_id__in=closed, started_at__isnull=True
    )


@veil("inspections.visit")
def hidden_visits(user: User) -> Q | None:
    hidden = visits(user)
    return None if hidden is None else Q(pk__in=hidden.values("pk"))


@veil("inspections.visitmatter")
def hidden_matters(user: User) -> Q | None:
    hidden = visits(user)
    return None if hidden is None else Q(visit__in=hidden.values("pk"))


@veil("inspections.deemeddone")
@veil("inspections.transfer")
def hidden_cases(user: User) -> Q | None:
    """视为完成 and transfers name the firm of their visit."""
    return hidden_matters(user)


@veil("inspections.deemedreport")
def hidden_reports(user: User) -> Q | None:
    """A report lists its firms by name."""
    hidden = visits(user)
    return None if hidden is None else Q(rows__visit__in=hidden.values("pk"))


@veil("bureau.storedfile")
def hidden_bundles(user: User) -> Q | None:
    """Bound notices say who goes where: their own page hands them out, nothing else (DRAW §4)."""
    return Q(pk__in=NoticeBundle.objects.values("file"))


@veil("registry.ledgerentry")
def hidden_entries(user: User) -> Q | None:
    hidden = visits(user)
    if hidden is None:
        return None
    sources = hidden.annotate(name=Concat(Value("inspections.visit:"), Cast("pk", CharField())))
    return Q(source__in=sources.values("name"))


@veil("bureau.auditevent")
def hidden_visit_events(user: User) -> Q | None:
    """The trail names a visit by its firm."""
    hidden = visits(user)
    if hidden is None:
        return None
    keys = hidden.annotate(key=Cast("pk", CharField())).values("key")
    return Q(target_type="inspections.visit", target_id__in=keys)


@veil("bureau.auditevent")
def hidden_assignments(user: User) -> Q | None:
    """Inspectors do not read in the trail who goes before they may know it (setting visit_disclosure)."""
    closed = disclosure.sealed_from(user, timezone.now())
    if closed is None:
        return None
    keys = closed.annotate(key=Cast("pk", CharField())).values("key")
    told = Q(action__startswith="team.") | Q(action__startswith="replacement.")
    return told & Q(target_type="inspections.visit", target_id__in=keys)
