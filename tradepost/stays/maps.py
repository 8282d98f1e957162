"""A map of places, as shapes for SVG: a grid of degrees and a pin for each place, no land.

Degrees become pixels in one step: longitudes are narrowed by the cosine of the latitude in the
middle, so that what is near looks as it is. Numbers are text with a point, ready for attributes of
SVG whatever the reader's language.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tradepost.stays.cells import EASTMOST, Bounds

WIDTH, HEIGHT = 640, 480  # pixels
WHOLE = 2 * EASTMOST  # degrees around the world
NORTHMOST = 85.0  # degrees; further on, maps of this kind tear
SMALLEST = 0.01  # degrees that a map shows at least
MARGIN = 1.3  # of what the places need
STEPS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 45)  # degrees
MOST_LINES = 6  # of the grid, in each direction
PAN = 0.5  # of the map, at a time
ZOOM = 2
PIN_WIDTH, PIN_HEIGHT, EDGE = 76, 28, 4  # pixels
PLACES = 5  # digits after the point in addresses: a metre


@dataclass(frozen=True)
class Spot:
    """Something to be shown: ``text`` is what its pin says, ``title`` what it is."""

    pk: int
    latitude: float
    longitude: float
    text: str
    title: str


@dataclass(frozen=True)
class Pin:
    """A spot on the map. Where there is no room for its text, ``is_dot``."""

    spot: Spot
    x: str
    y: str
    left: str
    top: str
    is_dot: bool


@dataclass(frozen=True)
class GridLine:
    """A line of the grid, so many pixels from the left or from the top."""

    at: str
    label: str


@dataclass(frozen=True)
class Frame:
    """What a map shows, in degrees; ``east`` is over 180 where it crosses the date line."""

    west: float
    south: float
    east: float
    north: float

    def x(self, longitude: float) -> float:
        """Return how many pixels from the left this is."""
        ahead = (longitude - self.west) % WHOLE
        return ahead / (self.east - self.west) * WIDTH

    def y(self, latitude: float) -> float:
        """Return how many pixels from the top this is."""
        return (self.north - latitude) / (self.north - self.south) * HEIGHT

    def moved(self, *, east: float = 0, north: float = 0) -> "Frame":
        """Return what lies beside it, by so many of its widths and heights."""
        width, height = self.east - self.west, self.north - self.south
        across = 0 if width >= WHOLE else width * east
        up = min(max(height * north, -NORTHMOST - self.south), NORTHMOST - self.north)
        return Frame(self.west + across, self.south + up, self.east + across, self.north + up)

    def scaled(self, factor: float) -> "Frame":
        """Return the same middle with so many times the width and the height."""
        return _around(
            (self.west + self.east) / 2,
            (self.south + self.north) / 2,
            (self.east - self.west) * factor,
            (self.north - self.south) * factor,
        )

    @property
    def bounds(self) -> str:
        """The frame as text for an address: ``west,south,east,north``."""
        is_whole = self.east - self.west > WHOLE - SMALLEST  # or both ends may read the same
        west, east = (-EASTMOST, EASTMOST) if is_whole else (_wrapped(self.west), self.east)
        degrees = (west, self.south, east if is_whole else _wrapped(east), self.north)
        return ",".join(f"{degree:.{PLACES}f}".rstrip("0").rstrip(".") for degree in degrees)


@dataclass(frozen=True)
class Map:
    """All that is drawn."""

    frame: Frame
    meridians: Sequence[GridLine]
    parallels: Sequence[GridLine]
    pins: Sequence[Pin]

    width, height = WIDTH, HEIGHT
    pin_width, pin_height = PIN_WIDTH, PIN_HEIGHT

    @property
    def ways(self) -> dict[str, str]:
        """The bounds of what lies around, and nearer and further away."""
        frame = self.frame
        return {
            "nearer": frame.scaled(1 / ZOOM).bounds,
            "further": frame.scaled(ZOOM).bounds,
            "north": frame.moved(north=PAN).bounds,
            "south": frame.moved(north=-PAN).bounds,
            "west": frame.moved(east=-PAN).bounds,
            "east": frame.moved(east=PAN).bounds,
        }


def draw_map(spots: Sequence[Spot], *, bounds: Bounds | None = None) -> Map | None:
    """Return a map of these bounds, or of whatever has all the spots in it; None without either."""
    if bounds is not None:
        east = bounds.east + WHOLE * (bounds.east < bounds.west)
        frame = _fitted(bounds.west, bounds.south, east, bounds.north)
    elif spots:
        frame = _frame_of(spots)
    else:
        return None
    return Map(frame, list(_meridians(frame)), list(_parallels(frame)), list(_pins(frame, spots)))


def _frame_of(spots: Sequence[Spot]) -> Frame:
    latitudes = [spot.latitude for spot in spots]
    west, east = _narrowest([spot.longitude for spot in spots])
    frame = _fitted(west, min(latitudes), east, max(latitudes))
    return frame.scaled(MARGIN)


def _narrowest(longitudes: Sequence[float]) -> tuple[float, float]:
    """Return west and east of the shortest arc with all of these: the widest gap is left out."""
    ordered = sorted(set(longitudes))
    gaps = [(after - before, after, before) for before, after in pairwise(ordered)]
    around = (ordered[0] + WHOLE - ordered[-1], ordered[0], ordered[-1])
    _, west, east = max([around, *gaps])
    return west, east + WHOLE * (east < west)


def _fitted(west: float, south: float, east: float, north: float) -> Frame:
    """Return the smallest frame of a map's shape around this."""
    middle = (south + north) / 2
    narrowed = max(math.cos(math.radians(middle)), 1 - NORTHMOST / 90)
    width, height = max(east - west, SMALLEST), max(north - south, SMALLEST)
    wide = max(width, height * WIDTH / HEIGHT / narrowed)
    high = max(height, width * narrowed * HEIGHT / WIDTH)
    return _around((west + east) / 2, middle, wide, high)


def _around(longitude: float, latitude: float, width: float, height: float) -> Frame:
    width, height = min(max(width, SMALLEST), WHOLE), min(max(height, SMALLEST), 2 * NORTHMOST)
    south = min(max(latitude - height / 2, -NORTHMOST), NORTHMOST - height)
    west = _wrapped(longitude - width / 2)
    return Frame(west, south, west + width, south + height)


def _wrapped(longitude: float) -> float:
    return (longitude + EASTMOST) % WHOLE - EASTMOST


def _meridians(frame: Frame) -> Iterator[GridLine]:
    for degree in _grid(frame.west, frame.east):
        shown = round(_wrapped(degree), PLACES)
        yield GridLine(_text(frame.x(degree)), f"{abs(shown):g}°{_side(shown, 'E', 'W')}")


def _parallels(frame: Frame) -> Iterator[GridLine]:
    for degree in _grid(frame.south, frame.north):
        yield GridLine(_text(frame.y(degree)), f"{abs(degree):g}°{_side(degree, 'N', 'S')}")


def _side(degree: float, positive: str, negative: str) -> str:
    return "" if degree == 0 else f" {positive if degree > 0 else negative}"


def _grid(start: float, end: float) -> list[float]:
    step = next((step for step in STEPS if (end - start) / step <= MOST_LINES), 90)
    first = math.ceil(start / step)
    return [round(n * step, PLACES) for n in range(first, first + MOST_LINES + 1) if n * step < end]


def _pins(frame: Frame, spots: Iterable[Spot]) -> Iterator[Pin]:
    """Yield the pins from north to south, with their texts as far as they do not cover others."""
    taken: list[tuple[float, float]] = []
    for spot in sorted(spots, key=lambda spot: (-spot.latitude, spot.pk)):
        x, y = frame.x(spot.longitude), frame.y(spot.latitude)
        if not (0 <= x <= WIDTH and 0 <= y <= HEIGHT):
            continue
        left = min(max(x - PIN_WIDTH / 2, EDGE), WIDTH - PIN_WIDTH - EDGE)
        top = min(max(y - PIN_HEIGHT / 2, EDGE), HEIGHT - PIN_HEIGHT - EDGE)
        is_dot = any(_overlap((left, top), other) for other in taken)
        if not is_dot:
            taken.append((left, top))
        yield Pin(spot, _text(x), _text(y), _text(left), _text(top), is_dot)


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) < PIN_WIDTH and abs(one[1] - other[1]) < PIN_HEIGHT


def _text(pixels: float) -> str:
    return f"{pixels:.1f}"
