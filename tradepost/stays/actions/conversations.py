"""Guests and hosts talk in one conversation about a place, from the first question on; what becomes
of a stay is said in it, in the transaction in which it becomes so."""

from tradepost.accounts.models import User
from tradepost.accounts.queries import blockers_of
from tradepost.kit.errors import Refused
from tradepost.kit.transactions import atomic
from tradepost.messaging.actions.conversations import open_conversation_about
from tradepost.messaging.actions.members import seat_person
from tradepost.messaging.actions.places import lock_conversation
from tradepost.messaging.actions.saying import say_in_system_message
from tradepost.messaging.models import Conversation
from tradepost.stays.errors import NotForYou, OwnPlace
from tradepost.stays.models import Booking, Property


@atomic
def ask_host(*, guest: User, place: Property) -> Conversation:
    """Return the one conversation that somebody has with the host about a place. Raises OwnPlace
    for the host, and NotForYou for whom the host blocks."""
    if guest.pk == place.host_id:
        raise OwnPlace
    if blockers_of(guest.pk, among=[place.host_id]):
        raise NotForYou
    return _open(place, guest=guest, opener=guest)


@atomic
def open_booking_conversation(*, booking: Booking, opener: User) -> Conversation:
    """Return the conversation of a booking, for its guest or its host, who are in it again.

    Raises Refused for others who may see the booking.
    """
    if opener.pk not in (booking.user_id, booking.property.host_id):
        raise Refused
    return _open(booking.property, guest=booking.user, opener=opener)


@atomic
def say_of_booking(*, booking: Booking, kind: str, actor: User | None) -> None:
    """Note in the conversation of a booking what became of it."""
    conversation = _open(booking.property, guest=booking.user, opener=None)
    say_in_system_message(
        conversation=lock_conversation(conversation.pk),
        kind=f"booking.{kind}",
        actor=actor,
        booking=booking.pk,
        start_date=booking.start_date.isoformat(),
        end_date=booking.end_date.isoformat(),
    )


def _open(place: Property, *, guest: User, opener: User | None) -> Conversation:
    conversation = open_conversation_about(
        subject=place, title=place.name, owner=guest, people=[place.host]
    )
    if opener is not None:
        is_in = Conversation.objects.open_to(opener).filter(pk=conversation.pk).exists()
        if not is_in:
            seat_person(conversation_id=conversation.pk, user_id=opener.pk)
    return conversation
