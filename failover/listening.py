"""People at sockets, by the product's own client, through the proxy."""

import httpx

from benchmarks.realtime.listeners import Crowd, Listener
from benchmarks.requests import API

CREATED = 201


class Visitor(Listener):
    """A client that comes back by the proxy, to whichever node has room."""

    def __init__(self, number: int, token: str, *, http: httpx.AsyncClient, url: str) -> None:
        super().__init__(number, token, [])
        self._http = http
        self._url = url

    async def _choose_server(self) -> str:
        headers = {"Authorization": f"JWT {self._token}"}
        answer = await self._http.post(f"{API}/feed/ticket/", headers=headers)
        if answer.status_code != CREATED:
            raise ConnectionError(f"no ticket: {answer.status_code}")
        return str(answer.json()["ticket"])


class Audience(Crowd):
    """All visitors, on one event loop."""

    def __init__(self, tokens: list[str], *, http: httpx.AsyncClient, url: str) -> None:
        super().__init__([], [])
        self.listeners = [
            Visitor(number, token, http=http, url=url) for number, token in enumerate(tokens)
        ]

    def count_connections(self) -> int:
        """Return how often anybody has connected so far."""
        return sum(one.counters["connections"] for one in self.listeners)
