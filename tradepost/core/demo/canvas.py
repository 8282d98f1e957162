"""Flat shapes on a small stage. Places and lengths are pixels of the finished picture."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 800, 600
TABLE = 430  # where the wall ends
FINER = 2  # drawn so much larger: shrinking makes the edges smooth
Point = tuple[float, float]

PAPER, INK, GREEN, LEAF, MINT = "#f6f3ed", "#26302c", "#1f6650", "#4f8a5b", "#cfe3d8"
CLAY, RUST, SAND, CREAM, STONE = "#b8663f", "#8f3a12", "#e3cfa8", "#fbf6ea", "#9aa39c"
STEEL, BRASS, COPPER, SKY, ROSE = "#7b8a91", "#c9a24a", "#c1744a", "#bcd5e0", "#dba79b"
SHADE, WOOD, GLOW, NIGHT = "#00000022", "#c99a66", "#ffe9a8", "#33475b"


class Canvas:
    """A wall and a table to draw on."""

    finer: float = FINER  # of this canvas

    def __init__(self, *, wall: str, table: str = "#e9e0d0") -> None:
        self.image = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), wall)
        self.pen = ImageDraw.Draw(self.image, "RGBA")
        self.box(0, TABLE, WIDTH, HEIGHT, table)

    def box(
        self, left: float, top: float, right: float, bottom: float, colour: str, *, round: float = 0
    ) -> None:
        corners = [side * self.finer for side in (left, top, right, bottom)]
        self.pen.rounded_rectangle(corners, radius=round * self.finer, fill=colour)

    def oval(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """An ellipse around (x, y)."""
        sides = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        self.pen.ellipse([side * self.finer for side in sides], fill=colour)

    def shape(self, points: Sequence[Point], colour: str) -> None:
        self.pen.polygon([(x * self.finer, y * self.finer) for x, y in points], fill=colour)

    def line(self, points: Sequence[Point], colour: str, *, width: float) -> None:
        """A line through the points, with round ends."""
        places = [(x * self.finer, y * self.finer) for x, y in points]
        self.pen.line(places, fill=colour, width=int(width * self.finer), joint="curve")
        for x, y in points:
            self.oval(x, y, width, width, colour)

    def ring(self, x: float, y: float, width: float, height: float, colour: str, *, thick: float,
             start: float = 0, end: float = 360) -> None:  # fmt: skip
        """A part of an ellipse's line, in degrees clockwise from the right."""
        sides = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        corners = [side * self.finer for side in sides]
        self.pen.arc(corners, start, end, fill=colour, width=int(thick * self.finer))

    def shadow(self, x: float, y: float, width: float) -> None:
        """What an object of this width that stands at (x, y) throws on the table."""
        self.oval(x + width * 0.06, y, width * 1.15, width * 0.12, SHADE)

    def png(self) -> bytes:
        """Return the picture, packed loosely: who keeps it will pack it again."""
        content = BytesIO()
        small = self.image.reduce(FINER)
        small.save(content, "PNG", compress_level=1)  # house: allow W1 because it is no row
        return content.getvalue()
