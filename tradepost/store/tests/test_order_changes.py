"""The rules of what happens to orders after they are placed."""

from itertools import permutations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tradepost.feed.models import Event
from tradepost.kit.errors import NotFound
from tradepost.kit.models import Job
from tradepost.kit.stamps import read_stamp
from tradepost.notifications.models import Notification
from tradepost.store.actions.order_changes import cancel_order, delete_order, set_payment_status
from tradepost.store.errors import OrderCanceled, OrderNotOpen, OrderPaid, TransitionRefused
from tradepost.store.models import Order, OrderEvent
from tradepost.store.stamps import CATALOGUE
from tradepost.store.tests.factories import make_order, make_product

ALLOWED = {("P", "C"), ("P", "F"), ("F", "P"), ("F", "C")}


@pytest.fixture
def tea(db):
    return make_product(inventory=10)


@pytest.fixture
def order(ann, tea) -> Order:
    return make_order(ann, {tea: 3})


def stock_of(tea) -> int:
    tea.refresh_from_db()
    return int(tea.inventory)


def cancel(order: Order, actor) -> Order:
    return cancel_order(order_id=order.pk, actor=actor, now=timezone.now())


def kinds_of(order: Order) -> list[str]:
    return list(order.events.values_list("kind", flat=True))


@pytest.mark.parametrize(("before", "after"), sorted(ALLOWED))
def test_allowed_changes_of_the_payment_status(order, dora, before, after):
    Order.objects.update(payment_status=before)

    changed = set_payment_status(order_id=order.pk, status=after, actor=dora)

    assert changed.payment_status == after
    assert Order.objects.get().payment_status == after
    assert len(kinds_of(order)) == 1


@pytest.mark.parametrize(("before", "after"), sorted(set(permutations("PCF", 2)) - ALLOWED))
def test_other_changes_are_refused(order, dora, before, after):
    Order.objects.update(payment_status=before)

    with pytest.raises(TransitionRefused):
        set_payment_status(order_id=order.pk, status=after, actor=dora)

    assert Order.objects.get().payment_status == before
    assert kinds_of(order) == []


@pytest.mark.parametrize("status", ["P", "C", "F"])
def test_the_status_it_has_is_no_change(order, dora, status):
    Order.objects.update(payment_status=status)

    set_payment_status(order_id=order.pk, status=status, actor=dora)

    assert kinds_of(order) == []


def test_a_payment_moves_no_stock(order, tea, dora):
    set_payment_status(order_id=order.pk, status="C", actor=dora)

    assert stock_of(tea) == 7


def test_a_canceled_order_cannot_be_paid(order, ann, dora):
    cancel(order, ann)

    with pytest.raises(OrderCanceled):
        set_payment_status(order_id=order.pk, status="C", actor=dora)

    assert Order.objects.get().payment_status == "P"


def test_the_database_itself_refuses_orders_that_are_paid_and_canceled(order, ann):
    cancel(order, ann)

    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.update(payment_status="C")


def test_canceling_returns_the_goods_once(order, tea, ann):
    cancel(order, ann)

    with pytest.raises(OrderNotOpen):
        cancel(order, ann)

    assert stock_of(tea) == 10
    assert kinds_of(order) == [OrderEvent.Kind.CANCELED]


def test_an_order_whose_payment_failed_can_be_canceled(order, tea, ann, dora):
    set_payment_status(order_id=order.pk, status="F", actor=dora)

    cancel(order, ann)

    assert stock_of(tea) == 10


def test_canceling_a_paid_order_changes_nothing(order, tea, ann, dora):
    set_payment_status(order_id=order.pk, status="C", actor=dora)

    with pytest.raises(OrderNotOpen):
        cancel(order, ann)

    assert stock_of(tea) == 7
    assert Order.objects.get().canceled_at is None


def test_deleting_a_canceled_order_does_not_return_its_goods_again(order, tea, ann):
    cancel(order, ann)

    delete_order(order_id=order.pk)

    assert stock_of(tea) == 10
    assert not Order.objects.exists()


def test_deleting_a_paid_order_changes_nothing(order, tea, dora):
    set_payment_status(order_id=order.pk, status="C", actor=dora)

    with pytest.raises(OrderPaid):
        delete_order(order_id=order.pk)

    assert stock_of(tea) == 7
    assert Order.objects.get().items.count() == 1


def test_missing_orders_are_not_found(db, dora):
    for deed in (
        lambda: cancel_order(order_id=1, actor=dora, now=timezone.now()),
        lambda: set_payment_status(order_id=1, status="C", actor=dora),
        lambda: delete_order(order_id=1),
    ):
        with pytest.raises(NotFound):
            deed()


def test_what_comes_back_into_stock_shows_in_the_catalogue(order, ann):
    before = read_stamp(CATALOGUE)

    cancel(order, ann)

    assert read_stamp(CATALOGUE) > before


def test_the_desk_hears_what_the_buyer_did_and_the_buyer_what_the_desk_did(ann, dora):
    theirs, ours = make_order(ann), make_order(ann)
    Notification.objects.all().delete()

    cancel(theirs, ann)
    cancel(ours, dora)

    told = Notification.objects.order_by("id").values_list("user", "kind", "actor", "data")
    assert list(told) == [
        (dora.pk, "order.canceled", ann.pk, {"order": theirs.pk}),
        (ann.pk, "order.canceled", dora.pk, {"order": ours.pk}),
    ]


def test_everybody_concerned_has_every_change_in_the_feed(order, ann, dora):
    set_payment_status(order_id=order.pk, status="F", actor=dora)
    delete_order(order_id=order.pk)

    changes = Event.objects.filter(kind__in=["order.changed", "order.deleted"]).order_by("id")
    for event, kind in zip(changes, ["order.changed", "order.deleted"], strict=True):
        readers = set(event.pointers.values_list("user", flat=True))
        assert (event.kind, event.data, readers) == (kind, {"order": order.pk}, {ann.pk, dora.pk})


def test_a_cancellation_asks_for_a_mail_once(order, ann):
    cancel(order, ann)

    job = Job.objects.get(name="store.send_cancellation")
    assert (job.arguments, job.dedupe_key) == ({"order_id": order.pk}, f"cancellation:{order.pk}")
