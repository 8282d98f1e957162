"""Reviews of stays as clients of the API meet them."""

from datetime import timedelta
from uuid import uuid4

import pytest

from conftest import make_user
from tradepost.accounts.actions.users import close_account
from tradepost.accounts.models import User
from tradepost.stays.actions.releases import release_due_reviews
from tradepost.stays.models import Booking, Property, Review
from tradepost.stays.tests.factories import make_host, make_property
from tradepost.stays.tests.stays_over import (
    AFTER,
    SECOND,
    TIME_IS_UP,
    make_stay,
    review,
    review_both,
)

GOOD = {"rating": 5, "comment": "Quiet"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def after_the_stay(time_machine) -> None:
    time_machine.move_to(AFTER, tick=False)


@pytest.fixture
def hanna(db) -> User:
    """Offers the place."""
    return make_host()


@pytest.fixture
def place(hanna) -> Property:
    return make_property(hanna)


@pytest.fixture
def stay(place, ann) -> Booking:
    """Ann's, at Hanna's place; it is over."""
    return make_stay(place, ann)


def reviews_of(place: Property) -> str:
    return f"/api/v1/properties/{place.pk}/reviews/"


def review_of(stay: Booking) -> str:
    return f"/api/v1/bookings/{stay.pk}/review/"


def about(guest: User) -> str:
    return f"/api/v1/users/{guest.pk}/stay-reviews/"


def iso(moment) -> str:
    return moment.isoformat().replace("+00:00", "Z")


# --- Of a stay ----------------------------------------------------------------------------------


def test_a_guest_reviews_the_place(api, stay, place, ann):
    answer = api(ann).post(review_of(stay), {**GOOD, "side": "host", "released_at": iso(AFTER)})

    assert answer.status_code == 201
    written = Review.objects.get()
    assert (written.user, written.property, written.side) == (ann, place, "guest")
    assert answer.json() == {
        "id": written.pk, "booking": stay.pk, "property": place.pk, "side": "guest", **GOOD,
        "created_at": iso(AFTER), "released_at": None, "answer": "", "answered_at": None,
    }  # fmt: skip
    assert answer["Location"] == f"http://testserver{review_of(stay)}"


def test_the_second_of_two_is_released_at_once(api, stay, place, ann, hanna):
    api(ann).post(review_of(stay), GOOD)

    answer = api(hanna).post(review_of(stay), {"rating": 3})

    assert (answer.status_code, answer.json()["side"]) == (201, "host")
    assert answer.json()["released_at"] == iso(AFTER)
    assert [row["rating"] for row in api().get(reviews_of(place)).json()["results"]] == [5]


def test_one_reads_ones_own_and_not_the_other_sides(
    api, stay, ann, hanna, django_assert_num_queries
):
    shown = api(ann).post(review_of(stay), GOOD).json()

    with django_assert_num_queries(1):  # the review
        again = api(ann).get(review_of(stay))

    assert again.json() == shown
    assert api(hanna).get(review_of(stay)).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [("rating", 0), ("rating", 6), ("rating", 4.5), ("rating", None), ("comment", "x" * 10_001)],
)
def test_a_bad_field_is_400_on_that_field(api, stay, ann, field, value):
    answer = api(ann).post(review_of(stay), {**GOOD, field: value}, "json")

    assert answer.status_code == 400
    assert set(answer.json()) == {field}
    assert not Review.objects.exists()


def test_stars_are_needed_and_words_are_not(api, stay, ann):
    missing = api(ann).post(review_of(stay), {"comment": "Quiet"})
    without = api(ann).post(review_of(stay), {"rating": 4})

    assert (missing.status_code, set(missing.json())) == (400, {"rating"})
    assert (without.status_code, without.json()["comment"]) == (201, "")


def test_a_second_review_is_409(api, stay, ann):
    api(ann).post(review_of(stay), GOOD)

    answer = api(ann).post(review_of(stay), {"rating": 1})

    assert (answer.status_code, answer.json()["code"]) == (409, "already_reviewed")
    assert Review.objects.get().rating == 5


def test_the_same_request_again_is_answered_the_same(api, stay, ann):
    key = {"Idempotency-Key": str(uuid4())}

    answers = [api(ann).post(review_of(stay), GOOD, headers=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize(
    ("moved", "code"),
    [(timedelta(hours=-2), "stay_not_over"), (timedelta(days=14), "reviews_over")],
)
def test_too_early_or_too_late_is_409(api, stay, ann, time_machine, moved, code):
    time_machine.move_to(AFTER + moved, tick=False)

    answer = api(ann).post(review_of(stay), GOOD)

    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert not Review.objects.exists()


def test_the_stay_of_others_is_not_there(api, stay, charlie):
    address = review_of(stay)

    for who, code in ((charlie, 404), (None, 401)):
        assert api(who).post(address, GOOD).status_code == code
        assert api(who).get(address).status_code == code
    for missing in ("999", "9" * 18):
        other = f"/api/v1/bookings/{missing}/review/"
        assert api(charlie).post(other, GOOD).json() == api(charlie).post(address, GOOD).json()


# --- Of a place ---------------------------------------------------------------------------------


def test_everybody_reads_what_guests_said(api, stay, place, hanna, django_assert_num_queries):
    by_guest, _ = review_both(stay, 5, comment="Quiet")

    with django_assert_num_queries(2):  # the place, the reviews with their authors
        shown = api().get(reviews_of(place))

    row = {
        "id": by_guest.pk, "author": "Ann", "rating": 5, "comment": "Quiet",
        "released_at": iso(AFTER), "answer": "", "answered_at": None,
    }  # fmt: skip
    assert shown.json() == {"next": None, "previous": None, "results": [row]}
    assert api().get(f"{reviews_of(place)}{by_guest.pk}/").json() == row


def test_a_list_takes_no_more_queries_for_more_reviews(api, place, django_assert_num_queries):
    for number in range(5):
        review_both(make_stay(place, make_user(f"guest{number}")))

    with django_assert_num_queries(2):  # the place, the reviews with their authors
        shown = api().get(reviews_of(place)).json()

    assert len(shown["results"]) == 5


def test_the_latest_released_come_first_page_by_page(api, place, ann):
    stays = [make_stay(place, ann) for _ in range(45)]
    Review.objects.bulk_create(
        Review(
            booking=stay, property=place, user=ann, side="guest", rating=number % 5 + 1,
            created_at=AFTER, released_at=AFTER - number // 3 * SECOND,
        )
        for number, stay in enumerate(stays)
    )  # fmt: skip

    pages = [api().get(reviews_of(place)).json()]
    while pages[-1]["next"]:
        pages.append(api().get(pages[-1]["next"]).json())

    shown = [row["id"] for page in pages for row in page["results"]]
    assert [len(page["results"]) for page in pages] == [20, 20, 5]
    assert shown == list(
        Review.objects.order_by("-released_at", "-id").values_list("pk", flat=True)
    )


def test_what_is_blind_is_nowhere_to_be_seen(api, stay, place, ann, hanna, charlie):
    written = review(ann, stay, 5, comment="Quiet")

    for who in (None, ann, hanna, charlie):
        assert api(who).get(reviews_of(place)).json()["results"] == []
        assert api(who).get(f"{reviews_of(place)}{written.pk}/").status_code == 404
    notified = b"".join(
        api(hanna).get(f"/api/v1/{page}/").content for page in ("feed", "notifications")
    )
    assert b"Quiet" not in notified
    assert b"stay_review.written" not in notified


def test_reviews_of_a_draft_are_seen_by_its_host_alone(api, stay, place, hanna, charlie):
    by_guest, _ = review_both(stay)
    Property.objects.update(status="draft")

    for who, code in ((None, 404), (charlie, 404), (hanna, 200)):
        assert api(who).get(reviews_of(place)).status_code == code
        assert api(who).get(f"{reviews_of(place)}{by_guest.pk}/").status_code == code


@pytest.mark.parametrize("missing", ["999", "x", "9" * 19])
def test_the_reviews_of_an_unknown_place_are_404(api, missing):
    assert api().get(f"/api/v1/properties/{missing}/reviews/").status_code == 404


def test_a_review_is_found_below_its_own_place_only(api, stay, hanna):
    by_guest, by_host = review_both(stay)
    other = make_property(hanna)

    for address in (
        f"{reviews_of(other)}{by_guest.pk}/", f"{reviews_of(stay.property)}{by_host.pk}/",
    ):  # fmt: skip
        assert api().get(address).status_code == 404
        assert api(hanna).put(f"{address}answer/", {"answer": "Thanks"}).status_code == 404


def test_who_has_left_is_named_no_more(api, stay, place, ann):
    review_both(stay, comment="Quiet")

    close_account(user=ann)

    [row] = api().get(reviews_of(place)).json()["results"]
    assert (row["author"], row["comment"], row["rating"]) == (None, "", 4)


# --- Answers ------------------------------------------------------------------------------------


def test_a_host_answers_a_review(api, stay, place, hanna):
    by_guest, _ = review_both(stay)
    address = f"{reviews_of(place)}{by_guest.pk}/"

    answer = api(hanna).put(f"{address}answer/", {"answer": "Thanks"})

    assert answer.status_code == 200
    assert (answer.json()["answer"], answer.json()["answered_at"]) == ("Thanks", iso(AFTER))
    assert api().get(address).json() == answer.json()


@pytest.mark.parametrize("text", ["", " ", "x" * 10_001])
def test_a_bad_answer_is_400(api, stay, place, hanna, text):
    by_guest, _ = review_both(stay)

    answer = api(hanna).put(f"{reviews_of(place)}{by_guest.pk}/answer/", {"answer": text})

    assert (answer.status_code, set(answer.json())) == (400, {"answer"})


# --- Of a guest ---------------------------------------------------------------------------------


def test_a_guest_and_hosts_to_come_read_what_hosts_said(
    api, stay, ann, hanna, django_assert_num_queries
):
    _, by_host = review_both(stay, comment="Tidy")
    otto = make_host("otto")
    make_stay(make_property(otto), ann)

    with django_assert_num_queries(2):  # whether a guest of theirs, the reviews with their authors
        shown = api(otto).get(about(ann)).json()

    row = {
        "id": by_host.pk, "author": "Hanna", "rating": 4, "comment": "Tidy",
        "released_at": iso(AFTER),
    }  # fmt: skip
    assert shown["results"] == [row]
    assert api(ann).get(about(ann)).json() == shown
    assert api(hanna).get(about(ann)).json() == shown


def test_what_a_host_said_blind_is_not_shown(api, stay, ann, hanna):
    review(hanna, stay)

    assert api(ann).get(about(ann)).json()["results"] == []
    assert api(hanna).get(about(ann)).json()["results"] == []
    release_due_reviews(now=TIME_IS_UP)
    assert len(api(ann).get(about(ann)).json()["results"]) == 1


def test_others_learn_nothing_of_a_guest(api, stay, ann, bob, charlie):
    review_both(stay)
    otto, vera = make_host("otto"), make_host("vera")
    make_stay(make_property(otto), bob)
    make_stay(make_property(vera), ann, status="canceled", canceled_at=AFTER)

    for who in (bob, charlie, otto, vera):
        assert api(who).get(about(ann)).status_code == 404
    assert api().get(about(ann)).status_code == 401


def test_holders_of_the_permission_read_of_everybody_that_there_is(api, stay, ann):
    review_both(stay)
    root = make_user("root", is_superuser=True)

    assert len(api(root).get(about(ann)).json()["results"]) == 1
    assert api(root).get(f"/api/v1/users/{uuid4()}/stay-reviews/").status_code == 404
