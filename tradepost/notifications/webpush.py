"""Sends web pushes (RFC 8030, 8291, 8292) to addresses that users gave us.

Such an address may be anything, so: https only, and the name is looked up once, here; every answer
must be a public address, and the connection goes to the very address that was looked at. Nothing
is followed, everything has an end, and no more is read than the status.
"""

import ipaddress
import json
import re
import socket
import ssl
import time
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from tradepost.notifications.models import PushSubscription

SECONDS = 10
MOST_BYTES = 3000  # before encryption; push services take 4096 after it
KEPT_SECONDS = 86_400  # by the push service, for a browser that sleeps
TOPIC_LENGTH = 32
HALF_A_DAY = 43_200
GONE = (404, 410)
TRY_AGAIN = (408, 425, 429)
FIRST_FAULT, FIRST_REFUSAL, FIRST_SUCCESS = 500, 300, 200
LONGEST_LINE = 4096
STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([0-9]{3})[ \r\n]")
TRANSLATED = [  # NAT64 and Teredo: another address is inside
    ipaddress.ip_network(network) for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2001::/32")
]


class SubscriptionGone(Exception):
    """The push service knows it no longer, or it never was at a push service."""


class PushRefused(Exception):
    """The push service does not take this push, and will not."""


class PushFailed(Exception):
    """It did not work; another try may."""


def send_push(subscription: PushSubscription, message: Mapping[str, str]) -> None:
    """Send one message, shown under its ``tag`` instead of what stood there before.

    Raises SubscriptionGone, PushRefused or PushFailed.
    """
    content = json.dumps(message).encode()
    if len(content) > MOST_BYTES:
        raise PushRefused(f"{len(content)} bytes are too many")
    address = urlsplit(subscription.endpoint)
    body = _encrypt(subscription, content)
    headers = {
        "Authorization": _sign(address),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_SECONDS),
        "Urgency": "normal",
        "Topic": sha256(message["tag"].encode()).hexdigest()[:TOPIC_LENGTH],
    }
    _judge(_post(address, body, headers))


def _judge(status: int) -> None:
    if status in GONE:
        raise SubscriptionGone(f"answered {status}")
    if status in TRY_AGAIN or not FIRST_SUCCESS <= status < FIRST_FAULT:
        raise PushFailed(f"answered {status}")
    if status >= FIRST_REFUSAL:  # a redirection too: none is followed
        raise PushRefused(f"answered {status}")


def _encrypt(subscription: PushSubscription, content: bytes) -> bytes:
    from pywebpush import WebPusher  # the extra "push"

    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    try:
        pusher = WebPusher({"endpoint": subscription.endpoint, "keys": keys})
        return bytes(pusher.encode(content)["body"])
    except ValueError as error:  # a point that is on no curve
        raise SubscriptionGone("a key that is none") from error


def _sign(address: SplitResult) -> str:
    from py_vapid import Vapid02  # the extra "push"

    claims = {
        "aud": f"{address.scheme}://{address.netloc}",
        "exp": int(time.time()) + HALF_A_DAY,
        "sub": settings.VAPID_SUBJECT,
    }
    headers: dict[str, str] = Vapid02.from_string(settings.VAPID_PRIVATE_KEY).sign(claims)
    return headers["Authorization"]


def _post(address: SplitResult, body: bytes, headers: Mapping[str, str]) -> int:
    """Send it and return the status of the answer, of which no more is read."""
    until = time.monotonic() + SECONDS
    path = f"{address.path or '/'}{f'?{address.query}' if address.query else ''}"
    given = {"Host": address.netloc, "Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"POST {path} HTTP/1.1", *(f"{k}: {v}" for k, v in {**given, **headers}.items())]
    try:
        with _connect(address.hostname or "", address.port or 443) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode("ascii") + body)
            return _read_status(connection, until)
    except OSError as error:
        raise PushFailed(type(error).__name__) from error


def _connect(host: str, port: int) -> ssl.SSLSocket:
    plain = socket.create_connection((_look_up(host, port), port), timeout=SECONDS)
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def _look_up(host: str, port: int) -> str:
    """Return the address of a host, after a look at all that its name stands for."""
    try:
        found = {str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except UnicodeError as error:
        raise SubscriptionGone("no name of a host") from error
    if not settings.PUSH_TO_PRIVATE_ADDRESSES and not all(map(is_public, found)):
        raise SubscriptionGone("the name stands for an address that is not public")
    return min(found, key=lambda address: (":" in address, address))


def is_public(address: str) -> bool:
    """Return whether an IP address is one of the internet, not one of ours in disguise."""
    known = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(known, ipaddress.IPv6Address):
        if any(known in network for network in TRANSLATED):
            return False
        known = known.ipv4_mapped or known.sixtofour or known
    return known.is_global and not known.is_multicast


def _read_status(connection: ssl.SSLSocket, until: float) -> int:
    """Read the first line, however slowly it comes, but not beyond the moment ``until``."""
    line = b""
    while b"\n" not in line and len(line) < LONGEST_LINE:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        piece = connection.recv(LONGEST_LINE)
        if not piece:
            break
        line += piece
    found = STATUS_LINE.match(line)
    if found is None:
        raise PushFailed("no answer of HTTP")
    return int(found[1])
