"""Taking in lists of places from elsewhere, batch by batch.

A place is known again by its ``source``. What a row says is written over what is there; what it
does not say stays: texts, photos, whether it is published, and who offers it. Nothing is ever
deleted, and nobody is told. Hosts get accounts that nobody can sign in to, and are known again by
their addresses, which are none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO
from uuid import UUID, uuid4

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.db import IntegrityError
from django.utils import timezone

from tradepost.accounts.actions.users import lock_account
from tradepost.accounts.models import User
from tradepost.kit.batches import Outcome, Tally, cut
from tradepost.kit.inserts import insert
from tradepost.kit.locks import weak
from tradepost.kit.row_values import BadRow
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.tables import TableBreaksOff
from tradepost.kit.transactions import atomic
from tradepost.stays.cells import cell_of
from tradepost.stays.listings import COUNTRY, GoodRow, Listing, read_listings
from tradepost.stays.models import Property
from tradepost.stays.stamps import PLACES

ROWS_PER_TRANSACTION = 500
NOWHERE = "@listings.invalid"
SAID = (
    "name", "room_type", "neighbourhood", "city", "region", "time_zone", "latitude", "longitude",
    "price", "minimum_nights",
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """A batch is in: the tally so far, and the rows of this batch that stayed out."""

    tally: Tally
    bad_rows: Sequence[BadRow]


def import_listings(  # house: allow A1 because every batch is a transaction of its own
    *, stream: TextIO, host: User | None = None, is_draft: bool = False
) -> Iterator[Step]:
    """Import the list in ``stream``, a transaction per batch, and yield after each.

    New places are offered by ``host``, or by the hosts that the rows name; they are published
    unless ``is_draft``. Nothing happens until the steps are iterated. Raises NotATable before
    anything is written, or TableBreaksOff after the rows in front of the break went in.
    """
    tally = Tally()
    rows = read_listings(stream=stream)
    for batch in cut(rows, size=ROWS_PER_TRANSACTION, broken_by=TableBreaksOff):
        good = [row for row in batch if isinstance(row, GoodRow)]
        ends = _import_at_last(good, host, is_draft)
        refused = {end.place: end for end in ends if isinstance(end, BadRow)}
        bad = [row if isinstance(row, BadRow) else refused.get(row.place) for row in batch]
        bad_rows = [row for row in bad if row is not None]
        outcomes = [end for end in ends if isinstance(end, Outcome)]
        tally = tally.plus(Tally.of(outcomes)).plus(Tally(bad=len(bad_rows)))
        yield Step(tally, bad_rows)


def _import_at_last(
    rows: Sequence[GoodRow], host: User | None, is_draft: bool
) -> list[Outcome | BadRow]:
    """Import a batch, once more if another import made the same host or place at this moment."""
    try:
        return import_batch(rows=rows, host=host, is_draft=is_draft)
    except IntegrityError:
        return import_batch(rows=rows, host=host, is_draft=is_draft)


@atomic
def import_batch(
    *, rows: Sequence[GoodRow], host: User | None, is_draft: bool
) -> list[Outcome | BadRow]:
    """Make or change the places of these rows, each another one, and return their ends in order.

    It takes a fixed number of queries. Raises AccountClosed when ``host`` is no more.
    """
    hosts = _lock_hosts([row.listing for row in rows], host)
    present = _lock_places(rows)
    refused = _refuse(rows, hosts, present)
    good = [row.listing for row in rows if row.place not in refused]
    new = [listing for listing in good if listing.source not in present]
    known = [listing for listing in good if listing.source in present]
    status = Property.Status.DRAFT if is_draft else Property.Status.PUBLISHED
    insert([_make_place(listing, hosts[listing.host], status) for listing in new])
    changed = {listing.source for listing in known if _write_over(present[listing.source], listing)}
    _save([present[source] for source in changed])
    if new or changed:
        raise_stamp(PLACES)
    ends = dict.fromkeys((listing.source for listing in known), Outcome.UNCHANGED)
    ends |= dict.fromkeys((listing.source for listing in new), Outcome.CREATED)
    ends |= dict.fromkeys(changed, Outcome.UPDATED)
    return [refused.get(row.place) or ends[row.listing.source] for row in rows]


def _lock_hosts(listings: Sequence[Listing], host: User | None) -> dict[str, UUID]:
    """Return who offers new places, by the keys of hosts in the list; accounts are made where
    there is none. An address that somebody else has is left out."""
    names = {listing.host: listing.host_name for listing in listings}
    if host is not None:
        return dict.fromkeys(names, lock_account(host).pk)
    emails = {f"{key}{NOWHERE}": key for key in names}
    taken = set(User.objects.filter(email__in=emails).values_list("email", flat=True))
    missing = [(email, key) for email, key in emails.items() if email not in taken]
    insert([_make_host(email, names[key]) for email, key in missing])  # they are no customers
    ours = User.objects.select_for_update(no_key=weak()).filter(
        email__in=emails, is_active=True, password__startswith=UNUSABLE_PASSWORD_PREFIX
    )
    return {emails[user.email]: user.pk for user in ours.order_by("pk")}


def _make_host(email: str, name: str) -> User:
    return User(
        username=f"host-{uuid4().hex}", email=email, first_name=name, role=User.Role.HOST,
        password=make_password(None),
    )  # fmt: skip


def _lock_places(rows: Sequence[GoodRow]) -> dict[str, Property]:
    sources = [row.listing.source for row in rows]
    places = Property.objects.select_for_update(no_key=weak()).filter(source__in=sources)
    return {str(place.source): place for place in places.order_by("pk")}


def _refuse(
    rows: Sequence[GoodRow], hosts: Mapping[str, UUID], present: Mapping[str, Property]
) -> dict[str, BadRow]:
    """Return by their places in the file the rows that cannot go in, whatever they say."""
    host_ids = {place.host_id for place in present.values()}
    closed = set(User.objects.filter(pk__in=host_ids, is_active=False).values_list("pk", flat=True))
    refused = {}
    for row in rows:
        reason = _why_not(row.listing, present.get(row.listing.source), hosts, closed)
        if reason:
            refused[row.place] = row.refuse(reason)
    return refused


def _why_not(
    listing: Listing,
    place: Property | None,
    hosts: Mapping[str, UUID],
    closed: Collection[UUID],
) -> str | None:
    if place is None:
        return None if listing.host in hosts else "somebody else has the address of its host"
    if place.host_id in closed:
        return "its host has closed the account"
    if place.maximum_nights < listing.minimum_nights:
        most = place.maximum_nights
        return f"minimum_nights is above the longest stay that its host allows, {most} nights"
    return None


def _make_place(listing: Listing, host_id: UUID, status: str) -> Property:
    said = {name: getattr(listing, name) for name in SAID}
    cell = cell_of(latitude=listing.latitude, longitude=listing.longitude)
    return Property(
        host_id=host_id, status=status, source=listing.source, country=COUNTRY, cell=cell, **said
    )


def _write_over(place: Property, listing: Listing) -> bool:
    """Let the place say what the list does, in memory; return whether it is another now."""
    changes = {
        name: getattr(listing, name)
        for name in SAID
        if getattr(place, name) != getattr(listing, name)
    }
    for name, value in changes.items():
        setattr(place, name, value)
    return bool(changes)


def _save(places: Sequence[Property]) -> None:
    now = timezone.now()
    for place in places:
        place.cell = cell_of(latitude=place.latitude, longitude=place.longitude)
        place.last_update = now
    Property.objects.bulk_update(places, [*SAID, "cell", "last_update"])
