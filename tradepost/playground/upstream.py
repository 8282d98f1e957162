"""Another service that takes its time, as the playground sees it."""

import json
from http import HTTPStatus
from urllib.request import urlopen

TIMEOUT_SECONDS = 5


def ask_upstream(address: str) -> dict[str, object]:
    """Return the JSON object that the service at ``address`` answers.

    Raises OSError when it cannot be reached in five seconds or answers an error, ValueError when
    the answer is none that can be read.
    """
    with urlopen(address, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 - an address of ours
        if response.status != HTTPStatus.OK:
            raise ValueError(f"{address} answered {response.status}")
        answer = json.load(response)
    if not isinstance(answer, dict):
        raise ValueError(f"{address} answered no object")
    return answer
