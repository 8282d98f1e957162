"""How often somebody may knock at the doors of stays."""

from tradepost.kit.http.throttling import Limit


class Uploads(Limit):
    """Photos, whether they are kept or not."""

    scope = "photos"
    most = 60
    seconds = 60
