"""How often somebody may knock at the doors of payments."""

from tradepost.kit.http.throttling import Limit


class Attempts(Limit):
    """Nobody pays that often; who tries out cards of others does."""

    scope = "payments"
    most = 30
    seconds = 60
