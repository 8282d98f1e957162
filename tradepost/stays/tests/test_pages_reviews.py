"""Reviews of stays, on the pages of their bookings."""

import re

import pytest

from tradepost.stays.models import Review
from tradepost.stays.tests.factories import make_host, make_property
from tradepost.stays.tests.stays_over import AFTER, TIME_IS_UP, make_stay, review, review_both

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def afterwards(time_machine):
    time_machine.move_to(AFTER, tick=False)


@pytest.fixture
def stay(ann):
    return make_stay(make_property(make_host()), ann)


def page(client, who, stay) -> str:
    client.force_login(who)
    return re.sub(r"\s+", " ", client.get(f"/bookings/{stay.pk}/").content.decode())


def write(client, who, stay, **said):
    client.force_login(who)
    return client.post(f"/bookings/{stay.pk}/review/", {"rating": "4", **said})


def test_both_sides_write_blind_and_read_each_other_then(client, ann, stay):
    host = stay.property.host
    before = page(client, ann, stay)

    write(client, ann, stay, comment="Quiet nights")
    for_ann, for_host = page(client, ann, stay), page(client, host, stay)
    write(client, host, stay, comment="Left it tidy")
    ann_then, host_then = page(client, ann, stay), page(client, host, stay)

    assert "nobody reads what one side wrote before both have written" in before
    assert "not released yet" in for_ann
    assert "The other side has written already. Write yours to read it." in for_host
    assert "Quiet nights" not in for_host
    assert "Left it tidy" in ann_then
    assert "not released yet" not in ann_then
    assert "Quiet nights" in host_then


def test_a_review_with_a_mistake_is_shown_again(client, ann, stay):
    answer = write(client, ann, stay, rating="6", comment="Kept words")

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Stars: Select a valid choice" in text
    assert "Kept words" in text
    assert not Review.objects.exists()


def test_nobody_writes_twice_or_too_late(client, ann, stay, time_machine):
    review(ann, stay)

    again = write(client, ann, stay)
    time_machine.move_to(TIME_IS_UP, tick=False)
    late = write(client, stay.property.host, stay)

    assert again["Location"] == late["Location"] == f"/bookings/{stay.pk}/#reviews"
    assert Review.objects.count() == 1
    assert "How was it?" not in page(client, stay.property.host, stay)


def test_the_host_answers_what_the_guest_said(client, ann, stay):
    host = stay.property.host
    review_both(stay, comment="Quiet nights")

    client.force_login(host)
    client.post(f"/bookings/{stay.pk}/review/answer/", {"answer": "Come again"})
    empty = client.post(f"/bookings/{stay.pk}/review/answer/", {"answer": " "}, follow=True)
    client.force_login(ann)
    refused = client.post(f"/bookings/{stay.pk}/review/answer/", {"answer": "Mine"})

    assert "Please write an answer." in empty.content.decode()
    assert refused.status_code == 403
    assert "Come again" in page(client, ann, stay)
    assert "Answer something else" in page(client, host, stay)


def test_a_blind_review_is_not_answered(client, ann, stay):
    review(ann, stay)
    client.force_login(stay.property.host)

    answer = client.post(f"/bookings/{stay.pk}/review/answer/", {"answer": "Hm"})

    assert answer.status_code == 404
    assert Review.objects.get().answer == ""


def test_before_the_end_nothing_is_asked(client, ann, stay, time_machine):
    time_machine.move_to(stay.starts_at, tick=False)

    text = page(client, ann, stay)
    write(client, ann, stay)

    assert "Reviews of this stay" not in text
    assert not Review.objects.exists()
