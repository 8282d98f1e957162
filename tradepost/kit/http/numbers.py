"""What is counted of requests: how many, how long they took, what they sent to the database, and
what was refused."""

from tradepost.kit.metrics import Count, Spread

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE = "none"  # of addresses that are not ours
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS = Spread(
    "tradepost_request_seconds",
    "How long requests took, by the route that answered.",
    ("method", "route", "status"),
    bounds=BOUNDS,
)
QUERIES = Count(
    "tradepost_request_queries_total",
    "Statements that requests sent to the database through Django.",
    ("route",),
)
REFUSALS = Count(
    "tradepost_refusals_total",
    "What the rules refused, by the code that clients see.",
    ("code",),
)
LIMITED = Count(
    "tradepost_rate_limited_total",
    "Requests beyond a rate limit.",
    ("scope",),
)


def method_of(said: str | None) -> str:
    """Return the method of a request; one that somebody made up is ``other``."""
    return said if said in METHODS else "other"


def count_request(
    *, method: str | None, route: str | None, status: int, seconds: float, queries: int
) -> None:
    """Count a request that was answered."""
    route = route or NO_ROUTE
    REQUESTS.note(seconds, method_of(method), route, str(status))
    if queries:
        QUERIES.add(route, by=queries)
