"""How often somebody may knock at the doors of the shop."""

from tradepost.kit.http.throttling import Limit


class AnonymousCarts(Limit):
    scope = "carts"
    most = 60
    seconds = 60
