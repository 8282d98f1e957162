"""What every view under ``/api/v1/`` has, found by walking the addresses."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.settings import api_settings
from rest_framework_simplejwt.views import TokenViewBase

from tradepost.accounts.api import AccountViewSet
from tradepost.feed.api import TicketView
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.payments.api import EventView

GIVES_SECRETS = (TokenViewBase, TicketView)  # which no kept answer may hold
HAS_IDS_OF_ITS_OWN = (EventView,)  # each event is kept once, by the provider's id
DECIDES_PER_ACTION = {AccountViewSet}  # djoser asks its own settings


def find_patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        address = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from find_patterns(entry, address)
        else:
            yield address, entry


def api_views() -> dict[str, URLPattern]:
    patterns = find_patterns(get_resolver())
    return {address: entry for address, entry in patterns if address.startswith("api/v1/")}


def views_of_api() -> set[type]:
    return {pattern.callback.cls for pattern in api_views().values()}


def accepts_post(pattern: URLPattern) -> bool:
    view = pattern.callback
    actions = getattr(view, "actions", None)  # a view set's methods, by name
    return "post" in actions if actions else hasattr(view.cls, "post")


def test_there_are_views_to_look_at():
    assert "api/v1/feed/" in api_views()


def test_every_address_of_the_api_is_served_by_a_drf_view():
    strangers = [a for a, pattern in api_views().items() if not hasattr(pattern.callback, "cls")]

    assert strangers == []


def test_every_post_takes_an_idempotency_key():
    others = (*GIVES_SECRETS, *HAS_IDS_OF_ITS_OWN)
    without = {
        address: pattern.callback.cls.__name__
        for address, pattern in api_views().items()
        if accepts_post(pattern)
        and not issubclass(pattern.callback.cls, (IdempotentPosts, *others))
    }

    assert without == {}


@pytest.mark.parametrize("view", sorted(views_of_api(), key=str))
def test_a_view_says_itself_whom_it_lets_in_or_asks_for_an_account(view):
    ours = view.__module__.startswith("tradepost.") and view not in DECIDES_PER_ACTION
    says = "permission_classes" in vars(view)
    by_default = view.permission_classes == api_settings.DEFAULT_PERMISSION_CLASSES

    assert says or by_default or not ours
