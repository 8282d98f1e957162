"""What stays may refuse."""

from tradepost.kit.errors import Conflict, InUse, Invalid, Refused


class NoSuchAmenity(Invalid):
    code = "no_such_amenity"
    message = "There is no such amenity."


class AmenityExists(Conflict):
    code = "amenity_exists"
    message = "There is such an amenity already."


class HostsOnly(Refused):
    code = "hosts_only"
    message = "Only hosts offer places to stay."


class OwnPlace(Refused):
    code = "own_place"
    message = "This place is yours."


class NotForYou(Refused):
    code = "not_for_you"
    message = "You cannot book this place."


class TooManyPending(Conflict):
    code = "too_many_pending"
    message = "Please pay or cancel what you have booked already before you book more."


class DatesTaken(Conflict):
    code = "dates_taken"
    message = "Not all of these nights are free."


class EndsBeforeStart(Invalid):
    code = "ends_before_start"
    message = "It must end after it starts."


class DateOutOfReach(Invalid):
    """Too soon, gone by, or too far ahead."""

    code = "date_out_of_reach"


class StayLength(Invalid):
    """Too few nights, or too many."""

    code = "stay_length"


class TooManyGuests(Invalid):
    code = "too_many_guests"


class SeasonsOverlap(Conflict):
    code = "seasons_overlap"
    message = "Another season has some of these nights."


class TotalChanged(Conflict):
    code = "total_changed"
    message = "The price is another one now."


class RefundChanged(Conflict):
    code = "refund_changed"
    message = "What comes back is another amount now."


class BadQuote(Invalid):
    code = "bad_quote"
    message = "This quote is not one of ours, or of another stay."


class QuoteExpired(Conflict):
    code = "quote_expired"
    message = "This quote has expired. Please ask for another one."


class BookingNotPending(Conflict):
    code = "booking_not_pending"
    message = "Nothing is to be decided about this booking any more."


class BookingNotOpen(Conflict):
    code = "booking_not_open"
    message = "This booking is canceled, or over."


class BookingNotConfirmed(Conflict):
    code = "booking_not_confirmed"
    message = "Only a confirmed stay that has not begun can be changed."


class TakesNoPayment(Conflict):
    code = "takes_no_payment"
    message = "This booking takes no payment any more."


class ChangeOpen(Conflict):
    code = "change_open"
    message = "Another change of this booking waits for an answer or its payment."


class NoOpenChange(Conflict):
    code = "no_open_change"
    message = "There is no change of this booking that waits for you."


class NothingChanges(Invalid):
    code = "nothing_changes"
    message = "These are the dates and guests of the booking already."


class TooManyPhotos(Conflict):
    code = "too_many_photos"
    message = "A place cannot have that many photos."


class PhotosChanged(Conflict):
    code = "photos_changed"
    message = "These are not the photos of the place, each of them once."


class PropertyBooked(InUse):
    code = "property_booked"
    message = "Property cannot be deleted because there are bookings of it."


class NotYourStay(Refused):
    code = "not_your_stay"
    message = "Guest and host of a stay review it, and nobody else."


class StayNotOver(Conflict):
    code = "stay_not_over"
    message = "A stay is reviewed when it is over."


class AlreadyReviewed(Conflict):
    code = "already_reviewed"
    message = "You have reviewed this stay already."


class ReviewsOver(Conflict):
    code = "reviews_over"
    message = "The time to review this stay is over."
