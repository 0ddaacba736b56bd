"""Who comes second, goes back or presses twice is told what happened, with the way back (409)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bureau.errors import Conflict
from bureau.models import AuditEvent

View = Callable[..., HttpResponse]


def tells_what_happened(view: View) -> View:
    """For a step of a sitting whose `pk` stands in the address: a Conflict becomes the page that names the last step."""

    @wraps(view)
    def told(request: HttpRequest, pk: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, pk, **kwargs)
        except Conflict as late:
            return conflict_page(request, pk, late)

    return told


def conflict_page(request: HttpRequest, pk: Any, late: Conflict) -> HttpResponse:
    """The 409 page of a sitting that the reader may see: the sentence, the last event and the link to how it stands now."""
    last = (
        AuditEvent.objects.filter(about__contains=[f"planning.sitting:{pk}"])
        .order_by("-id")
        .first()
    )
    event = last and {
        "time": last.at,
        "text": last.label,
        "actor": last.actor_name,
        "role": last.actor_role,
    }
    context = {
        "message": late.message,
        "event": event,
        "url": reverse("planning:sitting-detail", args=[pk]),
        "link": "回到摇号会，看现在的情况",
    }
    return render(request, "errors/409.html", context, status=409)
