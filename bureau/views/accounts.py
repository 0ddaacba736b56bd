"""Sign in and out, one's own profile and messages."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau.access import access, public
from bureau.forms.accounts import ChangePasswordForm, LoginForm, ProfileForm
from bureau.models import Notification
from bureau.selectors.paging import keyset
from bureau.services import notifications as notices
from bureau.services import people

login = public(
    LoginView.as_view(
        template_name="bureau/login.html",
        authentication_form=LoginForm,
        redirect_authenticated_user=True,
        extra_context={"site": None, "site_name": settings.SITE_NAME},  # not the host's name
    )
)
logout = access()(LogoutView.as_view())


@access()
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        people.change_profile(person=request.user, **form.cleaned_data)
        messages.success(request, "联系方式已保存。")
        return redirect("bureau:profile")
    return render(request, "bureau/profile.html", {"form": form, "seats": request.user.seats})


@access()
@require_http_methods(["GET", "HEAD", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    form = ChangePasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        people.change_password(person=request.user, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(request, request.user)
        messages.success(request, "密码已修改，请用新密码登录。")
        return redirect("home")
    return render(
        request,
        "bureau/password_change.html",
        {"form": form, "is_forced": request.user.must_change_password},
    )


@access()
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    page = keyset(Notification.objects.filter(user=request.user), request.GET)
    return render(request, "bureau/notifications.html", {"page": page})


@access()
@require_POST
def notifications_read(request: HttpRequest) -> HttpResponse:
    notices.mark_read(user=request.user)
    return redirect("bureau:notifications")


@access()
@require_POST
def notification_open(request: HttpRequest, pk: str) -> HttpResponse:
    """Marks one as read and goes where it points."""
    notice = Notification.objects.filter(user=request.user, pk=pk).first()
    if notice is None:
        return redirect("bureau:notifications")
    notices.mark_read(user=request.user, notification=notice)
    return redirect(notice.url or "bureau:notifications")
