"""How often somebody may knock at the doors of stays."""

from tradepost.kit.http.throttling import Limit

MINUTE, HOUR = 60, 3600


class Bookings(Limit):
    """Each of them is mailed to the host."""

    scope = "bookings"
    most = 30
    seconds = HOUR


class Changes(Limit):
    """Asked for; each of them is mailed to the other side."""

    scope = "booking-changes"
    most = 30
    seconds = HOUR


class Questions(Limit):
    """To write to many hosts who never asked is what spam is."""

    scope = "questions-to-hosts"
    most = 30
    seconds = HOUR


class Uploads(Limit):
    """Photos, whether they are kept or not."""

    scope = "photos"
    most = 60
    seconds = MINUTE


OF_BOOKINGS = {"create": (Bookings,), "change": (Changes,)}
