"""A picture for every product of the demo, drawn the same way every time."""

from collections.abc import Callable
from functools import partial

from tradepost.core.demo.canvas import (
    BRASS,
    CLAY,
    COPPER,
    CREAM,
    GLOW,
    GREEN,
    INK,
    LEAF,
    MINT,
    NIGHT,
    PAPER,
    ROSE,
    RUST,
    SAND,
    SHADE,
    SKY,
    STEEL,
    STONE,
    WOOD,
    Canvas,
)

Motif = Callable[[Canvas], None]


def leaf(on: Canvas, x: float, y: float, *, size: float, colour: str = LEAF) -> None:
    on.shape([(x, y), (x + size * 0.35, y - size * 0.5), (x, y - size)], colour)
    on.shape([(x, y), (x - size * 0.35, y - size * 0.5), (x, y - size)], colour)
    on.line([(x, y + size * 0.2), (x, y - size * 0.8)], GREEN, width=size * 0.04)


def packet(on: Canvas, *, body: str, mark: str) -> None:
    on.shadow(400, 515, 230)
    on.box(290, 175, 510, 515, body, round=10)
    on.box(290, 175, 510, 225, SHADE, round=10)
    on.box(325, 275, 475, 445, CREAM, round=75)
    leaf(on, 400, 410, size=105, colour=mark)
    on.box(345, 466, 455, 474, CREAM, round=4)


def cup(on: Canvas, *, glaze: str, rim: str) -> None:
    on.ring(520, 385, 150, 150, glaze, thick=26, start=250, end=110)
    on.shadow(400, 505, 240)
    on.box(280, 280, 520, 505, glaze, round=46)
    on.box(280, 280, 520, 330, glaze)
    on.oval(400, 282, 240, 54, rim)
    on.oval(400, 286, 204, 38, "#6b4226")
    for place in range(48):
        on.oval(296 + place * 89 % 209, 322 + place * 151 % 163, 7, 6, "#7a6a58")


def teapot(on: Canvas) -> None:
    on.ring(400, 300, 250, 260, WOOD, thick=18, start=190, end=350)
    on.shadow(400, 508, 300)
    on.shape([(520, 420), (640, 320), (668, 332), (545, 480)], GREEN)
    on.oval(400, 410, 310, 200, GREEN)
    on.oval(400, 330, 150, 44, LEAF)
    on.oval(400, 302, 38, 34, LEAF)
    on.oval(335, 380, 70, 40, "#ffffff22")


def bowl(on: Canvas) -> None:
    on.shadow(400, 505, 200)
    on.pen.pieslice([400, 420, 1200, 1000], 0, 180, fill=STONE)
    on.oval(400, 355, 400, 90, "#b9c0b6")
    on.oval(400, 360, 350, 66, "#d6d3c4")
    on.box(335, 490, 465, 508, "#848d86", round=8)


def jar(on: Canvas) -> None:
    on.shadow(400, 508, 230)
    on.box(285, 250, 515, 508, CLAY, round=110)
    on.oval(425, 345, 130, 120, RUST)
    on.oval(432, 360, 96, 74, CREAM)
    on.oval(400, 240, 60, 50, CLAY)


def vase(on: Canvas) -> None:
    for x, y, colour in [(310, 130, ROSE), (400, 90, BRASS), (490, 140, ROSE), (355, 185, CREAM)]:
        on.line([(400, 330), (x, y)], LEAF, width=6)
        for dx, dy in [(0, -22), (22, 0), (0, 22), (-22, 0)]:
            on.oval(x + dx, y + dy, 36, 36, colour)
        on.oval(x, y, 24, 24, RUST)
    on.shadow(400, 515, 160)
    on.shape([(355, 300), (445, 300), (480, 430), (450, 515), (350, 515), (320, 430)], CLAY)
    on.oval(400, 300, 92, 22, RUST)


def notebook(on: Canvas) -> None:
    on.shadow(400, 520, 280)
    on.box(270, 150, 530, 520, GREEN, round=14)
    on.box(296, 150, 530, 520, MINT, round=14)
    for row in range(9):
        for column in range(5):
            on.oval(340 + column * 38, 200 + row * 34, 6, 6, GREEN)
    on.box(492, 150, 504, 520, RUST)


def letters(on: Canvas) -> None:
    on.shadow(400, 510, 380)
    for step, colour in enumerate([SAND, CREAM, ROSE]):
        left, top = 190 + step * 34, 210 + step * 45
        on.box(left, top, left + 350, top + 205, colour, round=6)
        on.line([(left + 6, top + 8), (left + 175, top + 115), (left + 344, top + 8)], STONE,
                width=4)  # fmt: skip
    on.oval(433, 412, 46, 46, RUST)


def calendar(on: Canvas) -> None:
    on.box(270, 70, 530, 400, CREAM, round=8)
    on.box(270, 70, 530, 210, SKY, round=8)
    for row, colour in enumerate(["#86aebf", "#5f8fa5", NIGHT]):
        points = [(270 + step * 26, 160 + row * 20 + (8 if step % 2 else -8)) for step in range(11)]
        on.shape([*points, (530, 230), (270, 230)], colour)
    for place in range(28):
        x, y = 300 + place % 7 * 33, 258 + place // 7 * 34
        on.oval(x, y, 15, 15, RUST if place in (5, 19) else SAND)
    on.line([(400, 34), (330, 72)], INK, width=3)
    on.line([(400, 34), (470, 72)], INK, width=3)


def clips(on: Canvas) -> None:
    for step in range(5):
        x, y = 190 + step * 100, 190 + step * 53 % 120
        on.box(x, y, x + 60, y + 190, BRASS, round=30)
        on.box(x + 10, y + 10, x + 50, y + 180, "#efe6d4", round=20)
        on.box(x + 16, y + 45, x + 44, y + 165, BRASS, round=14)
        on.box(x + 25, y + 54, x + 35, y + 156, "#efe6d4", round=5)


def wrapping(on: Canvas) -> None:
    on.shadow(400, 515, 330)
    on.box(235, 210, 565, 515, MINT, round=8)
    for row in range(3):
        for column in range(4):
            leaf(on, 280 + column * 80, 300 + row * 95, size=62)
    on.box(380, 210, 420, 515, RUST)
    on.oval(365, 195, 90, 46, RUST)
    on.oval(435, 195, 90, 46, RUST)
    on.oval(400, 203, 36, 34, CLAY)


def trowel(on: Canvas) -> None:
    on.line([(250, 180), (370, 300)], WOOD, width=46)
    on.line([(370, 300), (420, 350)], STEEL, width=16)
    on.shape([(405, 395), (465, 335), (590, 440), (600, 530), (510, 520)], STEEL)
    on.line([(440, 370), (575, 505)], "#9fb0b8", width=8)


def watering_can(on: Canvas) -> None:
    on.ring(300, 360, 190, 210, COPPER, thick=20, start=110, end=300)
    on.ring(400, 270, 220, 190, COPPER, thick=18, start=180, end=360)
    on.shadow(400, 512, 280)
    on.line([(500, 440), (640, 250)], COPPER, width=26)
    on.oval(648, 240, 90, 46, "#a85c34")
    on.box(280, 280, 520, 512, COPPER, round=24)
    on.oval(400, 284, 240, 50, "#a85c34")
    on.box(300, 330, 322, 480, "#ffffff30", round=10)


def seeds(on: Canvas) -> None:
    on.shadow(400, 515, 240)
    on.box(285, 160, 515, 515, CREAM, round=6)
    on.box(285, 160, 515, 215, LEAF, round=6)
    for x, colour in [(330, ROSE), (400, BRASS), (470, ROSE)]:
        on.line([(x, 500), (x, 400)], LEAF, width=6)
        on.oval(x, 395, 46, 46, colour)
        on.oval(x, 395, 18, 18, RUST)
    on.oval(385, 275, 40, 50, "#dcecf3")
    on.oval(415, 275, 40, 50, "#dcecf3")
    on.oval(400, 300, 84, 52, BRASS)
    on.box(385, 276, 395, 324, INK)
    on.box(407, 276, 417, 324, INK)


def twine(on: Canvas) -> None:
    on.oval(400, 300, 210, 190, SAND)
    for step in range(7):
        on.ring(400, 300, 200 - step * 26, 180, WOOD, thick=4)
    on.line([(480, 350), (580, 440), (640, 500)], SAND, width=8)
    on.shadow(400, 512, 260)
    on.box(280, 330, 520, 512, LEAF, round=16)
    on.box(280, 330, 520, 356, GREEN, round=10)
    on.box(330, 395, 470, 465, CREAM, round=10)


def pots(on: Canvas) -> None:
    for x, size in [(240, 0.8), (560, 0.95), (400, 1.25)]:
        on.shadow(x, 512, 150 * size)
        top = 512 - 190 * size
        foot, rim = 60 * size, 88 * size
        on.shape([(x - rim, top), (x + rim, top), (x + foot, 512), (x - foot, 512)], CLAY)
        on.box(x - rim - 8, top - 14, x + rim + 8, top + 26 * size, RUST, round=8)
        leaf(on, x, top - 20, size=110 * size)


def reading_lamp(on: Canvas) -> None:
    on.shape([(520, 240), (300, 520), (700, 520)], "#ffe9a870")
    on.shadow(300, 516, 190)
    on.box(215, 496, 385, 516, INK, round=10)
    on.line([(300, 500), (260, 300), (440, 140)], INK, width=12)
    on.shape([(420, 120), (500, 110), (600, 240), (440, 260)], GREEN)
    on.oval(520, 250, 160, 34, GLOW)


def paper_moon(on: Canvas) -> None:
    on.line([(400, 0), (400, 110)], INK, width=4)
    on.oval(400, 270, 400, 390, "#fff3cf55")
    on.oval(400, 270, 310, 300, CREAM)
    for step in range(1, 5):
        on.ring(400, 270, 310 - step * 66, 300, SAND, thick=3)
    on.box(365, 116, 435, 130, WOOD, round=6)
    on.box(365, 410, 435, 424, WOOD, round=6)


def wall_light(on: Canvas) -> None:
    on.oval(400, 260, 460, 400, "#fff3cf60")
    on.oval(400, 260, 300, 250, GLOW)
    on.oval(400, 290, 270, 230, STONE)
    on.oval(360, 250, 90, 50, "#ffffff30")


def candles(on: Canvas) -> None:
    for x, top in [(330, 210), (470, 160)]:
        on.oval(x, top - 40, 120, 140, "#ffe9a855")
        on.oval(x, top - 36, 30, 56, "#f2a541")
        on.oval(x, top - 28, 16, 34, GLOW)
        on.line([(x, top), (x, top - 14)], INK, width=4)
        on.shadow(x, 512, 120)
        on.box(x - 32, top, x + 32, 500, "#e8bd5c", round=8)
        on.box(x - 60, 488, x + 60, 512, BRASS, round=10)


def storm_lantern(on: Canvas) -> None:
    on.ring(400, 190, 240, 240, STEEL, thick=8, start=180, end=360)
    on.shadow(400, 514, 220)
    on.oval(400, 350, 250, 250, "#ffe9a850")
    on.box(325, 240, 475, 470, "#dcecf3", round=60)
    on.oval(400, 380, 44, 86, "#f2a541")
    on.oval(400, 396, 24, 50, GLOW)
    on.shape([(340, 250), (460, 250), (430, 190), (370, 190)], RUST)
    on.box(295, 455, 505, 514, RUST, round=14)
    on.line([(300, 470), (300, 200)], STEEL, width=8)
    on.line([(500, 470), (500, 200)], STEEL, width=8)


def book(on: Canvas, *, cover: str, draw: Motif) -> None:
    on.shadow(400, 522, 290)
    on.box(262, 122, 540, 522, PAPER, round=6)
    on.box(255, 115, 525, 515, cover, round=8)
    on.box(255, 115, 283, 515, SHADE, round=8)
    on.box(325, 160, 480, 176, CREAM, round=6)
    on.box(350, 192, 455, 202, CREAM, round=5)
    draw(on)


def cups(on: Canvas) -> None:
    for place in range(9):
        x, y = 340 + place % 3 * 64, 290 + place // 3 * 70
        on.box(x - 20, y - 16, x + 20, y + 20, [CREAM, ROSE, SKY][place % 3], round=9)


def ship(on: Canvas) -> None:
    on.oval(405, 290, 90, 90, GLOW)
    on.shape([(320, 400), (490, 400), (465, 445), (345, 445)], RUST)
    on.box(392, 310, 418, 400, CREAM)
    on.box(300, 440, 510, 460, SKY, round=10)


def bird(on: Canvas) -> None:
    on.oval(405, 360, 130, 96, CLAY)
    on.oval(465, 320, 62, 58, CLAY)
    on.shape([(492, 312), (520, 324), (492, 334)], BRASS)
    on.shape([(350, 350), (290, 320), (340, 390)], RUST)
    on.oval(472, 314, 9, 9, INK)
    on.line([(300, 430), (500, 415)], WOOD, width=10)


def two_bowls(on: Canvas) -> None:
    on.oval(400, 330, 120, 60, SKY)
    on.oval(400, 420, 150, 76, ROSE)


def garden(on: Canvas) -> None:
    for x, size in [(345, 90), (405, 150), (465, 110)]:
        leaf(on, x, 460, size=size, colour=MINT)


WALLS = {"TEA": "#dfe9e0", "CER": "#ecdfd3", "PAP": "#e6e3ee", "GAR": "#dcebd6", "LAM": "#d9d3c8",
         "BOO": "#dde5ea"}  # fmt: skip
MOTIFS: dict[str, Motif] = {
    "TEA-001": partial(packet, body="#8a4b2f", mark=RUST),
    "TEA-002": partial(packet, body=LEAF, mark=LEAF),
    "TEA-003": partial(packet, body=BRASS, mark=WOOD),
    "TEA-004": partial(packet, body="#7fb8a0", mark=GREEN),
    "TEA-005": partial(packet, body=NIGHT, mark=STEEL),
    "CER-001": partial(cup, glaze="#e9ddc6", rim="#b99f7a"),
    "CER-002": teapot,
    "CER-003": bowl,
    "CER-004": jar,
    "CER-005": vase,
    "PAP-001": notebook,
    "PAP-002": letters,
    "PAP-003": calendar,
    "PAP-004": clips,
    "PAP-005": wrapping,
    "GAR-001": trowel,
    "GAR-002": watering_can,
    "GAR-003": seeds,
    "GAR-004": twine,
    "GAR-005": pots,
    "LAM-001": reading_lamp,
    "LAM-002": paper_moon,
    "LAM-003": wall_light,
    "LAM-004": candles,
    "LAM-005": storm_lantern,
    "BOO-001": partial(book, cover=GREEN, draw=garden),
    "BOO-002": partial(book, cover=NIGHT, draw=ship),
    "BOO-003": partial(book, cover=CLAY, draw=two_bowls),
    "BOO-004": partial(book, cover=RUST, draw=cups),
    "BOO-005": partial(book, cover="#6f8f7a", draw=bird),
}


def draw_product(*, sku: str) -> bytes:
    """Return the picture of a product of the demo, as a PNG of 800 by 600 pixels."""
    canvas = Canvas(wall=WALLS[sku[:3]])
    MOTIFS[sku](canvas)
    return canvas.png()
