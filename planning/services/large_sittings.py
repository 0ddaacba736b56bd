"""A sitting over a large pool: locking and computing run as jobs, and the person who pressed follows them on a page.

Nothing else is different: the job calls the same service in one transaction, under the name of who pressed.
"""

from django.db.models import OuterRef, Subquery, Sum

from bureau.models import Job, User
from bureau.services import jobs
from planning.models import PoolConfirmation, Sitting
from planning.services import sittings

AT_ONCE = 100_000  # as many as a page may wait for: a lock of 100,000 takes about two seconds
LOCK_JOB = "planning.lock_sitting"
COMPUTE_JOB = "planning.compute_sitting"


def lock(*, sitting: Sitting, actor: User, reason: str = "") -> Sitting | Job:
    """The locked sitting, or the job that will lock it. Raises what `sittings.lock` raises."""
    size = pool_size(sitting)
    if size <= AT_ONCE:
        return sittings.lock(sitting=sitting, actor=actor, reason=reason)
    return _start(LOCK_JOB, "锁定名单", sitting, actor, size=size, reason=reason)


def compute(*, sitting: Sitting, actor: User) -> Sitting | Job:
    """The computed sitting, or the job that will compute it. Raises what `sittings.compute` raises."""
    size = sum(sitting.draws.values_list("counts__candidates", flat=True))
    if size <= AT_ONCE:
        return sittings.compute(sitting=sitting, actor=actor)
    return _start(COMPUTE_JOB, "计算抽取结果", sitting, actor, size=size)


def pool_size(sitting: Sitting) -> int:
    """How many entities the keepers confirmed for its tasks: known without reading the pool again."""
    newest = PoolConfirmation.objects.filter(
        task=OuterRef("pk"), pool=PoolConfirmation.Pool.ENTITIES
    ).order_by("-id")
    confirmed = sitting.tasks.annotate(confirmed=Subquery(newest.values("count")[:1]))
    return confirmed.aggregate(n=Sum("confirmed"))["n"] or 0


def _start(
    kind: str, verb: str, sitting: Sitting, actor: User, *, size: int, reason: str = ""
) -> Job:
    """Pressing twice gives one job; after a refusal, pressing again is another try."""
    failed = Job.objects.filter(
        kind=kind, payload__sitting=str(sitting.pk), state=Job.State.FAILED
    ).count()
    return jobs.start(
        kind=kind,
        key=f"{kind}:{sitting.pk}:{failed}",
        label=f"{verb}：{sitting.title}"[:120],
        actor=actor,
        authority=sitting.authority,
        payload={"sitting": str(sitting.pk), "size": size, "reason": reason},
    )
