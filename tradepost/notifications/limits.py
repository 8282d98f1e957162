"""How often somebody may knock at the doors of notifications."""

from tradepost.kit.http.throttling import Limit


class PushSubscriptions(Limit):
    """A browser subscribes once in a while; each names an address that this server will call."""

    scope = "push-subscriptions"
    most = 30
    seconds = 3600
