"""What can end a client or be refused to it."""


class BadFrame(Exception):
    """What came from the server is none of the protocol's frames."""


class Gap(Exception):
    """A page that does not follow what the client has: something is missing."""


class SignInRefused(Exception):
    """To be raised by ``sign_in`` when the account may no longer: the client then stops."""


class FeedStopped(Exception):
    """The client does not come back by itself: closed, refused, or told not to."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(f"{reason} ({code})" if code else reason)
        self.code = code
        self.reason = reason


class Refused(Exception):
    """The server refused a message for good."""

    def __init__(self, status: int, data: object) -> None:
        super().__init__(f"{status}: {data}")
        self.status = status
        self.data = data
