"""Tables of who may do what: one line for each endpoint, method and case, one column a person.

A test reads its table, compares what it names with what there is, and asks as everybody.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Set
from contextlib import contextmanager

from django.db import transaction
from django.urls import URLPattern, URLResolver
from rest_framework.test import APIClient

from tradepost.accounts.models import User

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
Row = tuple[str, str, str, tuple[int, ...]]


def read_table(table: str, people: Collection[str]) -> list[Row]:
    """Return endpoint, method, case and what these people are answered, for each line but the
    first, which is there for readers."""
    return [_read_line(line.split(), len(people)) for line in table.strip().splitlines()[1:]]


def _read_line(words: list[str], count: int) -> Row:
    endpoint, method, *case = words[:-count]
    return endpoint, method, " ".join(case), tuple(map(int, words[-count:]))


def offered_by(patterns: list[URLPattern | URLResolver]) -> set[tuple[str, str]]:
    """Return each endpoint with each method that its view has."""
    return {(str(p.name), method) for p in walk(patterns) for method in _methods_of(p)}


def walk(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns)
        else:
            yield pattern


def _methods_of(pattern: URLPattern) -> set[str]:
    actions = getattr(pattern.callback, "actions", None)
    offered = actions or [m.lower() for m in METHODS if hasattr(pattern.callback.cls, m.lower())]
    return {method.upper() for method in offered} - {"HEAD"}


@contextmanager
def asking(api: Callable[..., APIClient], user: User | None) -> Iterator[APIClient]:
    """Give one of them a client; the next one finds everything as it was."""
    with transaction.atomic():
        yield api(None if user is None else User.objects.get(pk=user.pk))
        transaction.set_rollback(True)


def status_for(
    api: Callable[..., APIClient], user: User | None, method: str, place: str,
    body: Mapping[str, object], form: str = "json",
) -> int:  # fmt: skip
    """Return what one of them is answered; a GET takes the body for its query."""
    with asking(api, user) as client:
        send = getattr(client, method.lower())
        answer = send(place, body) if method == "GET" else send(place, body, form)
    return int(answer.status_code)


def statuses_of_missing(
    client: APIClient, endpoint: str, place: str, *, offered: Set[tuple[str, str]]
) -> dict[str, int]:
    """Return what is answered to each method that an endpoint does not offer."""
    missing = [method for method in METHODS if (endpoint, method) not in offered]
    return {method: getattr(client, method.lower())(place).status_code for method in missing}
