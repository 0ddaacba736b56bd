"""Django's admin as the bureau runs it: for superusers, signed in at the desk, with reference data only."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode

from bureau.errors import Forbidden


class DeskAdminSite(AdminSite):
    site_header = "双随机、一公开监管平台 · 管理后台"
    site_title = "管理后台"
    index_title = "基础数据与支持"
    site_url = "/desk/"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Superusers with the staff mark whose first password is no longer in use."""
        user = request.user
        return bool(
            user.is_active
            and user.is_staff
            and user.is_superuser
            and not getattr(user, "must_change_password", False)
        )

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """One login for desk and admin, with its lock-out; somebody signed in without the right is told so."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise Forbidden("管理后台只对平台运维（超级用户）开放；业务办理请回工作台。")
        wanted = request.GET.get("next") or reverse("admin:index")
        return redirect(f"{reverse('bureau:login')}?{urlencode({'next': wanted})}")

    def password_change(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """The desk's page: it leaves an event."""
        return redirect("bureau:password-change")


class DeskAdmin(AdminConfig):
    default_site = "bureau.admin_site.DeskAdminSite"
