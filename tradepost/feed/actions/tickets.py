"""Tickets into the feed's socket, for those who have a token and no session."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from tradepost.accounts.models import User
from tradepost.feed.errors import BadTicket
from tradepost.feed.models import Ticket
from tradepost.kit.transactions import atomic

TICKET_SECONDS = 60


@atomic
def issue_ticket(*, user: User, now: datetime) -> tuple[str, datetime]:
    """Return a ticket, which is kept as its digest only, and when it expires."""
    ticket = secrets.token_urlsafe(32)
    expires_at = now + timedelta(seconds=TICKET_SECONDS)
    Ticket.objects.create(digest=_digest(ticket), user=user, expires_at=expires_at)
    return ticket, expires_at


@atomic
def redeem_ticket(*, ticket: str, now: datetime) -> UUID:
    """Use a ticket up and return whose it is. Raises BadTicket for one that is used or too old."""
    held = Ticket.objects.filter(digest=_digest(ticket))
    found = held.filter(expires_at__gt=now).values_list("user_id", flat=True).first()
    used, _ = held.delete()
    if found is None or not used:  # of two that come at once, one deletes it
        raise BadTicket
    return found


@atomic
def drop_old_tickets(*, now: datetime) -> int:
    """Forget the tickets that nobody used; return how many."""
    dropped, _ = Ticket.objects.filter(expires_at__lte=now).delete()
    return dropped


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
