"""公示 at the desk: what waits, publishing it, withholding it by law, and what was published."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau.access import access, fetch
from bureau.errors import RuleError
from bureau.models import Role
from bureau.selectors import calendar, trail
from bureau.selectors.paging import keyset
from bureau.views.forms import done
from inspections.models import VisitMatter
from publication.forms.desk import DecideForm, WithholdForm
from publication.models import PublicEntry
from publication.rules import frozen
from publication.rules.processes import CORRECTORS
from publication.selectors import content, entries
from publication.selectors import pushing as pushes
from publication.selectors import queue as reads
from publication.services import nondisclosures, records, schedules
from publication.views.fairness import READERS

NO_CHANGE = (
    "公示后任何人不得擅自更改；发现错误的，须经主要负责人签字办理更正（临淄指引（二十七））。"
)


@access()
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Four parts, one at a time; the list of what waits begins with what is late."""
    today = timezone.localdate()
    part = request.GET.get("part", "waiting")
    ids = request.user.authority_ids
    waiting = reads.to_publish(ids)
    context: dict[str, Any] = {"part": part, "today": today}
    context["may_see_fairness"] = request.user.has_role(*READERS)
    if part == "published":
        context["page"] = keyset(reads.published(request.user), request.GET, order=entries.ORDER)
    elif part == "withheld":
        context["withheld"] = reads.withheld(ids)[:200]
        context["to_decide"] = reads.to_decide(ids)
        context["may_decide"] = request.user.has_role(Role.HEAD)
    else:
        rows, days = list(waiting[:200]), calendar.calendar()
        context["rows"] = [
            {
                "matter": row,
                "day": getattr(row, "publication_day", None),
                "due": calendar.due(row.due_on, today, known=days),
                "mine": request.user.has_role_at(row.authority_id, Role.PUBLISHER),
            }
            for row in rows
        ]
        context["may_publish"] = any(row["mine"] for row in context["rows"])
        context["may_choose"] = context["may_publish"] and schedules.may_choose(
            request.user.home, today
        )
    context["chips"] = [
        {"label": label, "count": count, "url": f"?part={key}", "current": key == part}
        for key, label, count in (
            ("waiting", "待公示", waiting.count()),
            ("withheld", "依法不公开", None),
            ("published", "已公示", None),
        )
    ]
    return render(request, "publication/queue.html", context)


@access(Role.PUBLISHER)
@require_safe
def result_confirm(request: HttpRequest) -> HttpResponse:
    """The page before the step that cannot be taken back: exactly what the public will see."""
    return _confirm(request, request.GET.getlist("pk"))


@access(Role.PUBLISHER)
@require_POST
def result_publish(request: HttpRequest) -> HttpResponse:
    pks = request.POST.getlist("pk")
    rows = chosen_results(request, pks)
    today = timezone.localdate()
    try:
        if len(rows) == 1:
            records.publish_result(visit_matter=rows[0].pk, actor=request.user, today=today)
        else:
            chosen = [row.pk for row in rows]
            records.publish_results(visit_matters=chosen, actor=request.user, today=today)
    except RuleError as refused:
        if refused.status != 422:
            raise
        return _confirm(request, pks, refused.message)
    messages.success(request, f"已公示 {len(rows)} 项检查结果。{NO_CHANGE}")
    return redirect(f"{reverse('publication:queue')}?part=published")


@access()
@require_safe
def record_detail(request: HttpRequest, pk: str) -> HttpResponse:
    """What was frozen: the bytes themselves, their digests and every version."""
    entry = fetch(request, PublicEntry.objects.select_related("record", "authority"), pk=pk)
    versions = reads.versions(entry.subject)
    shown = [
        {"record": record, "text": bytes(record.content).decode(), "intact": _is_intact(record)}
        for record in versions
    ]
    context = {
        "entry": entry,
        "versions": shown,
        "events": trail.of(entry.record),
        "public_url": _public_url(entry),
        "is_result": entry.kind == "result",
        "pushes": pushes.of_entry(entry),
        "outcome_url": _outcome_url(entry),
        "correct_url": _correct_url(request, entry),
    }
    return render(request, "publication/record_detail.html", context)


@access(Role.PUBLISHER)
@require_http_methods(["GET", "HEAD", "POST"])
def withhold(request: HttpRequest, pk: str) -> HttpResponse:
    matter = fetch(
        request, reads.results(request.user.authority_ids), pk=pk, need=(Role.PUBLISHER,)
    )
    form = WithholdForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: nondisclosures.request(
                visit_matter=pk, actor=request.user, **form.cleaned_data
            ),
        )
    ):
        messages.success(request, "已提请主要负责人决定。决定之前，这项结果不公示。")
        return redirect(f"{reverse('publication:queue')}?part=withheld")
    return render(request, "publication/withhold.html", {"form": form, "matter": matter})


@access(Role.HEAD)
@require_http_methods(["GET", "HEAD", "POST"])
def nondisclosure_decide(request: HttpRequest, pk: str) -> HttpResponse:
    matter = fetch(request, reads.results(request.user.authority_ids), pk=pk, need=(Role.HEAD,))
    if not hasattr(matter, "nondisclosure"):
        raise Http404("没有这项申请，可能已经办结。")
    form = DecideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        approve = form.cleaned_data["decision"] == "approve"
        if done(
            form,
            lambda: nondisclosures.decide(
                visit_matter=pk,
                approve=approve,
                note=form.cleaned_data["note"],
                actor=request.user,
            ),
        ):
            messages.success(request, "已同意依法不公开。" if approve else "已退回公示员办理公示。")
            return redirect(f"{reverse('publication:queue')}?part=withheld")
    context = {"form": form, "matter": matter, "row": matter.nondisclosure}
    return render(request, "publication/nondisclosure_decide.html", context)


def chosen_results(request: HttpRequest, pks: list[str]) -> list[VisitMatter]:
    """Each of them within the user's scope and with the publisher's role there."""
    rows = reads.results(request.user.authority_ids)
    return [fetch(request, rows, pk=pk, need=(Role.PUBLISHER,)) for pk in dict.fromkeys(pks)][:200]


def _confirm(request: HttpRequest, pks: list[str], error: str = "") -> HttpResponse:
    rows = chosen_results(request, pks)
    if not rows:
        messages.error(request, "请先勾选要公示的结果。")
        return redirect("publication:queue")
    today, days = timezone.localdate(), calendar.calendar()
    shown = [
        {
            "matter": row,
            "content": content.result(row, today),
            "due": calendar.due(row.due_on, today, known=days),
        }
        for row in rows
    ]
    context = {
        "rows": shown,
        "error": error,
        "consequence": f"公示 {len(rows)} 项检查结果。{NO_CHANGE}",
        "points": [
            "公示后结果立即出现在公示网站，进入开放数据，任何人可以查询和下载。",
            "企业和个体工商户以登记名称公示；其他自然人隐去姓名，不显示证件号码。",
            "检查表、照片、问题说明和附件不公示。",
        ],
        "late": sum(bool(row["due"] and row["due"].is_late) for row in shown),
    }
    return render(request, "publication/result_confirm.html", context, status=422 if error else 200)


def _is_intact(record: Any) -> bool:
    """Whether the bytes still have the digests that were shown."""
    data = bytes(record.content)
    again = frozen.freeze(frozen.thaw(data))
    return (again.content, again.sha256, again.sm3) == (data, record.sha256, record.sm3)


def _correct_url(request: HttpRequest, entry: PublicEntry) -> str:
    """Where this person asks for a correction of a published result; empty when they may not."""
    kind, _, pk = entry.subject.partition(":")
    if kind != "inspections.visitmatter":
        return ""
    if not request.user.has_role_at(entry.authority_id, *CORRECTORS):
        return ""
    return reverse("publication:correction-create", kwargs={"pk": pk})


def _outcome_url(entry: PublicEntry) -> str:
    """The result's own page at the desk; empty for what is no result."""
    kind, _, pk = entry.subject.partition(":")
    if kind != "inspections.visitmatter":
        return ""
    return reverse("inspections:outcome-detail", kwargs={"pk": pk})


def _public_url(entry: PublicEntry) -> str:
    name = {
        "result": "result-detail",
        "plan": "plan-detail",
        "task_notice": "task-notice",
        "penalty": "penalty-detail",
        "matter_list": "matter-list",
    }.get(entry.kind)
    return reverse(f"public:{name}", kwargs={"pk": entry.pk}) if name else ""
