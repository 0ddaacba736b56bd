"""What the pages of a task share."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from planning.forms.tasks import (
    TaskForm,
)
from planning.models import Task


def url_of(task: Task) -> str:
    return reverse("planning:task-detail", args=[task.pk])


def crumbs(task: Task | None, last: str) -> list[tuple[str, str]]:
    middle = [(task.number, url_of(task))] if task else []
    return [("任务与摇号", reverse("planning:task-list")), *middle, (last, "")]


def form_page(
    request: HttpRequest,
    form: TaskForm,
    title: str,
    submit: str,
    back: str,
    task: Task | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "heading": title,
        "submit": submit,
        "back_url": back,
        "crumbs": crumbs(task, title),
    }
    return render(request, "planning/task_form.html", context)
