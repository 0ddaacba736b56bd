"""工作台: what waits for me and what is late, composed from what each app offers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bureau.access import access


@access()
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html", {})
