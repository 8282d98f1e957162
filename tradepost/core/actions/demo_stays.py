"""The places to stay of the demo, and stays in them: by the actions that hosts and guests use, each
at the time at which it would have been done."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile

from tradepost.accounts.models import User
from tradepost.core.demo.homes import HOMES, draw_home
from tradepost.core.demo.stays import OPEN, SETTLED, TALK, TALKED_ABOUT, Said, Story
from tradepost.kit.models import Job
from tradepost.kit.transactions import atomic
from tradepost.messaging.actions.messages import send_message
from tradepost.messaging.actions.reading import mark_conversation_read
from tradepost.notifications.actions.notifications import mark_all_notifications_read
from tradepost.payments import exchange
from tradepost.payments.actions.payments import start_payment
from tradepost.stays.actions.bookings import accept_booking, book_stay, decline_booking
from tradepost.stays.actions.calendar import add_season, block_dates
from tradepost.stays.actions.cancellations import cancel_booking
from tradepost.stays.actions.conversations import open_booking_conversation
from tradepost.stays.actions.photos import add_photo
from tradepost.stays.actions.properties import create_property
from tradepost.stays.actions.reviews import write_review
from tradepost.stays.actions.timers import complete_stay, expire_booking
from tradepost.stays.models import Booking, Property
from tradepost.stays.quotes import Stay

PLACES = Path(__file__).resolve().parent.parent / "demo" / "places.json"
NO_MONEY = "offline"  # the provider that takes none, and its card that always has some
CARD = "4242424242424242"
AMOUNTS = (
    "price", "weekend_price", "cleaning_fee", "weekly_discount", "monthly_discount", "tax",
)  # fmt: skip
OF_THE_DEMO = ("home", "host", "amenities", "seasons", "blocks", "captions")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AHEAD = 20 * DAY  # that people have booked what is over by now

People = Mapping[str, User]
Places = Mapping[str, Property]


@atomic
def make_stays(*, people: People, now: datetime) -> tuple[int, int]:
    """Have the hosts among the ``people`` offer places, and the others stay there; return how many
    places and bookings there are.

    Where payments are real ones, nobody has booked anything.
    """
    entries = json.loads(PLACES.read_text(encoding="utf-8"))
    places = {entry["home"]: _offer(people[entry["host"]], entry, now) for entry in entries}
    if NO_MONEY not in settings.PAYMENT_PROVIDERS:
        return len(places), 0
    stays = [_live(story, people, places, now) for story in SETTLED]
    _hush(people, stays, now)
    _talk(people, stays)
    waiting = [_live(story, people, places, now) for story in OPEN]
    return len(places), len(stays) + len(waiting)


def _offer(host: User, entry: Mapping[str, Any], now: datetime) -> Property:
    columns = {name: value for name, value in entry.items() if name not in OF_THE_DEMO}
    prices = {name: _amount(columns[name]) for name in AMOUNTS if name in columns}
    fields = {"status": Property.Status.PUBLISHED, **columns, **prices}
    place = create_property(host=host, fields=fields, amenities=entry["amenities"])
    _set_calendar(place, entry, now)
    if entry["home"] in HOMES:
        for content, caption in zip(draw_home(name=entry["home"]), entry["captions"], strict=True):
            file = ContentFile(content, name=f"{entry['home']}.jpg")
            add_photo(keeper=host, property_id=place.pk, file=file, caption=caption)
    return place


def _set_calendar(place: Property, entry: Mapping[str, Any], now: datetime) -> None:
    today = place.today(now)
    for name, starts_in, days, price, weekend_price in entry["seasons"]:
        fields = {
            "name": name,
            "start_date": today + starts_in * DAY,
            "end_date": today + (starts_in + days) * DAY,
            "price": _amount(price),
            "weekend_price": _amount(weekend_price),
        }
        add_season(host=place.host, property_id=place.pk, fields=fields)
    for starts_in, nights, reason in entry["blocks"]:
        start = today + starts_in * DAY
        block_dates(
            host=place.host, property_id=place.pk, start_date=start,
            end_date=start + nights * DAY, reason=reason, now=now,
        )  # fmt: skip


def _live(story: Story, people: People, places: Places, now: datetime) -> Booking:
    """Book a stay, and let happen to it what its story says."""
    place, guest = places[story.home], people[story.guest]
    start = place.today(now) + story.starts_in * DAY
    stay = Stay(start_date=start, end_date=start + story.nights * DAY, guests=story.party)
    asked_at = _asked_at(story, place.moment(start, time(12)), now)
    booking = book_stay(guest=guest, property_id=place.pk, stay=stay, now=asked_at)
    ENDINGS[story.becomes](booking, story, now)
    return booking


def _asked_at(story: Story, start: datetime, now: datetime) -> datetime:
    if story.becomes == "requested":
        return now - 2 * HOUR
    if story.becomes == "accepted":
        return now - 20 * HOUR
    return start - AHEAD if story.starts_in < 0 else now - 9 * DAY


def _agree(booking: Booking, story: Story, now: datetime) -> None:
    """The host says yes, where a host has to."""
    if booking.awaits_host():
        moment = min(booking.created_at + 18 * HOUR, now)
        accept_booking(host=booking.property.host, booking_id=booking.pk, now=moment)


def _pay(booking: Booking, story: Story, now: datetime) -> None:
    _agree(booking, story, now)
    moment = booking.created_at + 19 * HOUR
    payment = start_payment(
        payer=booking.user, payable="booking", pk=booking.pk, provider=NO_MONEY,
        payment_method=CARD, now=moment,
    )  # fmt: skip
    # The job that would ask for the money comes too late for what is to happen next. The provider
    # is in this very database, so that nothing is said to anybody who could not take it back.
    exchange.charge(payment_id=payment.pk, now=moment)


def _stay_to_the_end(booking: Booking, story: Story, now: datetime) -> None:
    _pay(booking, story, now)
    complete_stay(booking_id=booking.pk, now=booking.ends_at + HOUR)
    _review(booking.property.host, booking, story.by_host, booking.ends_at + DAY)
    _review(booking.user, booking, story.by_guest, booking.ends_at + 2 * DAY)


def _review(author: User, booking: Booking, said: Said | None, now: datetime) -> None:
    if said is not None:
        write_review(
            author=author, booking_id=booking.pk, rating=said.stars, comment=said.words, now=now
        )


def _cancel(booking: Booking, story: Story, now: datetime) -> None:
    _pay(booking, story, now)
    cancel_booking(actor=booking.user, booking_id=booking.pk, now=now - 2 * DAY)


def _decline(booking: Booking, story: Story, now: datetime) -> None:
    moment = booking.created_at + 3 * HOUR
    decline_booking(host=booking.property.host, booking_id=booking.pk, now=moment)


def _expire(booking: Booking, story: Story, now: datetime) -> None:
    expire_booking(booking_id=booking.pk, now=now - DAY)


def _wait(booking: Booking, story: Story, now: datetime) -> None:
    """Nothing has happened yet."""


ENDINGS: Mapping[str, Callable[[Booking, Story, datetime], None]] = {
    "requested": _wait,
    "accepted": _agree,
    "paid": _pay,
    "over": _stay_to_the_end,
    "canceled": _cancel,
    "declined": _decline,
    "expired": _expire,
}


def _hush(people: People, stays: Iterable[Booking], now: datetime) -> None:
    """Let what happened long ago be known: no mails about it, nothing unread."""
    Job.objects.filter(name="stays.send_news").delete()
    for person in people.values():
        mark_all_notifications_read(user=person, now=now)
    for booking in stays:
        for side in (booking.user, booking.property.host):
            talk = open_booking_conversation(booking=booking, opener=side)
            mark_conversation_read(reader=side, conversation_id=talk.pk)


def _talk(people: People, stays: Iterable[Booking]) -> None:
    """A guest and a host about their stay; the host has not read the last question."""
    about = {(story.home, story.guest): stay for story, stay in zip(SETTLED, stays, strict=True)}
    booking = about[TALKED_ABOUT]
    talk = open_booking_conversation(booking=booking, opener=booking.user)
    for name, body in TALK:
        mark_conversation_read(reader=people[name], conversation_id=talk.pk)
        send_message(sender=people[name], conversation_id=talk.pk, body=body)


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
