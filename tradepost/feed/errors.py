"""What the feed may refuse."""

from tradepost.kit.errors import DomainError


class BadTicket(DomainError):
    code = "bad_ticket"
    message = "This ticket was used, has expired, or never was one."
