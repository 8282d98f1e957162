"""Where the bars of a chart stand.

Shares are per cent of its width or height, as text with a point: ready for the attributes of SVG
whatever the reader's language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WHOLE = Decimal(100)
OF_A_STEP = Decimal("0.8")  # the rest is the gap to the next bar
ROW = 44  # pixels: a line of text and a bar under it
TEXT_LINE, BAR_TOP = 16, 22


@dataclass(frozen=True)
class Column:
    """A bar that stands: ``start`` and ``width`` along the axis, ``top`` and ``height`` across."""

    start: str
    width: str
    top: str
    height: str


@dataclass(frozen=True)
class Row:
    """A bar that lies under its text: ``width`` is a share, the rest are pixels from the top."""

    width: str
    text_line: int
    bar_top: int


def stand_columns(values: Sequence[Decimal]) -> list[Column]:
    """Return a bar for each value (none below 0); the largest one is as high as the chart."""
    step = WHOLE / max(len(values), 1)
    return [
        Column(_text(step * place), _text(step * OF_A_STEP), _text(WHOLE - share), _text(share))
        for place, share in enumerate(_shares(values))
    ]


def lay_rows(values: Sequence[Decimal | int]) -> list[Row]:
    """Return a bar for each value (none below 0); the largest one is as wide as the chart."""
    return [
        Row(_text(share), place * ROW + TEXT_LINE, place * ROW + BAR_TOP)
        for place, share in enumerate(_shares(values))
    ]


def height_of(rows: Sequence[Row]) -> int:
    """Return how many pixels the rows need."""
    return len(rows) * ROW


def _shares(values: Sequence[Decimal | int]) -> list[Decimal]:
    largest = Decimal(max(values, default=0)) or Decimal(1)
    return [value * WHOLE / largest for value in values]


def _text(per_cent: Decimal) -> str:
    return f"{per_cent:.3f}"
