"""Every address of the product."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

from tradepost.kit.http import health
from tradepost.kit.http.schema import ApiDocs

admin.site.site_header = admin.site.site_title = "Tradepost Admin"
admin.site.index_title = "Admin Dashboard"

handler400 = "tradepost.kit.http.errors.bad_request"
handler404 = "tradepost.kit.http.errors.not_found"
handler500 = "tradepost.kit.http.errors.server_error"

api_v1: list[URLPattern | URLResolver] = [
    path("", include("tradepost.accounts.api_urls")),
    path("", include("tradepost.feed.api_urls")),
    path("", include("tradepost.notifications.api_urls")),
    path("", include("tradepost.messaging.api_urls")),
    path("", include("tradepost.store.api_urls")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", ApiDocs.as_view(url_name="schema"), name="api-docs"),
]

urlpatterns = [
    path("api/v1/", include(api_v1)),
    path("admin/", admin.site.urls),
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("", include("tradepost.accounts.urls")),
    path("", include("tradepost.notifications.urls")),
    path("", include("tradepost.messaging.urls")),
    path("", include("tradepost.store.urls")),
    path("", include("tradepost.core.urls")),
]
