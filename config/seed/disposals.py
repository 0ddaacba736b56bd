"""What follows a finding in the seed: the order, its receipt, the firm's answer or a recheck, to the end (A84–A86)."""

from datetime import date
from functools import partial

from django.utils import timezone

from bureau.models import User
from config.seed.story import HEAD, Story
from inspections.models import Disposal
from inspections.services import disposal_steps, disposals, letters, rechecks
from registry.models import Inspector


def follow(story: Story, row: Disposal, closed_on: date | None, result: str) -> None:
    """Puts the steps of one disposal on the agenda; every other one that ends is rechecked on the spot."""
    days, agenda = story.days, story.agenda
    sent = days.after(timezone.localdate(), 1)
    if row.measure != "rectify" or sent >= min(row.due_on, closed_on or row.due_on):
        if closed_on is not None:
            agenda.add(closed_on, "15:45", partial(_plain, story, row.pk, result))
        return
    last = days.ago(1)
    if sent <= last:
        agenda.add(sent, "9:50", partial(_issue, story, row.pk))
        receipt = days.after(sent, 1)
        if receipt <= last and (closed_on is None or receipt <= closed_on):
            agenda.add(receipt, "16:10", partial(_receive, story, row.pk))
    if closed_on is None:
        return
    asked = days.after(sent, 1)
    if asked < closed_on and _number(row) % 2:
        agenda.add(asked, "16:40", partial(_ask_recheck, story, row.pk, closed_on))
        agenda.add(asked, "17:10", partial(_approve, story, row.pk))
        agenda.add(closed_on, "15:45", partial(_recheck, story, row.pk, result))
    else:
        agenda.add(closed_on, "15:45", partial(_pass, story, row.pk, result))


def _number(row: Disposal) -> int:
    return int("".join(c for c in row.number.partition("〕")[2] if c.isdigit()) or 0)


def _row(pk: object) -> Disposal:
    rows = Disposal.objects.select_related("visit_matter__visit__entity", "visit_matter__task")
    found: Disposal = rows.get(pk=pk)
    return found


def _organiser(story: Story, row: Disposal) -> User:
    by = row.visit_matter.task.created_by
    assert by is not None
    return story.user(by.username)


def _issue(story: Story, pk: object) -> None:
    row = _row(pk)
    letters.issue(
        disposal_pk=pk,
        recipient=row.visit_matter.visit.entity.name,
        due_on=max(row.due_on, timezone.localdate()),
        note="",
        attachments=["现场检查情况记录表复印件"],
        actor=_organiser(story, row),
        today=timezone.localdate(),
    )


def _receive(story: Story, pk: object) -> None:
    day = timezone.localdate()
    letters.receive(
        disposal_pk=pk,
        receipt_on=day,
        note="直接送达，负责人签收。",
        document=None,
        actor=_organiser(story, _row(pk)),
        today=day,
    )


def _officers(row: Disposal) -> list[Inspector]:
    team = row.visit_matter.visit.team.filter(is_current=True, inspector__user__isnull=False)
    found = [member.inspector for member in team.select_related("inspector").order_by("position")]
    return [officer for officer in found if officer is not None][:2]


def _ask_recheck(story: Story, pk: object, on: date) -> None:
    row = _row(pk)
    rechecks.request(
        disposal_pk=pk,
        officers=_officers(row),
        planned_on=on,
        reason="整改期限将满，到现场核实。",
        actor=_organiser(story, row),
        today=timezone.localdate(),
    )


def _approve(story: Story, pk: object) -> None:
    made = _row(pk).rechecks.get(state="requested")
    rechecks.decide(recheck_pk=made.pk, approve=True, note="同意", actor=story.user(HEAD))


def _recheck(story: Story, pk: object, result: str) -> None:
    made = _row(pk).rechecks.get(state="approved")
    officer = made.officers.order_by("pid").select_related("user").first()
    assert officer is not None
    assert officer.user is not None
    day = timezone.localdate()
    rechecks.record(
        recheck_pk=made.pk,
        visited_on=day,
        place=made.disposal.visit_matter.visit.entity.address,
        is_passed=True,
        finding=result,
        actor=story.user(officer.user.username),
        today=day,
    )


def _pass(story: Story, pk: object, result: str) -> None:
    day = timezone.localdate()
    disposal_steps.take(
        disposal_pk=pk,
        action="pass",
        text=result,
        happened_on=day,
        actor=_organiser(story, _row(pk)),
        today=day,
    )


def _plain(story: Story, pk: object, result: str) -> None:
    """Too short a way for a letter by itself: issued and closed on the day."""
    row, day = _row(pk), timezone.localdate()
    actor = _organiser(story, row)
    if row.measure == "rectify":
        _issue(story, pk)
        _pass(story, pk, result)
        return
    if row.measure in {"daily", "notify", "case"}:
        letters.issue(
            disposal_pk=pk,
            recipient=row.responsible.name,
            due_on=max(row.due_on, day),
            note="",
            attachments=[],
            actor=actor,
            today=day,
        )
        _receive(story, pk)
        if row.measure == "case":
            disposal_steps.take(
                disposal_pk=pk,
                action="file",
                text="已立案。",
                happened_on=day,
                actor=actor,
                today=day,
            )
    disposals.close(disposal_pk=pk, actor=actor, result=result, closed_on=day, today=day)
