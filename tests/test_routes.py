"""Names of routes: an address that is asked for by its name is the one that was meant."""

from collections import defaultdict
from collections.abc import Iterator

from django.urls import URLPattern, get_resolver


def list_routes(resolver, spaces=(), before="") -> Iterator[tuple[tuple[str, ...], str]]:
    """Give the name of each route, with the namespaces around it, and its whole pattern."""
    for pattern in resolver.url_patterns:
        route = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield (*spaces, pattern.name), route
        else:
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from list_routes(pattern, inner, route)


def test_no_two_routes_share_a_name():
    routes = defaultdict(set)
    for name, route in list_routes(get_resolver()):
        if "format>" not in route:  # the same address with `.json` behind it
            routes[name].add(route)

    assert {name: found for name, found in routes.items() if len(found) > 1} == {}
