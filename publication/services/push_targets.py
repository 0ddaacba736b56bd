"""Registering and changing the platforms that records are pushed to (A88, A108)."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import RuleError
from bureau.models import Agency, Job, Role, User
from bureau.services import jobs
from publication.models import PublicRecord, PushTarget
from publication.rules import pushing as rules
from publication.services import pushing

KEEPERS = (Role.SYSTEM_ADMIN,)
PAST, CHUNK = "publication.push_past", 200


def save(
    *,
    authority: Agency,
    name: str,
    kind: str,
    url: str,
    credential: str,
    receives: Sequence[str],
    mapping: Sequence[Sequence[str]],
    is_active: bool,
    actor: User,
    target: PushTarget | None = None,
) -> PushTarget:
    """A new platform, or `target` changed; records published from now on go there.

    Raises RuleError for an address that is not allowed, an unknown key name, a name used already, a changed kind.
    """
    require(actor, authority.pk, *KEEPERS)
    is_http = kind == PushTarget.Kind.HTTP
    if is_http:
        _check_interface(url, credential)
    fields = {
        "name": name.strip(),
        "kind": kind,
        "url": url.strip() if is_http else "",
        "credential": credential.strip() if is_http else "",
        "receives": list(receives),
        "mapping": [list(pair) for pair in mapping],
        "is_active": is_active,
    }
    try:
        with transaction.atomic():
            return _write(authority, fields, actor, target)
    except IntegrityError as twice:
        raise RuleError(f"本单位已登记过名为“{name.strip()}”的平台，请换一个名称。") from twice


def start_past(*, target: PushTarget, since: date, actor: User) -> Job:
    """What has been published since that day and never went there, as a job; the platform gets every version in order."""
    require(actor, target.authority_id, *KEEPERS)
    with transaction.atomic():
        audit.record(
            "push_target.past_sent",
            f"补送 {since:%Y-%m-%d} 以来公示的内容至{target.name}",
            target=target,
            actor=actor,
        )
        return jobs.start(
            kind=PAST,
            key=f"{PAST}:{target.pk}:{since}:{timezone.now():%Y%m%d%H%M}",
            label=f"补送至{target.name}",
            actor=actor,
            authority=target.authority,
            payload={"target": str(target.pk), "since": since.isoformat()},
        )


def send_past(run: jobs.Run) -> dict[str, Any]:
    """The job: a chunk a transaction, on from where the last attempt stopped."""
    target = PushTarget.objects.get(pk=run.payload["target"])
    since = datetime.combine(
        date.fromisoformat(run.payload["since"]), time.min, timezone.get_current_timezone()
    )
    rows = PublicRecord.objects.filter(
        authority=target.authority, kind__in=["result", "penalty"], published_at__gte=since
    ).order_by("id")
    edge, done, new = run.cursor.get("edge"), run.job.done, run.cursor.get("new", 0)
    while chunk := list((rows.filter(pk__gt=edge) if edge else rows)[:CHUNK]):
        with transaction.atomic():
            new += sum(pushing.put_past(target, record) for record in chunk)
            edge, done = str(chunk[-1].pk), done + len(chunk)
            run.advance(cursor={"edge": edge, "new": new}, done=done, total=done)
    return {
        "url": reverse("publication:push-list"),
        "text": "查看推送",
        "summary": f"补送 {new} 条。",
    }


def _write(
    authority: Agency, fields: dict[str, object], actor: User, target: PushTarget | None
) -> PushTarget:
    before: dict[str, object] = {}
    if target is None:
        row = PushTarget(authority=authority, created_by=actor)
    else:
        row = PushTarget.objects.select_for_update(of=("self",)).get(pk=target.pk)
        if row.kind != fields["kind"] and row.pushes.exists():
            raise RuleError("已有记录走这个平台，不能改变方式。请另登记一个平台，并停用这一个。")
        before = {name: getattr(row, name) for name in fields}
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    audit.record(
        "push_target.registered" if target is None else "push_target.changed",
        f"{'登记' if target is None else '修改'}推送平台：{row.name}",
        target=row,
        actor=actor,
        authority=authority,
        detail={"changes": audit.differences(before, fields)},
    )
    return row


def _check_interface(url: str, credential: str) -> None:
    problem = rules.url_problem(url.strip(), settings.PUSH_HOSTS)
    if problem:
        raise RuleError(problem)
    if credential.strip() not in settings.PUSH_SECRETS:
        known = "、".join(sorted(settings.PUSH_SECRETS)) or "还没有"
        raise RuleError(
            f"没有名为“{credential.strip()}”的密钥。密钥由运维人员放在环境变量 PUSH_SECRET_名称 里；现有的名称：{known}。"
        )
