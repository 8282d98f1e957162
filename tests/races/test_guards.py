"""The races are real: each guard is taken out, and what it prevents happens.

Every test here holds two threads at the moment between reading and writing. With the guard in
place they cannot both get there; without it they do, and the last line of defence, a constraint,
has to refuse one of them with an error that is no answer for a customer.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError, Event
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, connections
from django.utils import timezone

from conftest import make_user
from tradepost.accounts.models import User
from tradepost.feed.actions import publishing
from tradepost.feed.models import FeedHead, Pointer
from tradepost.kit.prepared import Prepared, PreparedIn
from tradepost.messaging.actions import messages as sending
from tradepost.messaging.actions import places
from tradepost.messaging.errors import ClientIdReused
from tradepost.messaging.models import Conversation, Message
from tradepost.messaging.tests.factories import make_conversation, say
from tradepost.stays.actions import photos
from tradepost.stays.models import Photo, Property
from tradepost.stays.tests.factories import make_photo, make_property
from tradepost.store.actions import carts, order_changes, orders, stock
from tradepost.store.actions.order_changes import cancel_order
from tradepost.store.actions.orders import place_order
from tradepost.store.errors import CartAlreadyOrdered, NoSuchCart, OrderNotOpen, OutOfStock
from tradepost.store.models import Cart, Order, Product
from tradepost.store.tests.factories import make_cart, make_order, make_product

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor == "sqlite",
        reason="SQLite has one writer at a time; the guard there is BEGIN IMMEDIATE",
    ),
]

LONG_ENOUGH_SECONDS = 2  # for threads that a lock keeps apart
FOR_SURE_SECONDS = 20  # for threads that nothing keeps apart, on a busy machine


class Meeting:
    """Where two threads wait for each other, for a while; knows whether they met."""

    def __init__(self, seconds: float) -> None:
        self._barrier = Barrier(2)
        self._seconds = seconds
        self.met = False

    def wait(self) -> None:
        try:
            self._barrier.wait(self._seconds)
            self.met = True
        except BrokenBarrierError:
            return


@pytest.fixture
def meeting() -> Meeting:
    return Meeting(LONG_ENOUGH_SECONDS)


@pytest.fixture
def sure_meeting() -> Meeting:
    return Meeting(FOR_SURE_SECONDS)


def both(first: Callable[[], object], second: Callable[[], object]) -> list[object]:
    """Run two deeds in threads of their own; return what each gave or raised."""

    def run(deed: Callable[[], object]) -> object:
        try:
            return deed()
        except Exception as error:  # noqa: BLE001 - what was raised is what is looked at
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, (first, second)))


def began_again(made: type) -> list[set[type]]:
    """The kinds of outcomes where whoever lost a deadlock began again, for databases that do so."""
    return [{made}] if connection.vendor == "mysql" else []


def meet_before(monkeypatch, module, name: str, meeting: Meeting) -> None:
    """Let both threads meet just before ``module.name`` runs."""
    original = getattr(module, name)

    def wait_and_go_on(*args, **kwargs):
        meeting.wait()
        return original(*args, **kwargs)

    monkeypatch.setattr(module, name, wait_and_go_on)


def meet_after(monkeypatch, module, name: str, meeting: Meeting) -> None:
    """Let both threads meet just after ``module.name`` has run."""
    original = getattr(module, name)

    def go_on_and_wait(*args, **kwargs):
        given = original(*args, **kwargs)
        meeting.wait()
        return given

    monkeypatch.setattr(module, name, go_on_and_wait)


def without_row_locks(monkeypatch, *models) -> None:
    for model in models:
        queryset = model.objects.none().__class__
        monkeypatch.setattr(queryset, "select_for_update", lambda rows, **options: rows.all())


def kinds_of(outcomes: list[object]) -> set[type]:
    return {type(outcome) for outcome in outcomes}


@pytest.fixture
def two_checkouts(ann):
    tea = make_product(inventory=10)
    cart = make_cart({tea: 1})

    def checkout() -> Order:
        return place_order(buyer=ann, cart_id=cart.pk)

    return checkout, checkout


def test_the_carts_lock_keeps_two_checkouts_apart(monkeypatch, meeting, two_checkouts):
    meet_before(monkeypatch, orders, "take_stock", meeting)

    outcomes = both(*two_checkouts)

    assert not meeting.met
    assert kinds_of(outcomes) == {Order, CartAlreadyOrdered}


def test_without_the_carts_lock_both_get_through_to_the_constraint(
    monkeypatch, sure_meeting, two_checkouts
):
    meet_before(monkeypatch, orders, "take_stock", sure_meeting)
    monkeypatch.setattr(orders, "lock_cart", lambda pk, user: Cart.objects.get(pk=pk))

    outcomes = both(*two_checkouts)

    assert sure_meeting.met
    assert kinds_of(outcomes) == {Order, IntegrityError}


@pytest.fixture
def two_buyers_of_the_last_one(ann, bob):
    lamp = make_product(inventory=1)

    def buy(buyer):
        cart = make_cart({lamp: 1})
        return lambda: place_order(buyer=buyer, cart_id=cart.pk)

    return buy(ann), buy(bob)


def test_the_products_lock_keeps_two_buyers_of_the_last_one_apart(
    monkeypatch, meeting, two_buyers_of_the_last_one
):
    meet_before(monkeypatch, stock, "raise_stamp", meeting)

    outcomes = both(*two_buyers_of_the_last_one)

    assert not meeting.met
    assert kinds_of(outcomes) == {Order, OutOfStock}
    assert Product.objects.get().inventory == 0


def test_without_the_products_lock_the_constraint_must_refuse_one(
    monkeypatch, sure_meeting, two_buyers_of_the_last_one
):
    without_row_locks(monkeypatch, Product)
    monkeypatch.setattr(stock, "_locked", PreparedIn(stock._locked_rows))
    meet_before(monkeypatch, stock, "_move", sure_meeting)

    outcomes = both(*two_buyers_of_the_last_one)

    assert sure_meeting.met
    assert kinds_of(outcomes) == {Order, IntegrityError}
    assert Product.objects.get().inventory == 0


@pytest.fixture
def two_cancellations(ann):
    order = make_order(ann, {make_product(inventory=10): 3})

    def cancel() -> Order:
        return cancel_order(order_id=order.pk, actor=ann, now=timezone.now())

    return cancel, cancel


def test_the_orders_lock_keeps_two_cancellations_apart(monkeypatch, meeting, two_cancellations):
    meet_before(monkeypatch, order_changes, "return_stock", meeting)

    outcomes = both(*two_cancellations)

    assert not meeting.met
    assert kinds_of(outcomes) == {Order, OrderNotOpen}
    assert Product.objects.get().inventory == 10


def test_without_the_orders_lock_the_goods_come_back_twice(
    monkeypatch, sure_meeting, two_cancellations
):
    """No constraint can know how much there should be: here the lock is all there is."""
    without_row_locks(monkeypatch, Order)
    # Before the payments are looked at, which have the order locked as well.
    meet_before(monkeypatch, order_changes, "return_money", sure_meeting)

    outcomes = both(*two_cancellations)

    assert sure_meeting.met
    assert kinds_of(outcomes) == {Order}
    assert Product.objects.get().inventory == 13


@pytest.fixture
def two_claims(ann):
    first, second = make_cart({make_product(): 1}), make_cart({make_product(): 1})
    return tuple(
        lambda pk=cart.pk: carts.claim_cart(cart_id=pk, user=ann) for cart in (first, second)
    )


def test_the_accounts_lock_keeps_two_claims_of_one_person_apart(monkeypatch, meeting, two_claims):
    meet_before(monkeypatch, Cart, "save", meeting)

    outcomes = both(*two_claims)

    assert not meeting.met
    assert kinds_of(outcomes) == {Cart}
    assert Cart.objects.get().items.count() == 2


@pytest.mark.skipif(
    connection.vendor == "mysql",
    reason="MariaDB locks what it passes while it looks for the carts: they never meet",
)
def test_without_the_accounts_lock_two_carts_want_to_be_the_only_one(
    monkeypatch, sure_meeting, two_claims
):
    monkeypatch.setattr(carts, "lock_account", lambda user: user)
    meet_before(monkeypatch, Cart, "save", sure_meeting)

    outcomes = both(*two_claims)

    assert sure_meeting.met
    assert kinds_of(outcomes) == {Cart, IntegrityError}


def test_who_orders_while_claiming_waits_for_nobody(monkeypatch, ann):
    """The account's lock is weak: rows that name the account can be written beside it."""
    cart, sure_meeting = make_cart({make_product(): 1}), Meeting(FOR_SURE_SECONDS)
    meet_before(monkeypatch, orders, "_announce", sure_meeting)
    lock_account = carts.lock_account

    def lock_then_meet(user: User) -> User:
        account = lock_account(user)
        sure_meeting.wait()
        return account

    monkeypatch.setattr(carts, "lock_account", lock_then_meet)

    order, claimed = both(
        lambda: place_order(buyer=ann, cart_id=cart.pk),
        lambda: carts.claim_cart(cart_id=cart.pk, user=ann),
    )

    assert sure_meeting.met
    assert isinstance(order, Order)
    assert isinstance(claimed, NoSuchCart)


@pytest.fixture
def two_sends(ann, bob):
    talk = make_conversation(ann, bob)
    return lambda: say(ann, talk, "from ann"), lambda: say(bob, talk, "from bob")


def test_the_conversations_lock_puts_messages_in_order(monkeypatch, meeting, two_sends):
    meet_before(monkeypatch, sending, "append_message", meeting)

    outcomes = both(*two_sends)

    assert not meeting.met
    assert sorted(message.seq for message in outcomes) == [1, 2]


def test_without_the_conversations_lock_two_messages_want_one_place(
    monkeypatch, sure_meeting, two_sends
):
    """On MariaDB it may come to a deadlock first: who loses that begins again, at the next one."""
    without_row_locks(monkeypatch, Conversation)
    locked = Prepared(places._build_locked, places={"conversation_id": UUID})
    monkeypatch.setattr(places, "_locked", locked)
    meet_before(monkeypatch, sending, "append_message", sure_meeting)

    outcomes = both(*two_sends)

    assert sure_meeting.met
    assert kinds_of(outcomes) in [{Message, ClientIdReused}, *began_again(Message)]
    seqs = Message.objects.order_by("seq").values_list("seq", flat=True)
    assert list(seqs) == list(range(1, len(seqs) + 1))


@pytest.fixture
def two_events_for_one_person(ann, bob, charlie):
    say(bob, make_conversation(ann, bob), "so that the counters exist")
    first, second = make_conversation(bob, ann), make_conversation(bob, charlie)
    return lambda: say(ann, first), lambda: say(charlie, second)


def test_a_counter_that_moved_is_locked_until_the_commit(
    monkeypatch, meeting, bob, two_events_for_one_person
):
    """Taking the lock out is not possible: one statement locks the counter and moves it."""
    write = "_write_at_once" if connection.vendor == "postgresql" else "_write_rows"
    meet_after(monkeypatch, publishing, write, meeting)

    outcomes = both(*two_events_for_one_person)

    assert not meeting.met
    assert kinds_of(outcomes) == {Message}
    head = FeedHead.objects.get(user=bob)
    seqs = Pointer.objects.filter(user=bob).order_by("seq").values_list("seq", flat=True)
    assert list(seqs) == list(range(1, head.seq + 1))


def test_without_the_carts_lock_an_added_line_is_lost_with_the_cart(monkeypatch, sure_meeting, ann):
    tea, cup = make_product(), make_product()
    cart = make_cart({tea: 1})
    monkeypatch.setattr(orders, "lock_cart", lambda pk, user: Cart.objects.get(pk=pk))
    monkeypatch.setattr(carts, "lock_cart", lambda pk, user: Cart.objects.get(pk=pk))
    has_read = Event()
    take_stock = orders.take_stock

    def wait_and_take_stock(*args, **kwargs):
        has_read.set()
        sure_meeting.wait()
        return take_stock(*args, **kwargs)

    monkeypatch.setattr(orders, "take_stock", wait_and_take_stock)

    def add() -> object:
        assert has_read.wait(FOR_SURE_SECONDS)
        item = carts.add_to_cart(cart_id=cart.pk, product_id=cup.pk, quantity=1)
        sure_meeting.wait()
        return item

    order, line = both(lambda: place_order(buyer=ann, cart_id=cart.pk), add)

    assert sure_meeting.met
    assert not isinstance(line, Exception)
    assert isinstance(order, Exception) or not order.items.filter(product=cup).exists()


@pytest.fixture
def two_photos():
    place = make_property()
    make_photo(place)

    def keep(name: str, keeper: User) -> Photo:
        columns = {"image": f"stays/photos/{name}.png", "width": 1, "height": 1}
        return photos.keep_photo(keeper=keeper, property_id=place.pk, columns=columns)

    # Two keepers, whose accounts are not what keeps them apart.
    helper = make_user("helper", is_superuser=True)
    return lambda: keep("one", place.host), lambda: keep("two", helper)


def test_the_places_lock_keeps_two_photos_apart(monkeypatch, meeting, two_photos):
    meet_after(monkeypatch, photos, "_check_number", meeting)

    outcomes = both(*two_photos)

    assert not meeting.met
    assert kinds_of(outcomes) == {Photo}
    assert sorted(Photo.objects.values_list("position", flat=True)) == [1, 2, 3]


def test_without_the_places_lock_two_photos_want_one_position(
    monkeypatch, sure_meeting, two_photos
):
    """On MariaDB it may come to a deadlock first: who loses that begins again, at the next one."""
    without_row_locks(monkeypatch, Property)
    meet_after(monkeypatch, photos, "_check_number", sure_meeting)

    outcomes = both(*two_photos)

    assert sure_meeting.met
    assert kinds_of(outcomes) in [{Photo, IntegrityError}, *began_again(Photo)]
    positions = Photo.objects.order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(1, len(positions) + 1))
