"""What is asked of messaging: one function per measurement makes the requests of a run."""

import json
from collections.abc import Callable
from functools import cache, partial
from urllib.parse import urlsplit

from benchmarks import data
from benchmarks.load import Request
from benchmarks.requests import API, Turn
from benchmarks.servers import Server
from benchmarks.talks import rows

PAGE = 20  # messages
LARGEST_PAGE = 100
HALF_OF_THREAD = rows.REPLIES // 2


def send_to_group(size: int) -> Callable[[Turn], list[Request]]:
    """Return what makes messages into groups of so many people, one group after the other."""

    def make(turn: Turn) -> list[Request]:
        return [_send(turn, talk) for talk in rows.groups(size)]

    return make


def _send(turn: Turn, talk: rows.Talk) -> Request:
    body = {"conversation": str(talk.id), "message_body": data.TEXT[:80]}
    return Request("POST", f"{API}/messages/", turn.tokens[str(talk.people[0])], json.dumps(body))


def list_talks(turn: Turn) -> list[Request]:
    token = turn.tokens[str(data.user_id(rows.READER))]
    return [Request("GET", f"{API}/conversations/?page_size={rows.TALKS}", token)]


def _pages(turn: Turn, *, is_deep: bool, is_stored: bool) -> list[Request]:
    """A page of the long conversation; where none may be stored, each at an address of its own."""
    token = turn.tokens[str(data.user_id(rows.READER))]
    cursor = _find_depth(turn.server, token) if is_deep else ""
    path = f"{_long_talk()}?cursor={cursor}&page_size={PAGE}"
    if is_stored:
        return [Request("GET", path, token)]
    return [Request("GET", f"{path}&number={number}", token) for number in turn.numbers]


read_newest = partial(_pages, is_deep=False, is_stored=False)
read_deep = partial(_pages, is_deep=True, is_stored=False)
read_newest_stored = partial(_pages, is_deep=False, is_stored=True)
read_deep_stored = partial(_pages, is_deep=True, is_stored=True)


def read_thread(turn: Turn) -> list[Request]:
    """The two halves of the thread."""
    talk, first = rows.talk_of_thread(), next(rows.thread())
    path = f"{API}/messages/{first.id}/thread/?limit={HALF_OF_THREAD}"
    token = turn.tokens[str(talk.people[0])]
    return [Request("GET", f"{path}&after={after}", token) for after in (0, HALF_OF_THREAD + 1)]


def _long_talk() -> str:
    return f"{API}/conversations/{rows.talks_of_reader(rows.MANY)[0].id}/messages/"


@cache
def _find_depth(server: Server, token: str) -> str:
    """Follow the links from the newest page until ``DEPTH`` messages are passed over."""
    address = f"{_long_talk()}?cursor=&page_size={LARGEST_PAGE}"
    for _ in range(rows.DEPTH // LARGEST_PAGE):
        status, body = server.send("GET", address, token=token)
        if status != 200:
            raise RuntimeError(f"{server.contestant.name}: {status} for {address}")
        page = json.loads(body)
        link = urlsplit(str(page["next"]))
        address = f"{link.path}?{link.query}"
    longest = rows.talks_of_reader(rows.MANY)[0].last_seq
    if page["results"][-1]["seq"] != longest - rows.DEPTH + 1:
        raise RuntimeError(f"{server.contestant.name}: not {rows.DEPTH:,} messages were passed")
    [cursor] = [part for part in link.query.split("&") if part.startswith("cursor=")]
    return cursor.removeprefix("cursor=")
