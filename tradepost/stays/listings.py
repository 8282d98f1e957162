"""Lists of places to stay, as other sites publish them: a row becomes what a place is here, or the
reason why it cannot. Nothing is rounded, cut or guessed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TextIO

from tradepost.kit.row_values import BadRow, Wrong, read_text, require_text, show
from tradepost.kit.tables import TableRow, UnreadableRow, read_table
from tradepost.stays.models.properties import HIGHEST_PRICE, LONGEST_STAY, LOWEST_PRICE, Property

REQUIRED = (
    "id", "name", "host_id", "host_name", "latitude", "longitude", "room_type", "price",
    "minimum_nights", "state", "city",
)  # fmt: skip
READ = frozenset({*REQUIRED, "neighbourhood"})
COUNTRY = "US"
LONGEST_NAME, LONGEST_HOST, LONGEST_PLACE = 255, 150, 100  # characters, as the columns hold
_WHOLE = re.compile(r"[0-9]{1,18}")
_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,15})?")
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
_ROOM_TYPES = {
    "Entire home/apt": Property.RoomType.ENTIRE_HOME,
    "Private room": Property.RoomType.PRIVATE_ROOM,
    "Shared room": Property.RoomType.SHARED_ROOM,
    "Hotel room": Property.RoomType.HOTEL_ROOM,
}
# Where a state has several, the one that most of its people live by.
_STATES_BY_ZONE = {
    "America/New_York": "CT DC DE FL GA MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
    "America/Indiana/Indianapolis": "IN",
    "America/Kentucky/Louisville": "KY",
    "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
    "America/Denver": "CO MT NM UT WY",
    "America/Boise": "ID",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA NV OR WA",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR",
}
ZONES = {state: zone for zone, states in _STATES_BY_ZONE.items() for state in states.split()}


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A place as a list describes it: ``source`` names it there, ``host`` who offers it."""

    source: str
    host: str
    host_name: str
    name: str
    room_type: str
    neighbourhood: str
    city: str
    region: str
    time_zone: str
    latitude: float
    longitude: float
    price: Decimal
    minimum_nights: int


@dataclass(frozen=True)
class GoodRow:
    """A row that can go in."""

    place: str
    names: Mapping[str, object]
    listing: Listing

    def refuse(self, reason: str) -> BadRow:
        return BadRow(self.place, self.names, reason)


def read_listings(*, stream: TextIO) -> Iterator[GoodRow | BadRow]:
    """Yield what each row of the list says, or what is wrong with it; the second row of a place is
    a bad one.

    Raises NotATable before the first row, TableBreaksOff behind it.
    """
    known: set[str] = set()
    for raw in read_table(stream=stream, columns=READ, required=REQUIRED):
        row = understand(raw)
        if isinstance(row, GoodRow) and row.listing.source in known:
            row = row.refuse("id is in the file already")
        elif isinstance(row, GoodRow):
            known.add(row.listing.source)
        yield row


def understand(row: TableRow | UnreadableRow) -> GoodRow | BadRow:
    """Return what a row says, or what is wrong with it."""
    if isinstance(row, UnreadableRow):
        return BadRow(row.place, {}, row.reason)
    names = {key: row.cells[key] for key in ("id", "name") if row.cells[key].strip()}
    try:
        return GoodRow(row.place, names, _listing(row.cells))
    except Wrong as wrong:
        return BadRow(row.place, names, str(wrong))


def _listing(said: Mapping[str, str]) -> Listing:
    region = require_text(said, "state", longest=LONGEST_PLACE)
    return Listing(
        source=f"listing:{_key(said, 'id')}",
        host=_key(said, "host_id"),
        host_name=_line(said, "host_name", longest=LONGEST_HOST),
        name=_line(said, "name", longest=LONGEST_NAME),
        room_type=_room_type(said),
        neighbourhood=read_text(said, "neighbourhood", longest=LONGEST_PLACE) or "",
        city=require_text(said, "city", longest=LONGEST_PLACE),
        region=region,
        time_zone=_zone(region),
        latitude=_degrees(said, "latitude", most=90),
        longitude=_degrees(said, "longitude", most=180),
        price=_price(said),
        minimum_nights=_nights(said),
    )


def _key(said: Mapping[str, str], key: str) -> str:
    """Return a number by which something is known; spreadsheets make ``6.3E+17`` of long ones."""
    text = require_text(said, key)
    if not _WHOLE.fullmatch(text):
        raise Wrong(f"{key} must be a whole number, not {show(text)}")
    return str(int(text))


def _line(said: Mapping[str, str], key: str, *, longest: int) -> str:
    """Return a text in one line, however it was broken."""
    text = " ".join(require_text(said, key).split())
    return require_text({key: text}, key, longest=longest)


def _room_type(said: Mapping[str, str]) -> str:
    text = require_text(said, "room_type")
    if text not in _ROOM_TYPES:
        raise Wrong(f"room_type must be one of {', '.join(_ROOM_TYPES)}, not {show(text)}")
    return _ROOM_TYPES[text].value


def _zone(state: str) -> str:
    if state not in ZONES:
        raise Wrong(f"state must be two letters of one of the United States, not {show(state)}")
    return ZONES[state]


def _degrees(said: Mapping[str, str], key: str, *, most: int) -> float:
    text = require_text(said, key)
    if not _DEGREES.fullmatch(text) or abs(float(text)) > most:
        raise Wrong(f"{key} must be degrees from -{most} to {most}, not {show(text)}")
    return float(text)


def _price(said: Mapping[str, str]) -> Decimal:
    text = require_text(said, "price")
    if not _AMOUNT.fullmatch(text):
        raise Wrong(f"price must be an amount of at most two decimals, not {show(text)}")
    price = Decimal(text)
    if not LOWEST_PRICE <= price <= HIGHEST_PRICE:
        raise Wrong(f"price must be from {LOWEST_PRICE} to {HIGHEST_PRICE}, not {show(price)}")
    return price


def _nights(said: Mapping[str, str]) -> int:
    text = require_text(said, "minimum_nights")
    if not _WHOLE.fullmatch(text) or not 1 <= int(text) <= LONGEST_STAY:
        raise Wrong(f"minimum_nights must be from 1 to {LONGEST_STAY}, not {show(text)}")
    return int(text)
