"""The mailbox of the embedded mode."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin

from tradepost.accounts.caller import SignedInRequest
from tradepost.core.queries import get_attachment, get_mail, list_mails
from tradepost.kit.http.downloads import download

# A mail may look as it likes and open links in a window of their own; it loads and runs nothing.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


def in_embedded_mode(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hide the page where mails are really sent."""

    @wraps(view)
    def answer(request: HttpRequest, **arguments: object) -> HttpResponse:
        if not settings.SHOW_MAIL:
            raise Http404
        return view(request, **arguments)

    return answer


@in_embedded_mode
@login_required
def mail(request: SignedInRequest) -> HttpResponse:
    return render(request, "core/mail.html", {"mails": list_mails(reader=request.user)})


@in_embedded_mode
@login_required
def mail_message(request: SignedInRequest, name: str) -> HttpResponse:
    shown = get_mail(reader=request.user, name=name)
    return render(request, "core/mail_message.html", {"mail": shown})


@in_embedded_mode
@login_required
def mail_attachment(request: SignedInRequest, name: str, number: int) -> HttpResponse:
    """A file that came with a mail, to be kept: a browser shows none of it as part of the site."""
    file = get_attachment(reader=request.user, name=name, number=number)
    return download(file.content, name=file.name, mime_type="application/octet-stream")


@in_embedded_mode
@login_required
@xframe_options_sameorigin
def mail_html(request: SignedInRequest, name: str) -> HttpResponse:
    """The HTML part alone, for the frame on the mail's page."""
    shown = get_mail(reader=request.user, name=name)
    return HttpResponse(shown.html, headers={"Content-Security-Policy": MAIL_POLICY})
