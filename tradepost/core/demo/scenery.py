"""What landscapes are made of. Places and lengths are those of a sheet of WIDE by HIGH."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from math import sin

from PIL import Image, ImageColor, ImageDraw

from tradepost.core.demo.canvas import FINER, Canvas

WIDE, HIGH = 1200, 800  # what is drawn on; the picture has four fifths of it
QUALITY = 88
WINDOW = "#ffdf91"
GLOW = "#ffdf9130"


@dataclass(frozen=True)
class Light:
    """An hour of the day: the sky from above to the horizon, the sun or the moon, what is far."""

    sky: tuple[str, str, str]
    sun: str
    far: str
    near: str
    water: str
    is_dark: bool = False


DAY = Light(("#7fb7d6", "#b9dbe6", "#f3efdc"), "#fff6d5", "#9dbdb4", "#5f8f6b", "#6fa9bd")
DAWN = Light(("#8fa9cf", "#e7b9b8", "#fbe3c0"), "#fff0cf", "#a5a3be", "#6d8a78", "#a6b3cc")
EVENING = Light(("#3f4f86", "#c9748a", "#f9b977"), "#ffe3a6", "#755f8c", "#434b5f", "#8f6f92")
DUSK = Light(
    ("#1d2b4f", "#44548a", "#c58a94"), "#f7ead0", "#3d4a73", "#26344a", "#3f5284", is_dark=True
)
NIGHT = Light(
    ("#0f1a33", "#1f3557", "#3f6a80"), "#f4f0dc", "#223a57", "#15263a", "#25476a", is_dark=True
)


class View(Canvas):
    """A sky to draw a landscape under."""

    finer = 1.6

    def __init__(self, light: Light) -> None:
        self.light = light
        self.image = _blend(light.sky).resize(
            (int(WIDE * self.finer), int(HIGH * self.finer)), Image.Resampling.NEAREST
        )
        self.pen = ImageDraw.Draw(self.image, "RGBA")
        if light.is_dark:
            self._stars()

    def jpeg(self) -> bytes:
        """Return the picture as a JPEG of 960 by 640 pixels."""
        content = BytesIO()
        small = self.image.reduce(FINER)
        small.save(content, "JPEG", quality=QUALITY)  # house: allow W1 because it is no row
        return content.getvalue()

    def sun(self, x: float, y: float, size: float) -> None:
        """The sun or the moon, with the air around it."""
        for wider in (3.4, 2.4, 1.6):
            self.oval(x, y, size * wider, size * wider, self.light.sun + "26")
        self.oval(x, y, size, size, self.light.sun)

    def cloud(self, x: float, y: float, size: float, colour: str = "#ffffff66") -> None:
        self.box(x - size, y, x + size, y + size * 0.26, colour, round=size * 0.13)
        self.box(x - size * 0.55, y - size * 0.2, x + size * 0.4, y + size * 0.08, colour,
                 round=size * 0.14)  # fmt: skip

    def ridge(self, top: float, colour: str, *, rough: float = 40, shift: float = 0) -> None:
        """Hills from one side to the other, down to the bottom."""
        crest = [
            (x, top - rough * (sin(x / 170 + shift) + 0.5 * sin(x / 71 + 2.1 * shift)))
            for x in range(0, WIDE + 20, 20)
        ]
        self.shape([(0, HIGH), *crest, (WIDE, HIGH)], colour)

    def peak(self, x: float, top: float, foot: float, colour: str, *, snow: str = "") -> None:
        """A mountain, half of it in the shade, with snow on it if that has a colour."""
        half = (foot - top) * 0.95
        self.shape([(x - half, foot), (x, top), (x + half, foot)], colour)
        self.shape([(x, top), (x + half, foot), (x + half * 0.12, foot)], "#00000018")
        if snow:
            cap = (foot - top) * 0.34
            left, right = x - half * 0.34, x + half * 0.34
            self.shape(
                [(left, top + cap), (x, top), (right, top + cap),
                 (x + half * 0.14, top + cap * 0.72), (x - half * 0.02, top + cap * 1.15),
                 (x - half * 0.16, top + cap * 0.78)],
                snow,
            )  # fmt: skip

    def water(self, top: float, *, sun_at: float | None = None) -> None:
        """Water down to the bottom, with the light of what stands over it."""
        self.box(0, top, WIDE, HIGH, self.light.water)
        for step in range(9):
            y = top + 14 + step * step * 5.2
            self.box(90 + step * 137 % 700, y, 330 + step * 137 % 700, y + 4, "#ffffff22", round=2)
            if sun_at is not None:
                half = 26 + step * 13
                self.box(
                    sun_at - half, y + 6, sun_at + half, y + 12, self.light.sun + "80", round=3
                )

    def pine(self, x: float, foot: float, size: float, colour: str) -> None:
        self.box(x - size * 0.04, foot - size * 0.2, x + size * 0.04, foot, "#4a3527")
        for step in range(3):
            top, half = foot - size * (1 - step * 0.22), size * (0.16 + step * 0.07)
            self.shape([(x - half, top + size * 0.42), (x, top), (x + half, top + size * 0.42)],
                       colour)  # fmt: skip

    def tree(self, x: float, foot: float, size: float, colour: str) -> None:
        self.box(x - size * 0.05, foot - size * 0.5, x + size * 0.05, foot, "#5b4331")
        for across, up in ((-0.2, 0.62), (0.2, 0.62), (0, 0.8)):
            self.oval(x + size * across, foot - size * up, size * 0.5, size * 0.46, colour)

    def window(self, x: float, y: float, width: float, height: float) -> None:
        """A window with its middle at (x, y), lit unless it is day."""
        lit = self.light in (EVENING, DUSK, NIGHT)
        if lit:
            self.oval(x, y, width * 2.6, height * 2.2, GLOW)
        left, top = x - width / 2, y - height / 2
        self.box(left - 4, top - 4, left + width + 4, top + height + 4, "#f6efe0", round=4)
        self.box(left, top, left + width, top + height, WINDOW if lit else "#a9c7cf", round=2)
        self.box(x - 2, top, x + 2, top + height, "#f6efe0")
        self.box(left, y - 2, left + width, y + 2, "#f6efe0")

    def door(self, x: float, foot: float, height: float, colour: str) -> None:
        half = height * 0.24
        self.box(x - half - 5, foot - height - 5, x + half + 5, foot, "#f6efe0", round=4)
        self.box(x - half, foot - height, x + half, foot, colour, round=3)
        self.oval(x + half * 0.6, foot - height * 0.45, 7, 7, "#f3d27a")

    def house(
        self, x: float, foot: float, size: tuple[float, float], colours: tuple[str, str]
    ) -> None:
        """Walls and a roof, with its middle at x; the roof is a third as high as the walls."""
        (width, height), (wall, roof) = size, colours
        left, right, top = x - width / 2, x + width / 2, foot - height
        self.box(left, top, right, foot, wall)
        self.box(left, top, left + width * 0.16, foot, "#00000012")
        self.shape(
            [(left - 24, top + 8), (left + width * 0.14, top - height * 0.5),
             (right - width * 0.14, top - height * 0.5), (right + 24, top + 8)],
            roof,
        )  # fmt: skip
        self.box(left - 24, top, right + 24, top + 10, "#00000030")
        chimney = right - width * 0.3
        self.box(chimney, top - height * 0.72, chimney + 30, top - height * 0.3, roof)

    def flowers(self, foot: float, colours: Sequence[str]) -> None:
        """A strip of meadow at the bottom."""
        for step in range(70):
            x, y = step * 211 % WIDE, foot + step * 67 % 110
            self.line([(x, y), (x + 3, y - 20)], "#3f6b47aa", width=3)
            self.oval(x + 3, y - 22, 11, 11, colours[step % len(colours)])

    def _stars(self) -> None:
        for step in range(60):
            size = 2 + step % 3
            self.oval(step * 373 % WIDE, step * 151 % 380, size, size, "#ffffffb0")


@cache
def _blend(sky: tuple[str, str, str]) -> Image.Image:
    """Return a strip, one pixel wide, from the first colour over the second to the last."""
    top, middle, bottom = (ImageColor.getrgb(colour) for colour in sky)
    half = HIGH // 2
    strip = Image.new("RGB", (1, HIGH))
    for y in range(HIGH):
        first, last = (top, middle) if y < half else (middle, bottom)
        share = (y % half) / half
        strip.putpixel((0, y), tuple(
            round(a + (b - a) * share) for a, b in zip(first, last, strict=True)
        ))  # fmt: skip
    return strip
