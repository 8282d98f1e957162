"""Background work of stays."""

from collections.abc import Callable
from datetime import datetime

import structlog
from django.conf import settings
from django.urls import reverse

from tradepost.accounts.models import User
from tradepost.kit import clock
from tradepost.kit.jobs import job
from tradepost.kit.mail import Mail, send_mails
from tradepost.kit.pictures import remove_files as remove_photo_files
from tradepost.stays.actions.photos import make_variants as make_photo_variants
from tradepost.stays.actions.photos import sweep_photo_files
from tradepost.stays.actions.releases import release_due_reviews
from tradepost.stays.actions.timers import AT_ONCE
from tradepost.stays.actions.timers import complete_stays as complete_due_stays
from tradepost.stays.actions.timers import expire_holds as expire_due_holds
from tradepost.stays.models import Booking, BookingEvent
from tradepost.stays.models.search import PROPERTY_TEXTS
from tradepost.stays.news import NOTIFICATIONS

log = structlog.get_logger(__name__)

MINUTE, HOUR, DAY = 60, 3600, 86_400
NO_MAILBOX = ".invalid"  # how the address of a closed account ends


@job("stays.expire_holds", every_seconds=10, lease_seconds=5 * MINUTE)
def expire_holds() -> None:
    """End what waited too long for its host or its payment."""
    _do_all(expire_due_holds)


@job("stays.complete_stays", every_seconds=MINUTE, lease_seconds=5 * MINUTE)
def complete_stays() -> None:
    """Note which stays are over."""
    _do_all(complete_due_stays)


@job("stays.release_reviews", every_seconds=MINUTE, lease_seconds=5 * MINUTE)
def release_reviews() -> None:
    """Let those reviews be read whose other side can write no more."""
    while release_due_reviews(now=clock.now()):
        pass  # in portions, so that nobody waits long for one


@job("stays.send_news")
def send_news(*, booking_id: int, event_id: int) -> None:
    """Mail both sides, but not who did it, what became of a booking."""
    events = BookingEvent.objects.select_related(
        "booking__property__host", "booking__user", "actor"
    )
    event = events.filter(pk=event_id, booking=booking_id).first()
    if event is None:
        log.info("mail.nobody_to_tell", booking_id=booking_id)
        return
    sides = [event.booking.user, event.booking.property.host]
    told = [person for person in sides if person != event.actor or event.kind == "canceled"]
    send_mails([_news(event, person) for person in told if not person.email.endswith(NO_MAILBOX)])


@job("stays.make_variants", lease_seconds=2 * MINUTE)
def make_variants(*, photo_id: int) -> None:
    """Make the thumbnail and the WebP of a photo."""
    make_photo_variants(photo_id=photo_id)


@job("stays.remove_files")
def remove_files(*, names: list[str]) -> None:
    """Remove files whose rows are gone."""
    remove_photo_files(names=names)


@job("stays.sweep_files", every_seconds=DAY, lease_seconds=10 * MINUTE)
def sweep_files() -> None:
    """Remove photos that no row knows."""
    sweep_photo_files(now=clock.now())


@job("stays.forget_searched_text", lease_seconds=HOUR)
def forget_searched_text() -> None:
    """Forget the words of places that are gone, in the files of the index too."""
    PROPERTY_TEXTS.forget()


def _do_all(deed: Callable[..., int]) -> None:
    now: datetime = clock.now()
    while deed(now=now) >= AT_ONCE:
        pass  # in portions


def _news(event: BookingEvent, reader: User) -> Mail:
    booking: Booking = event.booking
    label, _ = NOTIFICATIONS[event.kind]
    return Mail(
        template="mail/booking.html",
        to=reader.email,
        recipient_id=reader.pk,
        context={
            "booking": booking,
            "place": booking.property,
            "event": event,
            "headline": label,
            "reader": reader,
            "is_guest": reader == booking.user,
            "lines": list(booking.lines.all()),
            "url": settings.SITE_URL + reverse("booking", args=[booking.pk]),
        },
        key=f"booking:{booking.pk}:{event.pk}:{reader.pk}",
    )
