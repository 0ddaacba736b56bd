"""Request context, access by declaration, session limits, and rule errors as pages."""

import time
import uuid
from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse

from bureau import context
from bureau.access import Access, role_names
from bureau.errors import RuleError

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestContextMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path_info:
            # No page has a use for it, and PostgreSQL refuses it in every text.
            return render(request, "errors/400.html", status=400)
        request_id = uuid.uuid4().hex
        request.request_id = request_id  # shown on error pages, to be quoted to the administrator
        token = context.current.set(
            context.RequestContext(ip=client_address(request), request_id=request_id)
        )
        try:
            response = self.get_response(request)
        finally:
            context.current.reset(token)
        response.headers["X-Request-ID"] = request_id
        return response


def client_address(request: HttpRequest) -> str | None:
    """The peer, or what the bureau's own proxies (PROXY_COUNT of them) say it is."""
    hops = settings.AXES_IPWARE_PROXY_COUNT
    forwarded = [
        part.strip()
        for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if part.strip()
    ]
    found = forwarded[-hops] if hops and len(forwarded) >= hops else ""
    return _address(found) or _address(request.META.get("REMOTE_ADDR", ""))


def _address(text: str) -> str | None:
    """The address without what a proxy may write around it; None for what is no address: the trail could not be written."""
    try:
        return str(ip_address(text.strip("[]")))
    except ValueError:
        return None


class SignInMiddleware(LoginRequiredMiddleware):
    """Django's, but a public view never looks at the session: its answer then does not vary by cookie and can be shared."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., object],
        view_args: object,
        view_kwargs: object,
    ) -> HttpResponse | None:
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


class AccessMiddleware:
    """Deny by default: a view without a declaration is a programming error and never answers.

    What the desk shows stays out of every cache, also out of the browser's: its computers have more than one user.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        declared: Access | None = getattr(match.func, "access", None) if match else None
        if match and not (declared and declared.is_public):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., object], args: object, kwargs: object
    ) -> HttpResponse | None:
        match = request.resolver_match
        if match is not None and "admin" in match.app_names:
            return self._check_session(request)
        declared: Access | None = getattr(view, "access", None)
        if declared is None:
            raise ImproperlyConfigured(f"View {view!r} is not declared with @access or @public.")
        if declared.is_public:
            return None
        if not request.user.is_authenticated:
            return None  # LoginRequiredMiddleware answers
        ended = self._check_session(request)
        if ended is not None:
            return ended
        user = request.user
        allowed = user.has_role(*declared.roles) if declared.roles else bool(user.seats)
        if not allowed:
            needed = role_names(declared.roles) if declared.roles else "本系统任一角色"
            message = f"打开这一页需要{needed}，您目前没有。如确需办理，请联系系统管理员。"
            return render(request, "errors/403.html", {"message": message}, status=403)
        if (
            user.must_change_password
            and match is not None
            and match.view_name not in {"bureau:password-change", "bureau:logout"}
        ):
            return redirect("bureau:password-change")
        return None

    @staticmethod
    def _check_session(request: HttpRequest) -> HttpResponse | None:
        """等保: a session ends after SESSION_ABSOLUTE_SECONDS however busy it is."""
        if not request.user.is_authenticated:
            return None
        signed_in_at = request.session.setdefault("signed_in_at", int(time.time()))
        if time.time() - signed_in_at > settings.SESSION_ABSOLUTE_SECONDS:
            logout(request)
            return redirect(f"{reverse('bureau:login')}?ended=1")
        return None


class RuleErrorMiddleware:
    """A rule's sentence becomes a page with the right status; views catch it themselves where a form can show it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or request.method == "HEAD":
            return response
        # Django's own has no content: somebody who reloads the address of a form would see an empty page.
        page = render(request, "errors/405.html", status=405)
        page.headers["Allow"] = response.headers["Allow"]
        return page

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DataError | ValidationError | IncorrectLookupParameters):
            # A value that no column can hold: an address or a form that somebody has altered. Forms say their own errors.
            return render(request, "errors/400.html", status=400)
        if not isinstance(exception, RuleError):
            return None
        template = {403: "errors/403.html", 409: "errors/409.html"}.get(
            exception.status, "errors/422.html"
        )
        return render(request, template, {"message": exception.message}, status=exception.status)
