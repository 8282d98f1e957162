"""Every address of the product."""

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

from tradepost.kit.http import health, metrics, sitemaps
from tradepost.kit.http.media import serve_file
from tradepost.kit.http.schema import ApiDocs

admin.site.site_header = admin.site.site_title = f"{settings.SITE_NAME} Admin"
admin.site.index_title = "Admin Dashboard"

handler400 = "tradepost.kit.http.errors.bad_request"
handler404 = "tradepost.kit.http.errors.not_found"
handler500 = "tradepost.kit.http.errors.server_error"

api_v1: list[URLPattern | URLResolver] = [
    path("", include("tradepost.accounts.api_urls")),
    path("", include("tradepost.feed.api_urls")),
    path("", include("tradepost.likes.api_urls")),
    path("", include("tradepost.notifications.api_urls")),
    path("", include("tradepost.messaging.api_urls")),
    path("", include("tradepost.payments.api_urls")),
    path("", include("tradepost.store.api_urls")),
    path("", include("tradepost.stays.api_urls")),
    path("", include("tradepost.core.api_urls")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", ApiDocs.as_view(url_name="schema"), name="api-docs"),
]

# Only what everybody may see: other folders of uploaded files have no address.
media: list[URLPattern | URLResolver] = [
    path("media/store/<path:name>", serve_file, {"folder": "store"}, name="media"),
    path("media/stays/<path:name>", serve_file, {"folder": "stays"}, name="media-of-stays"),
]

urlpatterns = [
    *(media if settings.SERVE_MEDIA else []),
    path("api/v1/", include(api_v1)),
    path("admin/", admin.site.urls),
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<slug:name>.xml", sitemaps.section, name="sitemap-section"),
    path("", include("tradepost.accounts.urls")),
    path("", include("tradepost.notifications.urls")),
    path("", include("tradepost.messaging.urls")),
    path("", include("tradepost.store.urls")),
    path("", include("tradepost.stays.urls")),
    path("", include("tradepost.core.urls")),
]

if settings.METRICS_TOKEN:
    urlpatterns.append(path("metrics", metrics.show, name="metrics"))
if apps.is_installed("tradepost.playground"):
    urlpatterns.append(path("", include("tradepost.playground.urls")))
if apps.is_installed("silk"):
    urlpatterns.append(path("silk/", include("silk.urls", namespace="silk")))
if apps.is_installed("debug_toolbar"):
    urlpatterns.append(path("__debug__/", include("debug_toolbar.urls")))
