"""The trail, jobs, files, people and rule settings."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau.access import access, fetch
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.forms.accounts import PersonForm, ResetPasswordForm, SeatForm
from bureau.forms.audit_trail import TrailFilter
from bureau.forms.rule_settings import SettingForm
from bureau.models import AuditEvent, Checkpoint, Job, Role, RuleSetting, StoredFile
from bureau.rules.setting_catalogue import BY_KEY
from bureau.selectors import audit_trail as trail
from bureau.selectors import people as who
from bureau.selectors import rule_settings
from bureau.selectors.paging import keyset
from bureau.selectors.trail import kind_of
from bureau.services import people
from bureau.views.downloads import as_stored


@access()
@require_safe
def audit_trail(request: HttpRequest) -> HttpResponse:
    form = TrailFilter(request.GET or None)
    filters = form.cleaned_data if form.is_valid() else {}
    page = keyset(trail.events(request.user, filters), request.GET)
    return render(
        request, "bureau/audit_trail.html", {"form": form, "page": page, "head": trail.head()}
    )


@access()
@require_safe
def audit_event(request: HttpRequest, pk: int) -> HttpResponse:
    event = fetch(request, AuditEvent.objects.select_related("seal__checkpoint"), pk=pk)
    detail = json.dumps(event.detail, ensure_ascii=False, indent=2, sort_keys=True)
    about = [(kind_of(key), key) for key in event.about]
    context = {"event": event, "detail": detail, "about": about}
    return render(request, "bureau/audit_event.html", context)


@access()
@require_safe
def audit_checkpoints(request: HttpRequest) -> HttpResponse:
    """All checkpoints as JSON: to be kept elsewhere, and given to `verify_audit --checkpoint`."""
    rows = [
        {
            "number": c.number,
            "first": c.first,
            "last": c.last,
            "sha256": c.sha256,
            "sm3": c.sm3,
            "at": timezone.localtime(c.at).isoformat(),
        }
        for c in Checkpoint.objects.order_by("number")
    ]
    response = HttpResponse(
        json.dumps(rows, ensure_ascii=False, indent=1),
        content_type="application/json; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="audit-checkpoints.json"'
    return response


@access()
@require_safe
def job(request: HttpRequest, pk: str) -> HttpResponse:
    row = fetch(request, Job, pk=pk)
    template = "bureau/job_progress.html" if request.htmx else "bureau/job.html"
    return render(request, template, {"job": row})


@access()
@require_safe
def file(request: HttpRequest, pk: str) -> HttpResponse:
    """A stored file of one's own scope; shown as what it was checked to be, never sniffed."""
    row = fetch(request, StoredFile.objects.all(), pk=pk)
    return as_stored(request, row)


@access(Role.SYSTEM_ADMIN, Role.DIVISION_ADMIN)
@require_safe
def members(request: HttpRequest) -> HttpResponse:
    return render(request, "bureau/members.html", {"people": who.of_authority(request.user.home)})


@access(Role.SYSTEM_ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def member_create(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = people.create(actor=request.user, authority=request.user.home, **form.cleaned_data)
        messages.success(
            request, f"已建立账号 {person.username}。下一步：给{person.full_name}指定角色。"
        )
        return redirect("bureau:member-detail", pk=person.pk)
    return render(request, "bureau/member_form.html", {"form": form})


@access(Role.SYSTEM_ADMIN, Role.DIVISION_ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def member_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One person's seats; a POST gives another."""
    person = who.get_or_404(request.user, pk)
    form = SeatForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            people.give_seat(actor=request.user, person=person, **form.cleaned_data)
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "角色已增加，即时生效。")
            return redirect("bureau:member-detail", pk=pk)
    context = {
        "person": person,
        "form": form,
        "seats": who.seats_of(person, request.user),
        "reset": ResetPasswordForm(prefix="reset"),
        "is_ours_alone": who.is_ours_alone(person, request.user.home),
    }
    return render(request, "bureau/member_detail.html", context)


@access(Role.SYSTEM_ADMIN, Role.DIVISION_ADMIN)
@require_POST
def seat_end(request: HttpRequest, pk: int) -> HttpResponse:
    seat = who.seat_or_404(request.user, pk)
    people.end_seat(actor=request.user, seat=seat)
    messages.success(request, "角色已结束。")
    return redirect("bureau:member-detail", pk=seat.user_id)


@access(Role.SYSTEM_ADMIN)
@require_POST
def member_password(request: HttpRequest, pk: int) -> HttpResponse:
    person = who.get_or_404(request.user, pk)
    form = ResetPasswordForm(request.POST, prefix="reset")
    if form.is_valid():
        people.reset_password(
            actor=request.user,
            person=person,
            authority=request.user.home,
            password=form.cleaned_data["password"],
        )
        messages.success(request, f"{person.full_name}的密码已重置，下次登录须自己修改。")
        return redirect("bureau:member-detail", pk=pk)
    context = {
        "person": person,
        "form": SeatForm(user=request.user),
        "seats": who.seats_of(person, request.user),
        "reset": form,
        "is_ours_alone": who.is_ours_alone(person, request.user.home),
    }
    return render(request, "bureau/member_detail.html", context)


@access(Role.SYSTEM_ADMIN)
@require_POST
def member_active(request: HttpRequest, pk: int) -> HttpResponse:
    person = who.get_or_404(request.user, pk)
    people.set_active(
        actor=request.user,
        person=person,
        authority=request.user.home,
        is_active=request.POST.get("active") == "1",
    )
    messages.success(request, "账号状态已更新。")
    return redirect("bureau:member-detail", pk=pk)


@access()
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    year = timezone.localdate().year
    rows = rule_settings.all_for(request.user.home, year).values()
    return render(
        request,
        "bureau/settings.html",
        {"rows": rows, "year": year, "may_edit": request.user.has_role(Role.SYSTEM_ADMIN)},
    )


@access(Role.SYSTEM_ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def setting_edit(request: HttpRequest, key: str) -> HttpResponse:
    if key not in BY_KEY:
        return render(request, "errors/404.html", status=404)
    authority = request.user.home
    year = timezone.localdate().year
    current = rule_settings.all_for(authority, year)[key]
    value = (
        ",".join(map(str, current.value))
        if isinstance(current.value, list)
        else {True: "1", False: "0"}.get(current.value, current.value)
        if isinstance(current.value, bool)
        else current.value
    )
    form = SettingForm(
        request.POST or None,
        setting=BY_KEY[key],
        has_subordinates=authority.subordinates.exists(),
        initial={"value": value, "citation": current.citation},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            people.put_setting(
                actor=request.user,
                authority=authority,
                key=key,
                year=data["year"],
                value=data["value"],
                mode=data.get("mode") or RuleSetting.Mode.DEFAULT,
                citation=data["citation"],
            )
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"“{BY_KEY[key].label}”已保存。")
            return redirect("bureau:settings")
    return render(
        request,
        "bureau/setting_form.html",
        {"form": form, "setting": BY_KEY[key], "current": current},
    )
