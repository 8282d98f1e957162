"""How often somebody may ask for what the feed gives out."""

from tradepost.kit.http.throttling import Limit


class Tickets(Limit):
    """One for each socket that is opened; a line that comes and goes needs many."""

    scope = "feed-tickets"
    most = 60
    seconds = 60
