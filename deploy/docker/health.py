"""Ends with status 0 when the server in this container answers. It asks as a visitor of the first
name in ALLOWED_HOSTS, because others are refused."""

import http.client
import os
import sys

SECONDS = 4


def is_well(port: int, path: str = "/healthz") -> bool:
    """Ask ``path`` of the server at ``port``."""
    hosts = os.environ.get("ALLOWED_HOSTS") or "localhost"
    host = hosts.split(",")[0].strip().lstrip(".").replace("*", "localhost")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", path, headers={"Host": host})
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if is_well(int(os.environ.get("PORT", "8000")), *sys.argv[1:]) else 1)
