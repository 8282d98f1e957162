"""What there is for search engines to read. Apps register their sections from ``apps.py``."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap, views
from django.contrib.sitemaps.views import SitemapIndexItem
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control

from tradepost.kit.http.facts import absolute
from tradepost.kit.replica import reads_from_replica

ADDRESSES_A_PAGE = 5_000
CACHED_SECONDS = 3600
XML = "application/xml"

Row = TypeVar("Row", bound=Model)


class Section(Sitemap, Generic[Row]):  # type: ignore[type-arg] # generic in the stubs, not at run time
    """Pages of one kind, at the address that the site says is its own."""

    limit = ADDRESSES_A_PAGE

    @abstractmethod
    def get_latest_lastmod(self) -> datetime | None:
        """Return when one of them last changed, without reading all."""

    def get_domain(self, site: Any = None) -> str:
        return str(urlsplit(settings.SITE_URL).netloc)

    def get_protocol(self, protocol: str | None = None) -> str:
        return str(urlsplit(settings.SITE_URL).scheme)


_sections: dict[str, type[Sitemap[Any]]] = {}


def register_sitemap(name: str, section: type[Section[Any]]) -> None:
    """Have search engines read these pages too; ``name`` is part of the section's address."""
    if name in _sections:
        raise ValueError(f"the sitemap {name!r} is registered already")
    _sections[name] = section


@cache_control(public=True, max_age=CACHED_SECONDS)
def index(request: HttpRequest) -> HttpResponse:
    """Every page of every section."""
    parts = [part for name, kind in _sections.items() for part in _parts(name, kind())]
    return render(request, "sitemap_index.xml", {"sitemaps": parts}, content_type=XML)


@cache_control(public=True, max_age=CACHED_SECONDS)
@reads_from_replica
def section(request: HttpRequest, name: str) -> HttpResponse:
    """One page (``?p=``) of a section."""
    return views.sitemap(request, {**_sections}, section=name).render()


def _parts(name: str, section: Sitemap[Any]) -> list[SitemapIndexItem]:
    address = absolute(reverse("sitemap-section", args=[name]))
    changed_at = section.get_latest_lastmod()
    more = [f"{address}?p={page}" for page in section.paginator.page_range if page > 1]
    return [
        SitemapIndexItem(part, changed_at)  # type: ignore[arg-type] # the stubs say bool
        for part in (address, *more)
    ]
