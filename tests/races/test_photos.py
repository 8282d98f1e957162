"""Photos of a place stay numbered from 1 to 20 at most, whoever sends and moves them at once."""

from functools import partial

import httpx
import pytest

from tests.races.conftest import signed_in, statuses
from tradepost.kit.tests.pictures import picture_bytes
from tradepost.stays.models import Property
from tradepost.stays.tests.factories import make_photo, make_property

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

PICTURE = picture_bytes()


def photos_of(place: Property) -> str:
    return f"properties/{place.pk}/photos/"


def add(client: httpx.Client, *, place: Property, headers: dict[str, str]) -> httpx.Response:
    return client.post(photos_of(place), files={"image": ("a.jpg", PICTURE)}, headers=headers)


def delete(
    client: httpx.Client, *, place: Property, pk: int, headers: dict[str, str]
) -> httpx.Response:
    return client.delete(f"{photos_of(place)}{pk}/", headers=headers)


def order(
    client: httpx.Client, *, place: Property, pks: list[int], headers: dict[str, str]
) -> httpx.Response:
    return client.put(f"{photos_of(place)}order/", json={"photos": pks}, headers=headers)


def positions(place: Property) -> list[int]:
    return list(place.photos.order_by("position").values_list("position", flat=True))


def test_of_six_photos_at_once_two_are_the_last_of_twenty(crowd, db):
    place = make_property()
    for _ in range(18):
        make_photo(place)

    answers = crowd.at_once(*[partial(add, place=place, headers=signed_in(place.host))] * 6)

    assert statuses(answers) == [201, 201, 409, 409, 409, 409]
    assert positions(place) == list(range(1, 21))


@pytest.mark.parametrize("turn", range(3))
def test_photos_that_come_go_and_move_at_once_are_numbered_without_gaps(crowd, db, turn):
    place = make_property()
    pks = [make_photo(place).pk for _ in range(6)]
    with_key = {"place": place, "headers": signed_in(place.host)}

    answers = crowd.at_once(
        *(partial(delete, pk=pk, **with_key) for pk in pks[:3]),
        partial(delete, pk=pks[0], **with_key),
        *[partial(add, **with_key)] * 2,
        *[partial(order, pks=pks[::-1], **with_key)] * 2,
    )

    gone, moved = answers[:4], answers[6:]
    assert statuses(gone) == [204, 204, 204, 404]
    assert statuses(answers[4:6]) == [201, 201]
    assert set(statuses(moved)) <= {200, 409}
    assert positions(place) == [1, 2, 3, 4, 5]
