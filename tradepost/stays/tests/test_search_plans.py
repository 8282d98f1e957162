"""How the database goes about a search: by the map where few places lie on it, else in order."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tradepost.kit.http.keyset import Place
from tradepost.stays import found
from tradepost.stays.cells import Bounds, cell_of
from tradepost.stays.models import Block, Night, Property
from tradepost.stays.queries.wishes import Wish, question_of
from tradepost.stays.tests.factories import NOW, make_host

ON_POSTGRESQL = connection.vendor == "postgresql"
PLACES = 3000
VILLAGE = Bounds(9.9, 9.9, 10.1, 10.1)  # where every thirtieth is
WORLD = Bounds(-180, -90, 180, 90)
ORDERS = [("price", "id"), ("-price", "-id"), ("rating", "id"), ("-rating", "-id"), ("-id",)]

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor == "mysql",
        reason="which way MariaDB goes was not measured; what it finds is",
    ),
]


@pytest.fixture
def many_places(monkeypatch) -> None:
    """Places all over the world, each with a night in March that is taken."""
    monkeypatch.setattr(found, "FEW", 200)
    host, rows = make_host(), []
    for number in range(PLACES):
        latitude = 10 if number % 30 == 0 else (number * 7) % 170 - 85 + 0.5
        longitude = 10 if number % 30 == 0 else (number * 11) % 350 - 175 + 0.5
        rows.append(
            Property(
                host=host, status="published", name=f"House {number}", city="Bath",
                latitude=latitude, longitude=longitude, time_zone="Europe/London",
                cell=cell_of(latitude=latitude, longitude=longitude), ratings_count=9,
                price=Decimal(50 + number % 997), stars=number % 40, buffer_nights=number % 2,
            )
        )  # fmt: skip
    places = Property.objects.bulk_create(rows)
    start, end = date(2027, 3, 10), date(2027, 3, 11)
    blocks = Block.objects.bulk_create(
        Block(property=place, start_date=start, end_date=end) for place in places
    )
    Night.objects.bulk_create(
        Night(property=block.property, night=start, block=block) for block in blocks
    )
    if ON_POSTGRESQL:  # SQLite has to do without
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def plan_of(bounds: Bounds | None, keys: tuple[str, ...], **asked: object) -> str:
    """Return how the database finds the first page of a search with dates."""
    dates = {"start": date(2027, 3, 12), "end": date(2027, 3, 15)}
    wish = Wish(**dates, guests=2, bounds=bounds, **asked)
    with CaptureQueriesContext(connection) as queries:
        page = found.read_found(question_of(wish=wish, now=NOW), keys, Place(), size=20)
    assert len(page.rows) == 20
    [search] = [query["sql"] for query in queries if "buffer_nights" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'ANALYZE' if ON_POSTGRESQL else 'QUERY PLAN'} {search}")
        return "\n".join(str(row) for row in cursor.fetchall())


def index_of(key: str) -> str:
    """Return what SQLite or PostgreSQL say when they go through places in this order."""
    if key != "-id":
        return f"property_by_{key.lstrip('-')}"
    return "using stays_property_pkey" if ON_POSTGRESQL else "SCAN stays_property"


def sorts(plan: str) -> bool:
    return "Sort Key" in plan or "USE TEMP B-TREE" in plan


@pytest.mark.parametrize("keys", ORDERS)
def test_few_places_are_found_by_the_map(many_places, keys):
    plan = plan_of(VILLAGE, keys)

    assert "property_by_cell" in plan
    assert not any(f"property_by_{column}" in plan for column in ("price", "rating"))
    assert "Seq Scan" not in plan
    assert "SCAN stays_property" not in plan


@pytest.mark.parametrize("keys", ORDERS)
@pytest.mark.parametrize("bounds", [WORLD, None])
def test_many_places_are_walked_through_in_order(many_places, keys, bounds):
    plan = plan_of(bounds, keys)

    assert index_of(keys[0]) in plan
    assert "property_by_cell" not in plan
    assert not sorts(plan)
    assert "Seq Scan" not in plan
    assert "JIT" not in plan


@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite does not say how often")
@pytest.mark.parametrize("keys", ORDERS)
@pytest.mark.parametrize("bounds", [VILLAGE, WORLD])
def test_only_places_whose_turn_has_come_have_their_nights_looked_up(many_places, keys, bounds):
    plan = plan_of(bounds, keys)

    looks = re.findall(r"night_taken_once on stays_night .*loops=(\d+)", plan)
    assert looks == ["21"]  # a page, and one more to know of the next


@pytest.mark.parametrize("keys", ORDERS[:4])
def test_a_range_of_prices_does_not_change_the_way(many_places, keys):
    plan = plan_of(None, keys, min_price=Decimal(60), max_price=Decimal(900))

    assert index_of(keys[0]) in plan
    assert not sorts(plan)
