"""卷宗 of one entity in one task: archived once it is whole, what comes later is bound as 续卷, files verified again (A89)."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, RuleError
from bureau.models import Agency, Job, Role, User
from bureau.rules.setting_catalogue import BY_KEY
from bureau.selectors import rule_settings
from bureau.services import files, jobs, numbers
from inspections.models import Dossier, Visit
from publication.rules.dossier_parts import Check, new_since
from publication.selectors import dossier_cases, dossier_checks
from publication.selectors.dossier_cases import Case
from publication.services import (  # noqa: F401 (whose providers register)
    dossier_papers,
    dossier_papers_after,
    dossier_papers_field,
    dossier_papers_sources,
)
from publication.services.dossier_binding import Bound, Volume, bind, digests_of

JOB = "publication.dossiers"
PACK = "publication.dossier_package"
ARCHIVERS = (Role.ORGANISER, Role.COORDINATOR, Role.PUBLISHER)


def preview(case: Case, *, today: date) -> Bound:
    """As it would be archived now, marked as a preview where something is missing."""
    checks = dossier_checks.of(case)
    return bind(case, dossier_papers.of(case), checks, volume=Volume(), today=today)


def later_papers(case: Case) -> list[dossier_papers.Paper]:
    """What is not in any archived volume yet."""
    bound = {row.get("key", "") for volume in case.volumes for row in volume.contents}
    papers = dossier_papers.of(case)
    new = new_since((paper.key for paper in papers), bound)
    return [paper for paper in papers if paper.key in new]


def archive(*, visit_pk: Any, task_pk: Any, actor: User, today: date) -> Dossier:
    """Binds and keeps the dossier for the set time.

    Raises RuleError naming what is missing, who supplies it, and Conflict when it is archived already.
    """
    with transaction.atomic():
        case = _locked(visit_pk, task_pk, actor)
        if case.volumes:
            raise Conflict("这份卷宗已经归档，请刷新页面查看。")
        checks = _whole(case)
        number = numbers.document_number(
            authority=case.visit.authority, kind="dossier", label="卷", year=today.year
        )
        volume = Volume(number, 1, "", retention(case.visit.authority, today.year))
        return _keep(case, dossier_papers.of(case), checks, volume, actor, today)


def supplement(*, visit_pk: Any, task_pk: Any, reason: str, actor: User, today: date) -> Dossier:
    """续卷: what came after archiving, in a numbered volume of its own; the archived one is not touched.

    Raises RuleError without a reason, with nothing new, or while something is missing.
    """
    if not reason.strip():
        raise RuleError("请写明续卷的原因，例如：归档后更正了结果。")
    with transaction.atomic():
        case = _locked(visit_pk, task_pk, actor)
        if not case.volumes:
            raise RuleError("这份卷宗还没有归档，请先归档。")
        papers = later_papers(case)
        if not papers:
            raise Conflict("归档以后没有新的材料，不需要续卷。")
        checks = _whole(case)
        first, n = case.volumes[0], case.volumes[-1].volume + 1
        volume = Volume(f"{first.number}续{n - 1}", n, reason.strip()[:300], first.retention)
        return _keep(case, papers, checks, volume, actor, today)


def retention(authority: Agency, year: int) -> str:
    """How long, in the bureau's own setting."""
    value = rule_settings.value_of("dossier_retention", authority, year)
    return dict(BY_KEY["dossier_retention"].choices)[str(value)]


def start_archiving(*, pairs: Sequence[tuple[Any, Any]], actor: User) -> Any:
    """Many at once, as a job: one after the other, so that memory stays flat."""
    return _start(JOB, "归档", pairs, actor)


def start_packing(*, pairs: Sequence[tuple[Any, Any]], actor: User) -> Any:
    """Many archived dossiers in one package to hand over, as a job."""
    return _start(PACK, "打包", pairs, actor)


def changed_parts(row: Dossier, content: bytes) -> list[str]:
    """The parts of this volume whose pages are not what was archived; for a file that is not the archived one."""
    found = digests_of(content, row.contents)
    return [
        part["name"]
        for part, digest in zip(row.contents, found, strict=True)
        if part.get("bound_sha256") not in (None, digest)
    ]


def problem_of(row: Dossier) -> str:
    """Why the archived file is not as it was archived; empty where it is."""
    try:
        content = files.read(row.file)
    except (RuleError, OSError):
        return "文件不在了，或内容与登记的 SHA-256 不符"
    if hashlib.new("sm3", content).hexdigest() != row.file.sm3:
        return "内容与登记的 SM3 不符"
    changed = changed_parts(row, content)
    return f"卷内文件与归档时不符：{'、'.join(changed)}" if changed else ""


def _start(kind: str, word: str, pairs: Sequence[tuple[Any, Any]], actor: User) -> Any:
    if not pairs:
        raise RuleError("请先勾选卷宗。")
    authority = Visit.objects.select_related("authority").get(pk=pairs[0][0]).authority
    require(actor, authority.pk, *ARCHIVERS)
    wanted = sorted([str(visit), str(task)] for visit, task in pairs)
    key = f"{kind}:{authority.pk}:{hashlib.sha256(repr(wanted).encode()).hexdigest()[:24]}"
    # What was missing may have been supplied since: the same choice again is a new job once the last one has ended.
    ended = Job.objects.filter(key__startswith=key, state__in=(Job.State.DONE, Job.State.FAILED))
    return jobs.start(
        kind=kind,
        key=f"{key}:{ended.count()}",
        label=f"{word} {len(wanted)} 份卷宗",
        actor=actor,
        authority=authority,
        payload={"pairs": wanted},
    )


def _locked(visit_pk: Any, task_pk: Any, actor: User) -> Case:
    """Bound under the lock: what is archived is what was checked, and nothing is corrected meanwhile."""
    visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit_pk)
    require(actor, visit.authority_id, *ARCHIVERS)
    if visit.state not in dossier_cases.OVER:
        raise RuleError(f"这次检查现在是“{visit.get_state_display()}”，检查结束以后才能归档。")
    return dossier_cases.one(visit_pk, task_pk)


def _whole(case: Case) -> list[Check]:
    checks = dossier_checks.of(case)
    lacking = [check for check in checks if check.lacking]
    if lacking:
        words = "；".join(f"{c.part.title}：{c.lacking}，由{c.who}补齐" for c in lacking)
        raise RuleError(f"{case.visit.entity.name}的卷宗还不完整，不能归档。{words}。")
    return checks


def _keep(
    case: Case,
    papers: list[dossier_papers.Paper],
    checks: list[Check],
    volume: Volume,
    actor: User,
    today: date,
) -> Dossier:
    visit = case.visit
    bound = bind(case, papers, checks, volume=volume, today=today)
    stored = files.store_bytes(
        content=bound.content,
        name=f"{volume.number}.pdf",
        kind="application/pdf",
        suffix=".pdf",
        authority=visit.authority,
        by=actor,
    )
    try:
        with transaction.atomic():
            row = Dossier.objects.create(
                authority=visit.authority,
                visit=visit,
                task=case.task,
                volume=volume.volume,
                reason=volume.reason,
                number=volume.number,
                file=stored,
                pages=bound.pages,
                contents=bound.contents,
                retention=volume.retention,
                archived_by=actor,
            )
    except IntegrityError as twice:
        raise Conflict("这份卷宗已经归档，请刷新页面查看。") from twice
    word = f"续卷：{volume.reason}" if volume.volume > 1 else "归档卷宗"
    audit.record(
        "dossier.supplemented" if volume.volume > 1 else "dossier.archived",
        f"{word} {volume.number}，{bound.pages} 页，保管期限{volume.retention}",
        target=row,
        actor=actor,
        about=[visit, case.task],
        detail={"sha256": stored.sha256, "sm3": stored.sm3, "contents": bound.contents},
    )
    return row
