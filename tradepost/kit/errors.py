"""The kinds of refusal an action may raise. Doors translate them; actions never speak HTTP."""

from collections.abc import Mapping


class DomainError(Exception):
    """A request that the rules refuse, with a stable ``code`` and a sentence for the user."""

    code = "error"
    message = "The request could not be completed."

    def __init__(self, message: str | None = None, **details: object) -> None:
        super().__init__(message or self.message)
        self.details: Mapping[str, object] = details


class Invalid(DomainError):
    """The input itself is wrong; ``field`` names the part of it that is."""

    code = "invalid"

    def __init__(self, message: str | None = None, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class NotFound(DomainError):
    """There is no such thing, or none that this caller may know of."""

    code = "not_found"
    message = "Not found."


class Refused(DomainError):
    """The caller is known and may not do this."""

    code = "permission_denied"
    message = "You do not have permission to perform this action."


class Conflict(DomainError):
    """The present state of things does not allow it; another try may succeed."""

    code = "conflict"


class Stale(DomainError):
    """The caller decided on something older than what is there; ``details`` say what is."""

    code = "stale"


class InUse(DomainError):
    """A deletion that others depend on."""

    code = "in_use"


class TooMany(DomainError):
    """Too many tries; ``retry_after_seconds`` says when the next one is welcome."""

    code = "throttled"
    message = "Too many attempts. Please try again later."

    def __init__(self, message: str | None = None, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
