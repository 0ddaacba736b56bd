"""A case of the demo: handed to the enforcement brigade, filed, punished, published, marked; another waits for review (A84, A88)."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

from django.utils import timezone

from config.seed.story import DEPUTY, ENFORCEMENT, Story
from inspections.models import Disposal, VisitMatter
from inspections.services import disposal_asks, disposal_steps, disposals, letters
from publication.models import Penalty
from publication.services import penalties
from publication.services.penalties import Decision
from registry.demo import office


def put(story: Story) -> None:
    days, agenda = story.days, story.agenda
    agenda.add(days.ago(12), "9:20", partial(_handed_over, story))
    agenda.add(days.ago(11), "10:40", partial(_filed, story))
    agenda.add(days.ago(6), "15:10", partial(_punished, story))
    agenda.add(days.ago(5), "9:35", partial(_reviewed, story))
    agenda.add(days.ago(4), "16:20", partial(_second, story))
    agenda.add(days.ago(3), "11:15", partial(_more_time, story))


def _found(story: Story) -> VisitMatter | None:
    """The newest published problem whose firm stands in the register by name; early in a year there is none."""
    rows = VisitMatter.objects.filter(
        authority=story.authority, state="published", findings__withdrawn_in__isnull=True
    ).exclude(visit__entity__kind="person")
    rows = rows.filter(findings__isnull=False, disposals__state="closed")
    return rows.select_related("visit__entity").order_by("published_at").last()


def _handed_over(story: Story) -> None:
    matter = _found(story)
    if matter is None:
        return
    day = timezone.localdate()
    organiser = matter.task.created_by
    assert organiser is not None
    desk = story.user(organiser.username)
    row = disposals.open(
        visit_matter_pk=matter.pk,
        actor=desk,
        measure="case",
        responsible=story.unit(office.ENFORCEMENT),
        due_on=day + timedelta(days=60),
        today=day,
        finding=matter.findings.standing().first(),
    )
    letters.issue(
        disposal_pk=row.pk,
        recipient=row.responsible.name,
        due_on=row.due_on,
        note="",
        attachments=["现场检查笔录", "照片"],
        actor=desk,
        today=day,
    )


def _case(story: Story) -> Disposal | None:
    rows = Disposal.objects.filter(authority=story.authority, measure="case", state="open")
    found = rows.select_related("visit_matter__visit__entity", "visit_matter__task__created_by")
    return found.order_by("number").last()


def _filed(story: Story) -> None:
    row = _case(story)
    if row is None or row.stage != "sent":
        return
    day = timezone.localdate()
    by = story.user(ENFORCEMENT)
    letters.receive(
        disposal_pk=row.pk, receipt_on=day, note="内勤签收。", document=None, actor=by, today=day
    )
    disposal_steps.take(
        disposal_pk=row.pk,
        action="file",
        text="已立案，由执法大队办理。",
        happened_on=day,
        actor=by,
        today=day,
    )


def _decision(story: Story, number: int, **given: object) -> Decision:
    day = timezone.localdate()
    values: dict[str, object] = {
        "number": f"{story.authority.document_mark}罚决〔{day.year}〕{number}号",
        "decided_by_name": story.authority.name,
        "decided_on": day,
        "kind": "fine",
        "fact": "未按要求履行检查中责令改正的义务，情节较重。",
        "basis": "《中华人民共和国行政处罚法》第二十八条",
        "content": "责令改正，罚款人民币壹万元。",
        "amount": Decimal("10000"),
    }
    return Decision(**(values | given))  # type: ignore[arg-type]


def _punished(story: Story) -> None:
    row = _case(story)
    if row is None or row.stage != "filed":
        return
    day = timezone.localdate()
    penalties.record(
        entity=row.visit_matter.visit.entity,
        authority=story.authority,
        decision=_decision(
            story,
            3,
            flag="serious_violation",
            flag_until_on=day + timedelta(days=365),
        ),
        disposal=row,
        actor=story.user(ENFORCEMENT),
        today=day,
    )
    disposals.close(
        disposal_pk=row.pk,
        actor=story.user(ENFORCEMENT),
        result="作出行政处罚决定，罚款已缴纳。",
        closed_on=day,
        today=day,
    )


def _reviewed(story: Story) -> None:
    row = Penalty.objects.filter(authority=story.authority, state="recorded").first()
    if row is not None:
        penalties.review(
            penalty_pk=row.pk,
            approve=True,
            note="决定书已送达，内容一致。",
            actor=story.user(DEPUTY),
            today=timezone.localdate(),
        )


def _second(story: Story) -> None:
    """Left for the reviewer."""
    matter = _found(story)
    if matter is not None:
        penalties.record(
            entity=matter.visit.entity,
            authority=story.authority,
            decision=_decision(
                story,
                4,
                kind="warning",
                content="警告。",
                amount=None,
                fact="台账不全，逾期未补正。",
            ),
            actor=story.user(ENFORCEMENT),
            today=timezone.localdate(),
        )


def _more_time(story: Story) -> None:
    """An extension that waits for the leaders."""
    rows = Disposal.objects.filter(authority=story.authority, state="open", measure="rectify")
    row = rows.select_related("visit_matter__task__created_by").order_by("due_on", "number").last()
    if row is None or row.visit_matter.task.created_by is None:
        return
    day = timezone.localdate()
    disposal_asks.ask(
        disposal_pk=row.pk,
        kind="extend",
        reason="补种须待雨季，到期前无法完成。",
        new_due_on=max(row.due_on, day) + timedelta(days=30),
        actor=story.user(row.visit_matter.task.created_by.username),
        today=day,
    )
