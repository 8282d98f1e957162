"""What bookings and reviews say of themselves: in notifications, and in the conversation of guest
and host."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tradepost.stays.models import BookingEvent

Kind = BookingEvent.Kind
Sentence = str | Promise

# What each is called among the preferences, and what the notification says.
NOTIFICATIONS: Mapping[str, tuple[Sentence, Sentence]] = {
    Kind.REQUESTED: (_("A stay is asked for"), _("{actor} asks for a stay: booking {booking}.")),
    Kind.PLACED: (_("A stay is booked"), _("{actor} booked a stay: booking {booking}.")),
    Kind.ACCEPTED: (
        _("A stay is accepted"), _("{actor} accepted booking {booking}. It is to be paid now."),
    ),
    Kind.DECLINED: (_("A stay is declined"), _("{actor} declined booking {booking}.")),
    Kind.CONFIRMED: (_("A stay is confirmed"), _("Booking {booking} is confirmed.")),
    Kind.PAYMENT_FAILED: (
        _("The payment of a stay has failed"), _("The payment of booking {booking} has failed."),
    ),
    Kind.CANCELED: (_("A stay is canceled"), _("{actor} canceled booking {booking}.")),
    Kind.EXPIRED: (_("A stay has expired"), _("Booking {booking} has expired.")),
    Kind.COMPLETED: (
        _("A stay is over"), _("Booking {booking} is over. How was it? Write a review."),
    ),
    Kind.CHANGE_ASKED: (
        _("A change is asked for"), _("{actor} asks for a change of booking {booking}."),
    ),
    Kind.CHANGE_AGREED: (
        _("A change is agreed"), _("The change of booking {booking} is to be paid now."),
    ),
    Kind.CHANGE_ENDED: (
        _("A change came to nothing"), _("The change of booking {booking} came to nothing."),
    ),
    Kind.CHANGED: (_("A stay has changed"), _("Booking {booking} has changed.")),
    Kind.REFUNDED: (
        _("Money is on its way back"), _("Money for booking {booking} is on its way back."),
    ),
}  # fmt: skip

OF_REVIEWS: Mapping[str, tuple[Sentence, Sentence]] = {
    "stay.review_waits": (
        _("The other side has reviewed a stay"),
        _("{actor} has reviewed your stay. Write your review to read it."),
    ),
    "stay.place_reviewed": (_("A guest reviews my place"), _("{actor} reviewed your place.")),
    "stay.guest_reviewed": (_("A host reviews my stay"), _("{actor} reviewed your stay.")),
    "stay.review_answered": (
        _("A host answers my review"), _("{actor} answered your review."),
    ),
}  # fmt: skip

# What the house says in the conversation, in the transaction of the deed.
SAID: Mapping[str, Sentence] = {
    Kind.REQUESTED: _("{actor} asked for a stay from {start_date} to {end_date}."),
    Kind.PLACED: _("{actor} booked a stay from {start_date} to {end_date}, not paid yet."),
    Kind.ACCEPTED: _("{actor} accepted the stay from {start_date} to {end_date}."),
    Kind.DECLINED: _("{actor} declined the stay from {start_date} to {end_date}."),
    Kind.CONFIRMED: _("The stay from {start_date} to {end_date} is paid and confirmed."),
    Kind.CANCELED: _("{actor} canceled the stay from {start_date} to {end_date}."),
    Kind.EXPIRED: _("The stay from {start_date} to {end_date} was not confirmed in time."),
    Kind.COMPLETED: _("The stay from {start_date} to {end_date} is over."),
    Kind.CHANGE_ASKED: _(
        "{actor} asked to change the stay from {start_date} to {end_date}: see the booking."
    ),
    Kind.CHANGE_AGREED: _(
        "The change of the stay from {start_date} to {end_date} waits for its payment."
    ),
    Kind.CHANGE_ENDED: _(
        "The change came to nothing: the stay is from {start_date} to {end_date} as before."
    ),
    Kind.CHANGED: _("The stay is from {start_date} to {end_date} now."),
}


def booking_page(data: Mapping[str, str | int]) -> str:
    """Return the path of the page that shows a booking."""
    return reverse("booking", args=[data["booking"]])
