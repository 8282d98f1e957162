"""The audit of stays names what somebody broke past all guards."""

from types import SimpleNamespace

import pytest

from tradepost.kit.audit import find_faults
from tradepost.kit.tests.audits import breaking
from tradepost.stays.tests.factories import make_property
from tradepost.stays.tests.stays_over import make_paid, make_stay, review, review_both

OF_REVIEWS = ["stays.ratings", "stays.reviews"]


@pytest.fixture
def scene(ann, bob):
    """A stay that both sides reviewed, one that is reviewed blind, and another place."""
    place, other = make_property(), make_property()
    read, blind = (make_paid(make_stay(place, guest)) for guest in (ann, bob))
    by_guest, by_host = review_both(read, 4)
    waiting = review(bob, blind, 2)
    return SimpleNamespace(
        place=place, other=other, read=read, blind=blind,
        by_guest=by_guest, by_host=by_host, waiting=waiting,
    )  # fmt: skip


@pytest.fixture
def bare(scene):
    """What breaks rows of the scene."""
    ids = {name: thing.pk for name, thing in vars(scene).items()}
    with breaking() as break_rows:
        yield lambda tables, sql: break_rows(tables, sql.format(**ids))


BOOKING, PROPERTY, REVIEW = "stays_booking", "stays_property", "stays_review"

# What is broken: the invariant, the tables that lose their guards, how, and what the audit names.
BREACHES = {
    "stars that nobody gave": (
        "stays.ratings", REVIEW,
        f"UPDATE {REVIEW} SET rating = 5 WHERE id = {{by_guest}}", "property {place}:",
    ),
    "a blind review that counts": (
        "stays.ratings", PROPERTY,
        f"UPDATE {PROPERTY} SET stars = 6, ratings_count = 2 WHERE id = {{place}}",
        "property {place}: counts 2 reviews with 6 stars; there are 1 with 4",
    ),
    "a review of a host that counts": (
        "stays.ratings", REVIEW,
        f"UPDATE {REVIEW} SET side = 'guest' WHERE id = {{by_host}}", "property {place}:",
    ),
    "a review of a stay that was canceled": (
        "stays.reviews", BOOKING,
        f"UPDATE {BOOKING} SET status = 'canceled' WHERE id = {{blind}}", "review {waiting}:",
    ),
    "a review before the end": (
        "stays.reviews", REVIEW,
        f"UPDATE {REVIEW} SET created_at = '2026-03-02 12:00:00' WHERE id = {{waiting}}",
        "review {waiting}:",
    ),
    "a review of another place": (
        "stays.reviews", REVIEW,
        f"UPDATE {REVIEW} SET property_id = {{other}} WHERE id = {{waiting}}",
        "review {waiting}: is of property {other}",
    ),
    "a guest's review by somebody else": (
        "stays.reviews", REVIEW,
        f"UPDATE {REVIEW} SET user_id = (SELECT host_id FROM {PROPERTY} WHERE id = {{place}})"
        " WHERE id = {waiting}", "review {waiting}: is the guest's",
    ),
    "one of two that is still blind": (
        "stays.reviews", REVIEW,
        f"UPDATE {REVIEW} SET released_at = NULL WHERE id = {{by_host}}", "booking {read}:",
    ),
    "two that both are blind": (
        "stays.reviews", REVIEW,
        f"UPDATE {REVIEW} SET released_at = NULL WHERE booking_id = {{read}}", "booking {read}:",
    ),
    "two that were released one after the other": (
        "stays.reviews", REVIEW,
        f"UPDATE {REVIEW} SET released_at = '2026-03-09 12:00:00' WHERE id = {{by_host}}",
        "booking {read}:",
    ),
}  # fmt: skip


def test_what_people_say_of_stays_keeps_everything(scene):
    assert find_faults() == []


@pytest.mark.parametrize(("name", "tables", "sql", "named"), BREACHES.values(), ids=BREACHES)
def test_a_breach_is_named(bare, scene, name, tables, sql, named):
    bare(tables, sql)

    faults = find_faults([name])

    expected = named.format(**{name: thing.pk for name, thing in vars(scene).items()})
    assert any(expected in fault for fault in faults), faults


def test_an_audit_takes_as_many_statements_for_any_number_of_rows(
    scene, charlie, django_assert_num_queries
):
    for _ in range(3):
        review_both(make_stay(scene.other, charlie))

    with django_assert_num_queries(5):  # a statement for each kind of fault
        find_faults(OF_REVIEWS)
