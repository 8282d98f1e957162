"""Which answers are hot, by which key they are known, and what they are."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve
from django.utils.http import parse_etags

from tradepost.kit.http.hot.shelf import shelf

Make = Callable[[Mapping[str, str], Mapping[str, str], str], bytes | None]
ReadStamp = Callable[[str], int]
LONGEST_QUERY = 2000  # a longer one is answered by the view alone, as is one of raw bytes


@dataclass(frozen=True)
class HotRead:
    """Addresses whose GET answers are the same for everybody.

    ``stamp`` names the version of what they show; ``params`` the query parameters that count.
    Others are taken off the request, so that they neither fill the store nor come back in links.
    ``variant`` is what else the answer depends on, such as a setting. ``make`` builds the bytes
    without the view, of what the pattern caught, the parameters and the scheme and host; where it
    returns None, the view is asked.
    """

    path: re.Pattern[str]
    stamp: str
    params: frozenset[str]
    variant: str
    make: Make | None


@dataclass(frozen=True)
class Asked:
    """A request for a hot read: ``query`` is the part of it that counts, in one order."""

    hot: HotRead
    caught: Mapping[str, str]
    query: QueryDict
    root: str
    path: str
    etag: str
    known_etags: list[str]

    @property
    def route(self) -> str:
        """The pattern that Django knows these addresses by, as it is logged of other requests."""
        return _routes.get(self.hot.path.pattern) or _find_route(self)


_hot_reads: list[HotRead] = []
_routes: dict[str, str] = {}  # by the patterns of hot reads


def register_hot_read(
    *,
    path: str,
    stamp: str,
    params: frozenset[str] = frozenset(),
    variant: str = "",
    make: Make | None = None,
) -> None:
    """Have the addresses that match the pattern ``path`` answered from store where possible."""
    _hot_reads.append(HotRead(re.compile(path), stamp, params, variant, make))


def is_hot_path(path: str) -> bool:
    """Say whether a path is one of those registered."""
    return any(hot.path.fullmatch(path) for hot in _hot_reads)


def look_at(request: HttpRequest, *, read_stamp: ReadStamp) -> Asked | None:
    """Return what is asked for; None when it is no hot read.

    Raises DisallowedHost for a host that is not ours.
    """
    if request.method not in ("GET", "HEAD") or not _wants_json(request):
        return None
    for hot in _hot_reads:
        if (caught := hot.path.fullmatch(request.path_info)) is not None:
            break
    else:
        return None
    written = request.META.get("QUERY_STRING", "")
    if len(written) > LONGEST_QUERY or not written.isascii():  # Django knows how to read bytes
        return None
    query = _what_counts(written, hot.params)
    root = f"{request.scheme}://{request.get_host()}"
    shown = f"{hot.variant} {root}{request.path_info}?{query.urlencode()}"
    digest = hashlib.blake2b(shown.encode(), digest_size=16).hexdigest()
    etag = f'"{hot.stamp}-{read_stamp(hot.stamp)}-{digest}"'
    return Asked(
        hot, caught.groupdict(), query, root, request.path_info, etag, _tags_of_client(request)
    )


def find_bytes(asked: Asked) -> bytes | None:
    """Return the answer from store; None when it is not there."""
    return shelf.get(asked.etag)


def make_bytes(asked: Asked) -> bytes | None:
    """Make the answer without the view and store it; None when only the view can."""
    hot = asked.hot
    single = all(len(values) == 1 for _, values in asked.query.lists())
    if hot.make is None or not single:
        return None
    made = hot.make(
        asked.caught, {name: str(asked.query[name]) for name in asked.query}, asked.root
    )
    if made is not None:
        keep_bytes(asked, made)
    return made


def keep_bytes(asked: Asked, content: bytes) -> None:
    """Store an answer under the version that was current before it was made."""
    shelf.put(asked.etag, content)


def _find_route(asked: Asked) -> str:
    pattern = asked.hot.path.pattern
    try:
        _routes[pattern] = str(resolve(asked.path).route)
    except Resolver404:
        _routes[pattern] = pattern
    return _routes[pattern]


def _wants_json(request: HttpRequest) -> bool:
    accept = request.META.get("HTTP_ACCEPT", "*/*")
    if accept == "*/*":
        return True
    accept = accept.lower()
    return "text/" not in accept and ("*/*" in accept or "application/" in accept)


def _what_counts(written: str, params: frozenset[str]) -> QueryDict:
    kept = QueryDict(mutable=True)
    if written and params:
        given = QueryDict(written)
        for name in sorted(params & given.keys()):
            kept.setlist(name, given.getlist(name))
    return kept


def _tags_of_client(request: HttpRequest) -> list[str]:
    asked = request.META.get("HTTP_IF_NONE_MATCH", "")
    return [tag.removeprefix("W/") for tag in parse_etags(asked)] if asked else []
