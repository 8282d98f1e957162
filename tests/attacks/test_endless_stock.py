"""A product of which there are as many as a column can hold is sold and taken back like others."""

from django.utils import timezone

from tradepost.store.actions.order_changes import cancel_order
from tradepost.store.models import Product
from tradepost.store.tests.factories import make_order, make_product

MOST = 2**31 - 1


def test_an_order_of_a_product_with_endless_stock_can_be_canceled(ann):
    tea = make_product(inventory=MOST)
    placed = make_order(ann, {tea: 5})
    Product.objects.filter(pk=tea.pk).update(inventory=MOST)

    cancel_order(order_id=placed.pk, actor=ann, now=timezone.now())

    placed.refresh_from_db()
    assert placed.canceled_at is not None
    assert Product.objects.get().inventory == MOST
