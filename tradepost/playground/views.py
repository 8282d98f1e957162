"""The page of the sandbox, its buttons, and a service that is slow on purpose."""

import time

import structlog
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from tradepost.accounts.caller import SignedInRequest
from tradepost.kit.http.pages import posted_from
from tradepost.kit.remember import remember
from tradepost.playground.actions import greet, notify_customers
from tradepost.playground.queries import list_chapters
from tradepost.playground.upstream import ask_upstream

log = structlog.get_logger("tradepost.playground")

UPSTREAM = "playground.upstream"
REMEMBERED_SECONDS = 600
SLOW_SECONDS = 2


def hello(request: HttpRequest) -> HttpResponse:
    """What can be asked of the database; with ``?upstream``, what a slow service said."""
    context: dict[str, object] = {
        "name": request.GET.get("name") or "World",
        "chapters": list_chapters(),
    }
    if "upstream" in request.GET:
        context["upstream"] = _ask(request.build_absolute_uri(reverse("playground-slow")))
    return render(request, "playground/hello.html", context)


def _ask(address: str) -> dict[str, object] | None:
    """Return what the service said in the last ten minutes; None while it says nothing."""
    try:
        return remember(UPSTREAM, lambda: ask_upstream(address), REMEMBERED_SECONDS)
    except (OSError, ValueError):
        log.critical("upstream.failed", address=address, exc_info=True)
        return None


def slow(request: HttpRequest) -> HttpResponse:
    """Answer after two seconds."""
    time.sleep(SLOW_SECONDS)
    return JsonResponse({"answered_at": timezone.now().isoformat(timespec="seconds")})


@login_required
@posted_from("playground")
def notify(request: SignedInRequest) -> HttpResponse:
    """Queue the job that takes ten seconds, and do not wait for it."""
    notify_customers(message=request.POST.get("message") or "Hello World")
    messages.success(request, "The job is queued; the log of the worker says how it goes.")
    return redirect("playground")


@login_required
@posted_from("playground")
def mail(request: SignedInRequest) -> HttpResponse:
    """Send oneself a mail."""
    greet(user=request.user)
    messages.success(request, f"A mail to {request.user.email} is on its way.")
    return redirect("playground")
