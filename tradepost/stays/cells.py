"""Places as single numbers, so that what lies in a piece of the map is found by ordinary indexes.

The world is halved by turns from west to east and from south to north; each half is one binary
digit. Places that are near each other mostly have the same first digits (this is the Z-order
curve), so a rectangle is a handful of ranges of such numbers. They cover somewhat more than the
rectangle: whoever looks compares the coordinates as well.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

HALVINGS = 24  # of each side; a cell is about two metres wide at the equator
SIDE = 1 << HALVINGS
MOST_RANGES = 12
FOUR = 4
EASTMOST, NORTHMOST = 180, 90  # degrees


class BadBounds(ValueError):
    """Text that names no piece of the map; ``code`` says why not."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Bounds:
    """A piece of the map, in degrees; with ``west`` over ``east`` it crosses the date line."""

    west: float
    south: float
    east: float
    north: float

    def parts(self) -> Iterator["Bounds"]:
        """Yield the same as pieces that do not cross the date line."""
        if self.west <= self.east:
            yield self
        else:
            yield Bounds(self.west, self.south, 180, self.north)
            yield Bounds(-180, self.south, self.east, self.north)


def read_bounds(text: str) -> Bounds:
    """Return what ``west,south,east,north`` names, in degrees. Raises BadBounds with the code
    ``four``, ``off_the_map`` or ``upside_down``."""
    try:
        degrees = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise BadBounds("four") from error
    if len(degrees) != FOUR or not all(map(math.isfinite, degrees)):
        raise BadBounds("four")
    west, south, east, north = degrees
    if max(abs(west), abs(east)) > EASTMOST or max(abs(south), abs(north)) > NORTHMOST:
        raise BadBounds("off_the_map")
    if south >= north or west == east:
        raise BadBounds("upside_down")
    return Bounds(west, south, east, north)


class _Square(NamedTuple):
    """All cells whose numbers begin with the same digits, from ``first`` on; ``side`` is a power
    of two."""

    first: int
    x: int
    y: int
    side: int

    @property
    def range(self) -> tuple[int, int]:
        return self.first, self.first + self.side * self.side - 1

    def quarters(self) -> "Iterator[_Square]":
        half = self.side // 2
        for number, (x, y) in enumerate(((0, 0), (0, half), (half, 0), (half, half))):
            first = self.first + number * half * half
            yield _Square(first, self.x + x, self.y + y, half)


WORLD = _Square(first=0, x=0, y=0, side=SIDE)


def cell_of(*, latitude: float, longitude: float) -> int:
    """Return the number of the cell that a place, in degrees, lies in."""
    return _interleave(*_column_and_row(latitude, longitude))


def ranges_of(bounds: Bounds) -> list[tuple[int, int]]:
    """Return ranges of cells, first and last, that together cover the bounds."""
    return [found for part in bounds.parts() for found in _cover(part)]


def _cover(bounds: Bounds) -> list[tuple[int, int]]:
    left, bottom = _column_and_row(bounds.south, bounds.west)
    right, top = _column_and_row(bounds.north, bounds.east)

    def touches(square: _Square) -> bool:
        across = square.x <= right and square.x + square.side > left
        return across and square.y <= top and square.y + square.side > bottom

    def lies_within(square: _Square) -> bool:
        across = square.x >= left and square.x + square.side - 1 <= right
        return across and square.y >= bottom and square.y + square.side - 1 <= top

    whole: list[_Square] = []
    cut = [WORLD]
    while cut := [square for square in cut if not (square.side == 1 or lies_within(square))]:
        finer = [quarter for square in cut for quarter in square.quarters() if touches(quarter)]
        if len(_merged([*whole, *finer])) > MOST_RANGES:
            break
        whole += [quarter for quarter in finer if quarter.side == 1 or lies_within(quarter)]
        cut = finer
    return _merged([*whole, *cut] or [WORLD])


def _merged(squares: list[_Square]) -> list[tuple[int, int]]:
    """Return the ranges of the squares, those that follow each other as one."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(square.range for square in squares):
        if merged and merged[-1][1] + 1 == first:
            merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return merged


def _column_and_row(latitude: float, longitude: float) -> tuple[int, int]:
    column = int((longitude + 180) / 360 * SIDE)
    row = int((latitude + 90) / 180 * SIDE)
    return min(max(column, 0), SIDE - 1), min(max(row, 0), SIDE - 1)


def _interleave(x: int, y: int) -> int:
    return _spread(x) << 1 | _spread(y)


def _spread(number: int) -> int:
    """Return the number with a nought after each of its binary digits."""
    spread = 0
    for digit in range(HALVINGS):
        spread |= (number >> digit & 1) << 2 * digit
    return spread
