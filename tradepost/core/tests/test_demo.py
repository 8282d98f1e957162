import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from tradepost.accounts.models import User
from tradepost.core.actions import demo, demo_stays
from tradepost.core.actions.demo import CATALOGUE, DemoSummary, make_demo_data
from tradepost.core.demo.homes import HOMES, draw_home
from tradepost.core.demo.pictures import MOTIFS, draw_product
from tradepost.kit.audit import find_faults
from tradepost.kit.models import Job
from tradepost.likes.models import LikedItem
from tradepost.messaging.models import Message
from tradepost.messaging.queries.conversations import list_conversations
from tradepost.notifications.models import Notification
from tradepost.payments.models import Payment, Refund
from tradepost.stays.models import Block, Booking, Photo, Property, Season
from tradepost.stays.models import Review as StayReview
from tradepost.stays.queries.bookings import with_details
from tradepost.stays.steps import step_of
from tradepost.store.models import (
    Collection,
    Order,
    Product,
    ProductImage,
    Promotion,
    Review,
)
from tradepost.store.queries import has_bought, list_shop_desk
from tradepost.tags.models import TaggedItem


@pytest.fixture(autouse=True)
def folder_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def only_one_picture(monkeypatch):
    """Drawing takes a second; most tests look at something else."""
    monkeypatch.setattr(demo, "MOTIFS", {"TEA-001": MOTIFS["TEA-001"]})
    monkeypatch.setattr(demo_stays, "HOMES", {})


@pytest.fixture
def all_pictures(monkeypatch, only_one_picture):
    monkeypatch.setattr(demo, "MOTIFS", MOTIFS)
    monkeypatch.setattr(demo_stays, "HOMES", HOMES)


def counts():
    models = [
        User, Collection, Product, ProductImage, Promotion, Review, TaggedItem, LikedItem, Order,
        Message, Property, Photo, Season, Block, Booking,
    ]  # fmt: skip
    return {model.__name__: model.objects.count() for model in models}


def test_an_empty_database_becomes_a_small_shop(db, all_pictures):
    summary = make_demo_data(password="x-y-z-123")

    assert summary == DemoSummary(
        made=True, people=7, products=30, orders=5, messages=13, places=13, stays=17
    )
    assert counts() == {
        "User": 7,
        "Collection": 6,
        "Product": 30,
        "ProductImage": 30,
        "Promotion": 2,
        "Review": 44,
        "TaggedItem": 82,
        "LikedItem": 12,
        "Order": 5,
        "Message": 60,  # with what the house says in those of stays
        "Property": 13,
        "Photo": 24,
        "Season": 10,
        "Block": 8,
        "Booking": 17,
    }


def test_every_product_of_the_demo_is_good(db):
    rows = json.loads(CATALOGUE.read_text(encoding="utf-8"))

    make_demo_data(password="x-y-z-123")

    assert Product.objects.count() == len(rows)
    assert not Product.objects.filter(description="").exists()
    assert Product.objects.filter(inventory=0).count() == 1


def test_the_three_logins_work_and_have_their_roles(db, api):
    make_demo_data(password="x-y-z-123")

    tokens = {
        name: api()
        .post(reverse("jwt-create"), {"username": name, "password": "x-y-z-123"})
        .status_code
        for name in ("guest", "host", "admin")
    }

    roles = dict(User.objects.values_list("username", "role"))
    assert tokens == {"guest": 200, "host": 200, "admin": 200}
    assert (roles["guest"], roles["host"], roles["admin"]) == ("guest", "host", "admin")
    assert User.objects.get(is_superuser=True).username == "admin"


def test_the_host_answers_for_the_shop(db):
    make_demo_data(password="x-y-z-123")

    assert list_shop_desk() == [User.objects.get(username="host")]


def test_a_receipt_is_queued_for_every_order(db):
    make_demo_data(password="x-y-z-123")

    jobs = Job.objects.filter(name="store.send_receipt")
    assert {job.arguments["order_id"] for job in jobs} == set(
        Order.objects.values_list("pk", flat=True)
    )


def test_orders_are_in_all_states(db):
    make_demo_data(password="x-y-z-123")

    orders = Order.objects.order_by("pk")
    states = [(order.payment_status, order.canceled_at is not None) for order in orders]
    assert states == [("C", False), ("P", True), ("C", False), ("F", False), ("P", False)]


def test_some_products_cost_less_and_one_promotion_will_end(db):
    make_demo_data(password="x-y-z-123")

    cheaper = Product.objects.filter(discount__gt=0).order_by("sku")
    assert [(product.sku, str(product.price)) for product in cheaper] == [
        ("BOO-002", "14.80"),
        ("BOO-003", "16.80"),
        ("CER-002", "49.30"),
        ("TEA-002", "14.37"),
        ("TEA-003", "5.27"),
    ]
    assert Promotion.objects.filter(ends_at__gt=timezone.now()).count() == 1


def test_reviews_by_people_of_the_demo_are_of_what_they_bought(db):
    make_demo_data(password="x-y-z-123")

    written = Review.objects.exclude(author=None)
    assert written.count() == 3
    assert all(has_bought(user=review.author, product_id=review.product_id) for review in written)


def test_every_product_has_a_picture_of_its_own():
    rows = json.loads(CATALOGUE.read_text(encoding="utf-8"))

    pictures = {row["sku"]: draw_product(sku=row["sku"]) for row in rows}

    assert pictures.keys() == MOTIFS.keys()
    assert len(set(pictures.values())) == 30
    assert draw_product(sku="TEA-001") == pictures["TEA-001"]


def test_pictures_pass_what_uploads_must_pass(db, all_pictures):
    make_demo_data(password="x-y-z-123")

    for image in ProductImage.objects.all():
        image.full_clean()
        assert (image.width, image.height) == (800, 600)
        assert image.image.size < 40_000


def test_the_guest_has_one_unread_message_from_the_shop(db):
    make_demo_data(password="x-y-z-123")

    guest = User.objects.get(username="guest")
    talks = list_conversations(user=guest).rows
    unread = [(talk.kind, talk.unread_count) for talk in talks if talk.unread_count]
    assert unread == [("subject", 1)]
    assert {talk.kind for talk in talks} == {"subject", "direct", "group"}


def test_the_friends_have_read_everything(db):
    make_demo_data(password="x-y-z-123")

    ines = User.objects.get(username="ines")
    talks = list_conversations(user=ines).rows
    unread = {talk.kind: talk.unread_count for talk in talks}
    assert unread == {"direct": 0, "group": 2, "subject": 0}


def test_the_group_has_something_of_everything(db):
    make_demo_data(password="x-y-z-123")

    said = Message.objects.filter(conversation__kind="group").order_by("seq")
    first, *_, changed, last = said
    assert [message.depth for message in said] == [0, 1, 2, 1, 2]
    assert first.attachments.get().name == "the-pot.png"
    assert [r.emoji for r in first.reactions.all()] == ["🎉", "🎉"]
    assert changed.history.get().body == "I can be there at five."
    assert [mention.user.username for mention in last.mentions.all()] == ["jonas"]


# --- Places to stay ------------------------------------------------------------------------------


def test_three_hosts_offer_places_all_over_the_world(db):
    make_demo_data(password="x-y-z-123")

    published = Property.objects.public()
    assert sorted(published.values_list("host__username", flat=True)) == (
        ["host"] * 4 + ["lena"] * 4 + ["mateo"] * 4
    )
    assert len(set(published.values_list("city", flat=True))) == 12
    assert len(set(published.values_list("time_zone", flat=True))) == 12
    assert Property.objects.filter(status=Property.Status.DRAFT).count() == 1
    assert not published.filter(amenities=None).exists()


def test_places_pass_what_hosts_fill_in_must_pass(db):
    make_demo_data(password="x-y-z-123")

    for place in Property.objects.all():
        place.full_clean()


def test_every_published_place_has_two_pictures_of_its_own(db, all_pictures):
    make_demo_data(password="x-y-z-123")

    for place in Property.objects.public():
        assert [(photo.width, photo.height) for photo in place.photos.all()] == [(960, 640)] * 2
        assert all(photo.caption and photo.image.size < 120_000 for photo in place.photos.all())
    drawn = {picture for name in HOMES for picture in draw_home(name=name)}
    assert len(drawn) == 24


def test_stays_are_in_all_states(db):
    make_demo_data(password="x-y-z-123")

    now = timezone.now()
    steps = {
        step_of(stay, reader=stay.user, now=now) for stay in with_details(Booking.objects.all())
    }
    assert steps == {
        "await_answer", "pay", "arrive", "stay", "over", "canceled", "declined", "expired",
    }  # fmt: skip


def test_what_is_confirmed_is_paid_and_what_was_canceled_is_given_back(db):
    make_demo_data(password="x-y-z-123")

    for stay in Booking.objects.filter(status=Booking.Status.CONFIRMED):
        assert [payment.captured for payment in stay.payments.all()] == [stay.total]
    canceled = Booking.objects.get(canceled_at__isnull=False, confirmed_at__isnull=False)
    payment = canceled.payments.get()
    assert payment.refunded == payment.captured == canceled.total
    assert Refund.objects.get().payment == payment


def test_a_stay_that_is_over_was_reviewed_by_both_but_one(db):
    make_demo_data(password="x-y-z-123")

    over = Booking.objects.exclude(completed_at=None)
    sides = [sorted(stay.reviews.values_list("side", flat=True)) for stay in over]
    assert sorted(sides) == [["guest", "host"]] * 7 + [["host"]]
    assert StayReview.objects.filter(released_at=None).count() == 1


def test_the_host_has_requests_to_answer_and_a_question_to_read(db):
    make_demo_data(password="x-y-z-123")

    host = User.objects.get(username="host")
    waiting = Booking.objects.filter(property__host=host, status=Booking.Status.PENDING)
    assert waiting.filter(accepted_at=None).count() == 2
    unread = [talk for talk in list_conversations(user=host).rows if talk.unread_count == 1]
    assert "Boathouse over the Fjord" in {talk.title for talk in unread}


def test_nobody_gets_mails_about_stays_of_long_ago(db):
    make_demo_data(password="x-y-z-123")

    mailed = Job.objects.filter(name="stays.send_news").count()
    unread = Notification.objects.filter(read_at=None, kind__startswith="booking.")
    assert mailed == 4  # three were asked for, one of them accepted
    assert unread.count() == 4


def test_nobody_has_booked_where_payments_are_real(db, settings):
    settings.PAYMENT_PROVIDERS = ["stripe"]

    summary = make_demo_data(password="x-y-z-123")

    assert (summary.places, summary.stays) == (13, 0)
    assert not Booking.objects.exists()
    assert not Payment.objects.exists()


def test_the_demo_breaks_no_invariant(db):
    make_demo_data(password="x-y-z-123")

    assert find_faults() == []


def test_a_second_call_changes_nothing(db):
    make_demo_data(password="x-y-z-123")
    before = counts()

    again = make_demo_data(password="other")

    assert again == DemoSummary(made=False)
    assert counts() == before
    assert User.objects.get(username="guest").check_password("x-y-z-123")


def test_nothing_is_made_where_somebody_is(ann):
    assert make_demo_data(password="x-y-z-123") == DemoSummary(made=False)
    assert not Product.objects.exists()


def test_the_command_says_what_it_made_and_who_can_sign_in(db):
    out = StringIO()

    call_command("make_demo", password="x-y-z-123", stdout=out)

    assert out.getvalue().splitlines() == [
        "Making the demo data ...",
        "30 products, 7 people, 5 orders, 13 messages, 13 places to stay, 17 stays.",
        "guest, host and admin sign in with the password x-y-z-123",
    ]


def test_the_command_says_when_there_is_nothing_to_do(ann):
    out = StringIO()

    call_command("make_demo", stdout=out)

    assert "There are people already: nothing was changed.\n" in out.getvalue()
