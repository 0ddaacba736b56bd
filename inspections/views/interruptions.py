"""检查中断与恢复, and the second officer who signs in on the leader's phone (A60, A64)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from bureau.access import access
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Role, User
from inspections.forms.entry import PauseForm, ResumeForm
from inspections.forms.fieldwork import SecondForm
from inspections.services import arrivals, pauses
from inspections.views.delivery import delivered_once, page
from inspections.views.field import FORM, own_visit

LOCKED = "密码输错次数过多，这个用户名已暂停登录，请过一会儿再试，或请系统管理员解除。"


@access(Role.INSPECTOR)
@require_http_methods(FORM)
@delivered_once
def pause(request: HttpRequest, pk: Any) -> HttpResponse:
    row, member = own_visit(request, pk)
    form = PauseForm(request.POST or None, initial={"happened_at": timezone.localtime()})
    if request.method == "POST" and form.is_valid():
        try:
            pauses.pause(
                visit_pk=row.pk,
                actor=request.user,
                today=timezone.localdate(),
                **form.cleaned_data,
            )
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已登记中断。恢复以前不能填写检查表；公示期限不受影响。")
            return redirect("inspections:field-visit", pk=row.pk)
    context = {"visit": row, "member": member, "form": form}
    return page(request, "inspections/field_pause.html", context, form)


@access(Role.INSPECTOR)
@require_http_methods(FORM)
@delivered_once
def resume(request: HttpRequest, pk: Any) -> HttpResponse:
    row, member = own_visit(request, pk)
    form = ResumeForm(request.POST or None, initial={"happened_at": timezone.localtime()})
    if request.method == "POST" and form.is_valid():
        try:
            pauses.resume(visit_pk=row.pk, actor=request.user, **form.cleaned_data)
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "检查已恢复，可以接着填写。")
            return redirect("inspections:field-visit", pk=row.pk)
    context = {
        "visit": row,
        "member": member,
        "form": form,
        "pause": row.pauses.filter(resumed_at=None).first(),
    }
    return page(request, "inspections/field_resume.html", context, form)


@access(Role.INSPECTOR)
@require_http_methods(FORM)
@sensitive_post_parameters("password")
def second(request: HttpRequest, pk: Any) -> HttpResponse:
    """Another officer of the team proves who they are on this phone; whose session it is does not change.

    Wrong passwords count like those of the login page, so that nobody can try them out here.
    """
    row, member = own_visit(request, pk)
    form = SecondForm(request.POST or None, initial={"happened_at": timezone.localtime()})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        person = authenticate(request, username=given["username"], password=given["password"])
        try:
            if person is None:
                is_locked = getattr(request, "axes_locked_out", False)
                raise RuleError(LOCKED if is_locked else "用户名或密码不对，请重新输入。")
            if person.pk == request.user.pk:
                raise RuleError("这是您自己的账号。请另一名检查人员输入自己的用户名和密码。")
            assert isinstance(person, User)
            arrivals.arrive(
                visit_pk=row.pk,
                actor=person,
                happened_at=given["happened_at"],
                certificates_shown=given["certificates_shown"],
                place=form.place(),
                on_device_of=request.user,
            )
        except Conflict:
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{person.full_name}已确认到场。")
            return redirect("inspections:field-visit", pk=row.pk)
    context = {"visit": row, "member": member, "form": form}
    refused = form.is_bound and bool(form.errors)
    return render(request, "inspections/field_second.html", context, status=422 if refused else 200)
