"""What the tests of hosts' pages share."""

from django.contrib.messages import get_messages


def notices(answer) -> list[str]:
    """Return what the page says once, at its top."""
    return [str(message) for message in get_messages(answer.wsgi_request)]
