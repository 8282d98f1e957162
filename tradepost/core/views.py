"""The home page, and the mailbox of the embedded mode."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin

from tradepost.accounts.caller import SignedInRequest
from tradepost.core.queries import get_mail, list_mails
from tradepost.store.models import Collection, Product

SHOWN_AT_HOME = 4
# A mail may look as it likes and open links in a window of their own; it loads and runs nothing.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


def home(request: HttpRequest) -> HttpResponse:
    """What there is, and where to go from here."""
    products = Product.objects.public()
    context = {
        "collections": Collection.objects.public().with_products_count().order_by("title", "id"),
        "newest": products.order_by("-last_update", "-id")[:SHOWN_AT_HOME],
        "cheapest": products.order_by("unit_price", "id")[:SHOWN_AT_HOME],
    }
    return render(request, "core/home.html", context)


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
@xframe_options_sameorigin
def mail_html(request: SignedInRequest, name: str) -> HttpResponse:
    """The HTML part alone, for the frame on the mail's page."""
    shown = get_mail(reader=request.user, name=name)
    return HttpResponse(shown.html, headers={"Content-Security-Policy": MAIL_POLICY})
