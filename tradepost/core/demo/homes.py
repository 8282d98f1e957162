"""Pictures of the demo's places to stay: each from outside and from within, drawn the same way
every time."""

from collections.abc import Callable
from dataclasses import dataclass

from tradepost.core.demo.scenery import (
    DAWN,
    DAY,
    DUSK,
    EVENING,
    HIGH,
    NIGHT,
    WIDE,
    Light,
    View,
)

Motif = Callable[[View], None]


def boathouse(on: View) -> None:
    on.sun(880, 330, 70)
    on.peak(330, 120, 520, "#5c6a94", snow="#e9dfe6")
    on.peak(700, 210, 520, "#4c5a85", snow="#dccfda")
    on.peak(80, 260, 520, "#49567f")
    on.water(510, sun_at=880)
    on.shape([(0, 590), (330, 560), (620, 612), (560, 680), (0, 720)], "#3b4757")
    for x in (250, 330, 410, 490, 570):
        on.box(x, 590, x + 12, 690, "#2e2a2e")
    on.box(190, 582, 640, 600, "#6a4a3d")
    on.house(410, 585, (340, 150), ("#a8443a", "#3d2f37"))
    for x in (300, 400):
        on.window(x, 505, 56, 62)
    on.door(505, 585, 108, "#f0e6d2")


def forest_cabin(on: View) -> None:
    on.sun(240, 210, 90)
    on.cloud(820, 150, 130)
    on.ridge(430, on.light.far, rough=60)
    on.ridge(520, "#7ba183", rough=36, shift=2)
    for step in range(14):
        on.pine(step * 97 % WIDE, 600 + step % 3 * 14, 210 + step % 4 * 46, "#4c7a5c")
    on.ridge(640, "#6f9a5f", rough=14, shift=4)
    for side in (-1, 1):
        on.shape([(640, 250), (640 + side * 250, 650), (640, 650)], "#7a4a33")
    on.shape([(640, 300), (500, 650), (780, 650)], "#c08a5b")
    on.window(640, 440, 74, 84)
    on.door(640, 650, 130, "#2f5f54")
    on.shape([(600, 650), (680, 650), (860, HIGH), (560, HIGH)], "#d9c59a")
    on.pine(150, 710, 400, "#2f5b47")
    on.pine(1080, 730, 460, "#2b5442")
    on.flowers(690, ["#f6efe0", "#e9b44c", "#d98880"])


def lighthouse(on: View) -> None:
    on.sun(300, 400, 80)
    on.cloud(760, 180, 150, "#ffd7c055")
    on.cloud(420, 110, 110, "#ffd7c044")
    on.water(520, sun_at=300)
    on.shape([(500, 640), (640, 540), (WIDE, 480), (WIDE, HIGH), (380, HIGH)], "#4d5a4a")
    on.shape([(460, HIGH), (640, 590), (WIDE, 560), (WIDE, HIGH)], "#5f7355")
    on.shape([(860, 540), (886, 190), (954, 190), (980, 540)], "#f4ede0")
    for top in (250, 370):
        on.shape([(880 - (top - 190) * 0.08, top), (960 + (top - 190) * 0.08, top),
                  (967 + (top - 190) * 0.08, top + 60), (873 - (top - 190) * 0.08, top + 60)],
                 "#b4473d")  # fmt: skip
    on.shape([(920, 160), (0, 60), (0, 250)], "#ffe9a822")
    on.box(890, 130, 950, 190, "#ffe9a8", round=6)
    on.shape([(880, 132), (920, 84), (960, 132)], "#8f3a2f")
    on.house(720, 585, (220, 105), ("#f4ede0", "#50566b"))
    on.window(665, 530, 40, 44)
    on.window(775, 530, 40, 44)
    on.door(720, 585, 78, "#b4473d")


def barge(on: View) -> None:
    on.sun(960, 150, 80)
    colours = ["#b86b4b", "#d9b382", "#8f4f45", "#c98e63", "#7d6a5c", "#d2a06f"]
    for step, colour in enumerate(colours):
        left, top = step * 205 - 20, 190 + step * 47 % 90
        on.box(left, top, left + 200, 520, colour)
        on.shape([(left, top), (left + 60, top - 60), (left + 140, top - 60), (left + 200, top)],
                 colour)  # fmt: skip
        for x, y in ((60, 90), (140, 90), (60, 190), (140, 190)):
            on.window(left + x, top + y, 34, 52)
    on.box(0, 505, WIDE, 540, "#8d8577")
    on.water(540)
    for x in (120, 1050):
        on.tree(x, 520, 260, "#6f9a5f")
    on.shape([(190, 560), (1010, 560), (950, 690), (250, 690)], "#2d4a56")
    on.box(190, 548, 1010, 566, "#e8dcc2", round=8)
    on.box(330, 470, 850, 550, "#c9964f", round=10)
    on.box(316, 456, 864, 478, "#7a3f36", round=8)
    for x in (400, 510, 620, 730):
        on.oval(x, 514, 48, 48, "#f6efe0")
        on.oval(x, 514, 36, 36, "#a9c7cf")
    for x in (880, 920, 960):
        on.box(x, 522, x + 30, 550, "#b8663f", round=4)
        on.oval(x + 15, 512, 38, 30, "#d98880")


def loft(on: View) -> None:
    on.sun(200, 190, 80)
    on.cloud(900, 130, 120)
    colours = ["#c9744f", "#e6c46a", "#7fa5a0", "#d98f7a", "#5f7f94", "#e9dcc0", "#b5584a"]
    for step, colour in enumerate(colours):
        left, top = step * 175 - 10, 170 + step * 61 % 100
        on.box(left, top, left + 172, 600, colour)
        on.shape([(left - 6, top + 4), (left + 86, top - 90), (left + 178, top + 4)], "#5d4038")
        for y in (70, 170, 270):
            for x in (50, 122):
                on.window(left + x, top + y, 34, 54)
        on.door(left + 86, 600, 76, "#3b4a52")
    on.box(0, 600, WIDE, 640, "#b9ad98")
    on.water(640)
    for x in (180, 830):
        on.shape([(x, 660), (x + 240, 660), (x + 205, 716), (x + 40, 716)], "#f4ede0")
        on.line([(x + 110, 660), (x + 110, 440)], "#6a4a3d", width=8)
        on.shape([(x + 118, 452), (x + 118, 640), (x + 215, 640)], "#fbf6ea")


def snow_hut(on: View) -> None:
    on.sun(930, 170, 64)
    on.peak(300, 90, 560, "#41557f", snow="#dfe6f3")
    on.peak(820, 180, 560, "#384b74", snow="#cfd9ea")
    on.ridge(560, "#8fa3c4", rough=26)
    for step in range(9):
        on.pine(60 + step * 139 % 1150, 640 + step % 2 * 20, 170 + step % 3 * 40, "#2d4359")
    on.ridge(640, "#cfd9ea", rough=20, shift=3)
    on.house(610, 670, (330, 150), ("#7a4f38", "#f2f5fb"))
    on.window(520, 590, 56, 60)
    on.window(690, 590, 56, 60)
    on.door(605, 670, 110, "#4f2f24")
    on.ridge(720, "#e9eef7", rough=12, shift=1)
    on.shape([(585, 690), (628, 690), (760, HIGH), (520, HIGH)], "#c3cfe3")


def dome(on: View) -> None:
    on.sun(210, 150, 56)
    for step, colour in enumerate(("#5fd3a930", "#7fe0c028", "#9a8fe024")):
        on.shape([(0, 160 + step * 60), (400, 60 + step * 50), (800, 190 + step * 40),
                  (WIDE, 70 + step * 60), (WIDE, 150 + step * 70), (800, 290 + step * 40),
                  (400, 150 + step * 50), (0, 280 + step * 60)], colour)  # fmt: skip
    on.ridge(520, on.light.far, rough=70)
    on.ridge(600, "#1c3348", rough=30, shift=2)
    on.oval(640, 640, 760, 560, "#ffdf911c")
    on.oval(640, 650, 460, 440, "#e8dcc2")
    on.oval(640, 650, 400, 380, "#ffdf91")
    for x in (540, 640, 740):
        on.line([(640, 430), (x, 660)], "#b79a6a", width=5)
    for y, half in ((520, 170), (590, 205)):
        on.line([(640 - half, y), (640 + half, y)], "#b79a6a", width=5)
    on.ridge(690, "#15283a", rough=10, shift=5)
    on.box(420, 660, 860, 684, "#5b4331", round=6)
    for x in (90, 210, 1000, 1120):
        on.pine(x, 720, 240 + x % 90, "#10202f")


def apricot_house(on: View) -> None:
    on.sun(950, 180, 90)
    on.cloud(330, 140, 120)
    on.ridge(430, on.light.far, rough=50, shift=1)
    on.ridge(540, "#8fb07a", rough=24, shift=3)
    on.house(600, 640, (520, 280), ("#f0b98a", "#a5543f"))
    for x in (430, 600, 770):
        on.window(x, 430, 60, 74)
    for x in (430, 770):
        on.window(x, 550, 60, 74)
        on.box(x - 50, 594, x + 50, 612, "#7a4a33", round=4)
        for flower in (-34, -12, 12, 34):
            on.oval(x + flower, 592, 24, 20, "#d9546a")
    on.door(600, 640, 140, "#4f7a6b")
    on.ridge(660, "#7fa35f", rough=10)
    on.tree(170, 690, 340, "#6b9a4f")
    on.tree(1060, 700, 380, "#5f8f4b")
    for x, y in ((110, 440), (220, 470), (170, 400), (1010, 410), (1120, 440), (1060, 370)):
        on.oval(x, y, 24, 24, "#f2a541")
    on.flowers(690, ["#f6efe0", "#f2a541", "#d9546a"])


def tiled_house(on: View) -> None:
    on.sun(250, 260, 84)
    for step, colour in enumerate(["#e9d8b8", "#f0c9a0", "#dfe6e3", "#f3e2c4", "#e6b89a"]):
        left, top = step * 260 - 60, 380 - step * 53 % 120
        on.box(left, top, left + 250, 700, colour)
        on.shape([(left - 10, top), (left + 125, top - 70), (left + 260, top)], "#b8593f")
        on.window(left + 70, top + 80, 34, 48)
        on.window(left + 180, top + 80, 34, 48)
    on.box(380, 240, 820, 690, "#dfe9f0")
    for row in range(9):
        for column in range(9):
            on.oval(405 + column * 49, 265 + row * 50, 26, 26, "#5f8fb8" if row % 2 else "#7fa9cc")
    on.shape([(360, 244), (600, 140), (840, 244)], "#b8593f")
    for x in (480, 720):
        on.window(x, 370, 70, 110)
        on.box(x - 58, 430, x + 58, 440, "#2f3b46")
        for bar in range(-50, 51, 20):
            on.line([(x + bar, 390), (x + bar, 434)], "#2f3b46", width=4)
    on.door(600, 690, 180, "#2f6b5b")
    on.box(0, 690, WIDE, HIGH, "#d8cbb4")
    for step in range(14):
        on.line([(step * 92, 690), (step * 92 - 60, HIGH)], "#c2b294", width=4)


def adobe(on: View) -> None:
    on.sun(880, 300, 120)
    on.ridge(450, "#b97a78", rough=44)
    on.ridge(540, "#a5624f", rough=26, shift=2)
    on.box(0, 600, WIDE, HIGH, "#d9a06b")
    on.box(300, 420, 860, 650, "#c9744f", round=26)
    on.box(520, 330, 860, 460, "#d68a5f", round=22)
    for x in range(340, 840, 70):
        on.oval(x, 452, 18, 18, "#6a3f2f")
    on.window(420, 530, 60, 66)
    on.window(760, 530, 60, 66)
    on.window(690, 392, 50, 50)
    on.door(590, 650, 140, "#2f8f9a")
    for x, size in ((150, 300), (1010, 360), (1130, 200)):
        on.line([(x, 680), (x, 680 - size)], "#4f7a55", width=40)
        on.line([(x - 70, 680 - size * 0.72), (x - 70, 680 - size * 0.45), (x, 680 - size * 0.45)],
                "#4f7a55", width=26)  # fmt: skip
        on.line([(x + 62, 680 - size * 0.85), (x + 62, 680 - size * 0.55), (x, 680 - size * 0.55)],
                "#4f7a55", width=24)  # fmt: skip
    on.ridge(730, "#c98a57", rough=8)


def tea_hill(on: View) -> None:
    on.sun(240, 230, 100)
    on.cloud(760, 170, 150)
    on.ridge(420, on.light.far, rough=64, shift=2)
    for step in range(6):
        on.ridge(500 + step * 52, ["#86ab7c", "#6f9a6a"][step % 2], rough=16, shift=step * 1.3)
    on.box(420, 430, 860, 610, "#f0e6d2")
    on.box(420, 560, 860, 610, "#6a4a3d")
    for x in range(440, 860, 84):
        on.box(x, 450, x + 64, 556, "#fbf6ea", round=2)
        on.line([(x + 32, 450), (x + 32, 556)], "#8a6a4f", width=4)
        on.line([(x, 502), (x + 64, 502)], "#8a6a4f", width=4)
    on.shape([(350, 440), (440, 340), (840, 340), (930, 440), (960, 424), (860, 300), (420, 300),
              (320, 424)], "#39424f")  # fmt: skip
    on.shape([(350, 440), (430, 320), (850, 320), (930, 440)], "#4a5563")
    on.tree(180, 640, 360, "#e6a3b0")
    on.tree(1040, 660, 300, "#f0b9c2")
    for step in range(24):
        on.oval(step * 151 % WIDE, 560 + step * 83 % 220, 12, 9, "#f3c3cb")
    on.ridge(750, "#5f8a5f", rough=8)


def dune_house(on: View) -> None:
    on.sun(320, 250, 84)
    on.cloud(860, 150, 140)
    on.water(430, sun_at=320)
    on.shape([(0, 560), (420, 500), (WIDE, 590), (WIDE, HIGH), (0, HIGH)], "#ecd9ae")
    for x in (640, 860):
        on.box(x - 90, 400, x + 90, 580, "#fbf6ea")
        on.shape([(x - 104, 404), (x, 310), (x + 104, 404)], "#7f9aa3")
        on.box(x - 104, 398, x + 104, 406, "#00000022")
    on.box(740, 460, 760, 580, "#e9dfcb")
    on.window(600, 480, 50, 60)
    on.window(860, 480, 60, 60)
    on.door(690, 580, 110, "#3f7f9a")
    on.shape([(0, 640), (380, 580), (800, 660), (WIDE, 610), (WIDE, HIGH), (0, HIGH)], "#e3c893")
    for step in range(40):
        x, y = step * 173 % WIDE, 640 + step * 59 % 150
        on.line([(x, y), (x + 12, y - 40)], "#8f9a5f", width=3)
        on.line([(x, y), (x - 9, y - 34)], "#a3a86b", width=3)


def room(on: View, colours: tuple[str, str, str]) -> None:
    """A room with a bed in these colours (wall, floor, blanket), and the sky in its window."""
    wall, floor, blanket = colours
    on.sun(370, 190, 66)
    on.ridge(330, on.light.far, rough=26)
    on.ridge(390, on.light.near, rough=18, shift=2)
    for left, top, right, bottom in ((0, 0, WIDE, 90), (0, 420, WIDE, 590), (0, 90, 240, 420),
                                     (720, 90, WIDE, 420)):  # fmt: skip
        on.box(left, top, right, bottom, wall)
    on.box(0, 590, WIDE, HIGH, floor)
    for y in range(620, HIGH, 46):
        on.line([(0, y), (WIDE, y)], "#00000014", width=3)
    for left, right in ((228, 252), (468, 492), (708, 732)):
        on.box(left, 84, right, 426, "#f6efe0")
    on.box(216, 78, 744, 98, "#f6efe0", round=4)
    on.box(204, 410, 756, 434, "#f6efe0", round=4)
    for side, inner in ((180, 262), (698, 780)):
        on.box(side, 70, inner, 560, blanket + "c0", round=14)
    _bed(on, blanket)
    _corner(on)


def _bed(on: View, blanket: str) -> None:
    on.box(560, 430, 590, 740, "#8a5f3f", round=10)
    on.box(575, 560, 1160, 700, "#f4ede0", round=26)
    on.box(740, 548, 1160, 706, blanket, round=26)
    on.box(740, 548, 800, 706, "#ffffff55", round=20)
    on.box(600, 506, 730, 590, "#fffdf9", round=28)
    on.box(575, 690, 1150, 720, "#8a5f3f", round=8)
    for x in (600, 1110):
        on.box(x, 716, x + 22, 756, "#6a4a33")


def _corner(on: View) -> None:
    """A lamp, a plant and a picture."""
    lit = on.light.is_dark or on.light is EVENING
    on.oval(960, 330, 420, 380, "#ffdf9148" if lit else "#ffffff18")
    on.line([(960, 0), (960, 240)], "#3b3430", width=5)
    on.shape([(910, 310), (1010, 310), (985, 236), (935, 236)], "#d98f4f")
    on.oval(960, 312, 92, 18, "#ffe9b0")
    on.box(90, 620, 170, 730, "#b8663f", round=12)
    for x, y in ((70, 470), (110, 430), (150, 440), (195, 490), (130, 520)):
        on.line([(130, 630), (x, y)], "#4f7a55", width=8)
        on.oval(x, y, 64, 84, "#5f8f63")
    on.box(1060, 400, 1150, 500, "#f6efe0", round=4)
    on.box(1072, 412, 1138, 488, "#c98e63")
    on.oval(1105, 440, 30, 30, "#f6e3b0")


@dataclass(frozen=True)
class Home:
    """How a place looks: from outside at an hour, and its room in some colours."""

    draw: Motif
    light: Light
    room: tuple[str, str, str]


HOMES: dict[str, Home] = {
    "boathouse": Home(boathouse, EVENING, ("#dfe3e6", "#b98f6a", "#7a3f3f")),
    "forest-cabin": Home(forest_cabin, DAY, ("#c99a6b", "#8a5f3f", "#4f7a5c")),
    "lighthouse": Home(lighthouse, EVENING, ("#eef0ea", "#b79a78", "#4f6a8a")),
    "barge": Home(barge, DAY, ("#d8c3a0", "#7a4f38", "#2d5a66")),
    "loft": Home(loft, DAY, ("#eae4da", "#c2a07a", "#c9744f")),
    "snow-hut": Home(snow_hut, DUSK, ("#a9744f", "#6f4a33", "#a8443a")),
    "dome": Home(dome, NIGHT, ("#d9cbb0", "#8a6a4f", "#3f6a80")),
    "apricot-house": Home(apricot_house, DAWN, ("#f6dcc0", "#b98f6a", "#d98f6a")),
    "tiled-house": Home(tiled_house, DAWN, ("#e3edf2", "#c9a27a", "#5f8fb8")),
    "adobe": Home(adobe, EVENING, ("#e6b48f", "#a5624f", "#2f8f9a")),
    "tea-hill": Home(tea_hill, DAWN, ("#efe6d2", "#b8a27a", "#6f8f6a")),
    "dune-house": Home(dune_house, DAY, ("#f6f3ea", "#d9c59a", "#7f9aa3")),
}


def draw_home(*, name: str) -> tuple[bytes, bytes]:
    """Return a place of the demo from outside and from within, as JPEGs of 960 by 640 pixels."""
    home = HOMES[name]
    outside, inside = View(home.light), View(home.light)
    home.draw(outside)
    room(inside, home.room)
    return outside.jpeg(), inside.jpeg()
