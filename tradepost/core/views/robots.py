"""What robots are asked to leave alone: pages of people, deeds, and what is no page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control

PRIVATE = [
    "/account/", "/admin/", "/api/", "/bookings/", "/cart/", "/checkout/", "/dashboard/",
    "/hosting/", "/inbox/", "/mail/", "/notifications/", "/orders/",
    "/products/*/conversation/", "/products/*/like/", "/products/*/review/", "/reports/",
    "/stays/*/book/", "/stays/*/conversation/",
]  # fmt: skip


@cache_control(public=True, max_age=3600)
def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in PRIVATE),
        "",
        f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
