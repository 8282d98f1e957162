"""Places as numbers: whatever lies in a piece of the map lies in its ranges, and not much else."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tradepost.stays.cells import MOST_RANGES, Bounds, cell_of, ranges_of

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)


def is_covered(cell: int, bounds: Bounds) -> bool:
    return any(first <= cell <= last for first, last in ranges_of(bounds))


@given(st.tuples(LATITUDES, LATITUDES), st.tuples(LONGITUDES, LONGITUDES), st.data())
def test_what_lies_within_is_covered(latitudes, longitudes, data):
    south, north = sorted(latitudes)
    west, east = sorted(longitudes)
    place = {
        "latitude": data.draw(st.floats(south, north)),
        "longitude": data.draw(st.floats(west, east)),
    }
    assert is_covered(cell_of(**place), Bounds(west, south, east, north))


@given(LATITUDES, LONGITUDES, st.floats(0, 5), st.floats(0, 5))
def test_there_are_few_ranges_in_order(latitude, longitude, height, width):
    ranges = ranges_of(
        Bounds(longitude, latitude, min(longitude + width, 180), min(latitude + height, 90))
    )
    assert 1 <= len(ranges) <= MOST_RANGES
    assert all(first <= last for first, last in ranges)
    assert all(a[1] < b[0] for a, b in pairwise(ranges))


def test_a_city_is_not_mistaken_for_a_country():
    los_angeles = Bounds(-118.67, 33.70, -118.15, 34.34)
    assert is_covered(cell_of(latitude=34.05, longitude=-118.25), los_angeles)
    assert not is_covered(cell_of(latitude=37.77, longitude=-122.42), los_angeles)
    cells = sum(last - first + 1 for first, last in ranges_of(los_angeles))
    exact = (0.52 / 360 * 2**24) * (0.64 / 180 * 2**24)
    assert cells < 2.5 * exact


def test_the_date_line_can_be_crossed():
    fiji = Bounds(177, -20, -178, -15)
    assert is_covered(cell_of(latitude=-17, longitude=179), fiji)
    assert is_covered(cell_of(latitude=-17, longitude=-179), fiji)
    assert not is_covered(cell_of(latitude=-17, longitude=0), fiji)


def test_the_corners_of_the_world_have_cells():
    world = Bounds(-180, -90, 180, 90)
    for latitude in (-90, 90):
        for longitude in (-180, 180):
            assert is_covered(cell_of(latitude=latitude, longitude=longitude), world)
