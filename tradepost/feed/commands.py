"""The commands of the feed's socket, each the POST of an endpoint of the API.

Higher apps register theirs from ``apps.py``.
"""

_endpoints: dict[str, str] = {}


def register_command(name: str, *, endpoint: str) -> None:
    """Let clients send ``name`` for a POST to the address of that name.

    Raises ValueError for a command that is registered already.
    """
    if name in _endpoints:
        raise ValueError(f"the command {name!r} is registered already")
    _endpoints[name] = endpoint


def endpoint_of(name: str) -> str | None:
    """Return the name of the address that a command stands for; None for no command."""
    return _endpoints.get(name)
