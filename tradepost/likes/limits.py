"""How often somebody may change their mind."""

from tradepost.kit.http.throttling import Limit


class LikeChanges(Limit):
    scope = "likes"
    most = 120
    seconds = 60
    methods = frozenset({"POST", "DELETE"})
