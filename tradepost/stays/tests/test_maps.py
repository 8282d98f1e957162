"""Maps of places: what is where, and what lies beside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradepost.stays.cells import Bounds, read_bounds
from tradepost.stays.maps import HEIGHT, PIN_HEIGHT, PIN_WIDTH, WIDTH, Spot, draw_map

degrees_east = st.floats(-180, 180, allow_nan=False)
degrees_north = st.floats(-80, 80, allow_nan=False)
anywhere = st.lists(st.tuples(degrees_north, degrees_east), min_size=1, max_size=12)


def spots(*coordinates: tuple[float, float]) -> list[Spot]:
    return [
        Spot(pk=number, latitude=latitude, longitude=longitude, text="9 USD", title="A house")
        for number, (latitude, longitude) in enumerate(coordinates)
    ]


def test_without_places_and_bounds_there_is_no_map():
    assert draw_map([]) is None


@given(anywhere)
def test_a_map_of_places_has_all_of_them_on_it(coordinates):
    drawn = draw_map(spots(*coordinates))

    assert len(drawn.pins) == len(coordinates)
    assert all(0 <= float(pin.x) <= WIDTH and 0 <= float(pin.y) <= HEIGHT for pin in drawn.pins)


@given(anywhere)
def test_texts_of_pins_cover_no_other_text_and_stay_on_the_map(coordinates):
    pins = [pin for pin in draw_map(spots(*coordinates)).pins if not pin.is_dot]

    corners = [(float(pin.left), float(pin.top)) for pin in pins]
    for number, (left, top) in enumerate(corners):
        assert 0 <= left <= WIDTH - PIN_WIDTH and 0 <= top <= HEIGHT - PIN_HEIGHT
        for other_left, other_top in corners[:number]:
            # texts are written to a tenth of a pixel
            is_beside = abs(left - other_left) > PIN_WIDTH - 0.2
            assert is_beside or abs(top - other_top) > PIN_HEIGHT - 0.2


@given(anywhere)
def test_every_way_leads_to_bounds_that_the_search_understands(coordinates):
    ways = draw_map(spots(*coordinates)).ways

    assert [read_bounds(bounds) for bounds in ways.values()]


def test_places_on_both_sides_of_the_date_line_are_near_each_other():
    drawn = draw_map(spots((-17, 179), (-17, -179)))

    assert drawn.frame.east - drawn.frame.west < 10


def test_what_lies_beside_the_bounds_has_no_pin():
    drawn = draw_map(spots((38.7, -9.1), (48.2, 16.4)), bounds=Bounds(-10, 38, -9, 39))

    assert [pin.spot.pk for pin in drawn.pins] == [0]


def test_nearer_and_further_are_half_and_twice_as_wide():
    drawn = draw_map([], bounds=Bounds(-10, 38, -9, 39))
    near, far = (read_bounds(drawn.ways[way]) for way in ("nearer", "further"))
    width = drawn.frame.east - drawn.frame.west

    assert near.east - near.west == pytest.approx(width / 2, abs=1e-4)
    assert far.east - far.west == pytest.approx(width * 2, abs=1e-4)


def test_lines_of_the_grid_are_named_by_their_side_of_the_world():
    drawn = draw_map([], bounds=Bounds(-1, -1, 1, 1))

    labels = [line.label for line in (*drawn.meridians, *drawn.parallels)]
    assert {"1° W", "0°", "1° E"} & set(labels)
    assert any(label.endswith("S") for label in labels)
